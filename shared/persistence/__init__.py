"""How is state kept? Engines, exact column types, the tables every service has, migrations."""
