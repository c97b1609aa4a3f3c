"""What does a plan promise in figures? The grammar of targets (chỉ tiêu) in Vietnamese prose."""

from services.plans.domain.targets.grammar import IndexGoal, Target, parse_index_goal, parse_targets
from services.plans.domain.targets.quantities import decimal_of, decimal_text
from services.plans.domain.targets.quantity_words import Operator

__all__ = [
    "IndexGoal",
    "Operator",
    "Target",
    "decimal_of",
    "decimal_text",
    "parse_index_goal",
    "parse_targets",
]
