"""Small criteria sets for the tests of the engine."""

from pathlib import Path
from typing import Any

from services.scoring.domain import Result, evaluate, parse_criteria_set, parse_inputs
from services.scoring.domain.json_text import read_json

HERE = Path(__file__).parent
DATA = HERE / "data"
CASES = HERE.parent / "data" / "cases"
RULEBOOKS = HERE.parent.parent / "services" / "scoring" / "rulebooks"

HALF_UP = {"places": 2, "mode": "half_up", "stage": "line"}
EXACT_UNTIL_TOTAL = {"places": 2, "mode": "half_up", "stage": "total"}


def load(path: Path) -> Any:
    return read_json(path.read_bytes())


def leaf(code: str, rule: dict[str, Any], *, most: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "parent": None,
        "title": f"Tiêu chí {code}",
        "max_points": most,
        "na_policy": "exclude",
        "zero_denominator": "zero",
        "rule": rule,
        **more,
    }


def a_set(*criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": "THU",
        "title": "Bộ tiêu chí thử",
        "reference": "Quyết định thử",
        "rounding": HALF_UP,
        "index_places": 2,
        "classes": [],
        "criteria": list(criteria),
        **more,
    }


def evaluated(data: dict[str, Any], values: dict[str, Any], **more: Any) -> Result:
    criteria_set = parse_criteria_set(data)
    (unit,) = parse_inputs({"unit": "Sở A", "values": values, **more}, criteria_set)
    return evaluate(criteria_set, unit)


def scored(data: dict[str, Any], values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return evaluated(data, values, **more).as_json()


def line_of(
    rule: dict[str, Any],
    value: Any,
    *,
    most: str = "1",
    level: str | None = None,
    rounding: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The line of a set with one leaf."""
    data = a_set(leaf("1", rule, most=most, **more), rounding=rounding or HALF_UP)
    values = {} if value is None else {"1": value}
    line: dict[str, Any] = scored(data, values, level=level)["lines"][0]
    return line
