"""How are conditions written in a criteria set?

{"measure", "op", "value" | "by_level" | "than"}, {"measure", "is"},
{"numerator", "denominator", "op", "percent" | "by_level"}, {"all_of": […]}, {"any_of": […]}.
"""

from collections.abc import Iterable
from typing import Any

from services.scoring.domain.fields import Decimal, Field, Name, OneOf, Schema, Text, YesNo
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.condition_tree import (
    SYMBOLS,
    Condition,
    Joined,
    Kind,
    MeasureAgainst,
    MeasureAgainstMeasure,
    MeasureIs,
    ShareAgainst,
)
from services.scoring.domain.structures import ByName, Named, Object, Record, Several

_MAX_DEPTH = 8
_MAX_PARTS = 20
_OP: Field[Any] = OneOf(tuple(SYMBOLS))
_BY_LEVEL: Field[Any] = ByName(Decimal(), least=1)


def condition() -> Field[Condition]:
    """A condition; the format contains itself, so it goes by a name."""
    return Named("condition", ConditionField)


def conditions() -> Field[tuple[Condition, ...]]:
    """One or more conditions."""
    return Several(condition(), least=1, most=_MAX_PARTS)


class ConditionField(Field[Condition]):
    """One of the shapes above, told apart by the keys that are there."""

    def read(self, data: object, at: Pointer, report: Report) -> Condition | None:
        if not isinstance(data, dict):
            report.add(at, "expected_object")
            return None
        if sum(part in {"all_of", "any_of"} for part in at) > _MAX_DEPTH:
            report.add(at, "conditions_too_deep", most=_MAX_DEPTH)
            return None
        read: Condition | None = _shape_of(data).read(data, at, report)
        return read

    def schema(self) -> Schema:
        return {"oneOf": [shape.schema() for shape in _shapes().values()]}


def _shape_of(data: dict[str, object]) -> Field[Any]:
    shapes = _shapes()
    for key in ("all_of", "any_of", "is", "than"):
        if key in data:
            return shapes[key]
    if "numerator" in data or "denominator" in data:
        return shapes["share_by_level" if "by_level" in data else "share"]
    return shapes["by_level" if "by_level" in data else "value"]


def _shapes() -> dict[str, Field[Any]]:
    measure: dict[str, Field[Any]] = {"measure": Name(), "op": _OP}
    share: dict[str, Field[Any]] = {"numerator": Name(), "denominator": Name(), "op": _OP}
    return {
        "all_of": Object(_all_of, Record({"all_of": conditions()})),
        "any_of": Object(_any_of, Record({"any_of": conditions()})),
        "is": Object(MeasureIs, Record({"measure": Name(), "is": YesNo()})),
        "than": Object(MeasureAgainstMeasure, Record({**measure, "than": Name()})),
        "share": Object(_share, Record({**share, "percent": Decimal()})),
        "share_by_level": Object(ShareAgainst, Record({**share, "by_level": _BY_LEVEL})),
        "value": Object(MeasureAgainst, Record({**measure, "value": Decimal()})),
        "by_level": Object(MeasureAgainst, Record({**measure, "by_level": _BY_LEVEL})),
    }


def _all_of(all_of: tuple[Condition, ...]) -> Joined:
    return Joined(every=True, parts=all_of)


def _any_of(any_of: tuple[Condition, ...]) -> Joined:
    return Joined(every=False, parts=any_of)


def _share(**parts: Any) -> ShareAgainst:
    return ShareAgainst(value=parts.pop("percent"), **parts)


def measures_of(asked: Iterable[tuple[str, Kind]], at: Pointer, report: Report) -> dict[str, Kind]:
    """The measures some conditions need; one used both as a figure and as an answer is noted."""
    kinds: dict[str, Kind] = {}
    for name, kind in asked:
        if kinds.setdefault(name, kind) != kind:
            report.add(at, "measure_used_both_ways", measure=name)
    return kinds


def measure_values(kinds: dict[str, Kind]) -> Field[Any]:
    """How the figures for these measures are read."""
    fields: dict[str, Field[Any]] = {
        name: Decimal() if kind == "number" else YesNo() for name, kind in kinds.items()
    }
    return Record(fields)


def measure_schema() -> Schema:
    """The figures of any conditions: decimals and yes/no by name."""
    value: Schema = {"anyOf": [Decimal().schema(), YesNo().schema()]}
    return {**ByName(Text()).schema(), "additionalProperties": value}
