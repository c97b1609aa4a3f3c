"""The rules of a scoring round, pure: phases, layers, deductions, standings, snapshots, comparison."""
