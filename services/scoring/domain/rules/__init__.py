"""Which kinds of rules are there? All of SPEC §5, by the name a criteria set uses."""

from services.scoring.domain.rules.adjustments import Bonus, Penalty
from services.scoring.domain.rules.aggregate import AggregateOfOthers
from services.scoring.domain.rules.alternatives import BestOf
from services.scoring.domain.rules.base import Rule, RuleField
from services.scoring.domain.rules.simple import SIMPLE_RULES

ALL_RULES: tuple[type[Rule], ...] = (*SIMPLE_RULES, AggregateOfOthers, BestOf, Bonus, Penalty)
RULE = RuleField(ALL_RULES)

__all__ = ["ALL_RULES", "RULE", "SIMPLE_RULES", "Rule"]
