"""What does a set give for these inputs? Computed and explained, nothing stored."""

from typing import Any

from services.scoring.domain import InvalidData, evaluate, parse_criteria_set, parse_inputs
from services.scoring.use_cases.criteria_sets import as_problem


def evaluate_inputs(content: dict[str, Any], values: object) -> list[dict[str, Any]]:
    """The results of a list of units' inputs (or of one) under a set.

    :raises Invalid: inputs that do not fit the set, each fault with its criterion.
    """
    criteria_set = parse_criteria_set(content)
    try:
        units = parse_inputs(values, criteria_set)
    except InvalidData as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    return [evaluate(criteria_set, unit).as_json() for unit in units]
