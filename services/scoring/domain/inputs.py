"""What does a unit put in, and does it fit the criteria set?

{"unit", "values": {code: value or {"not_applicable": true, "reason"}}, "level"?, "facts"?}, or a
list of such. `level` chooses level-dependent thresholds; `facts` open or close gates of classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.fields import MAX_NAME, Field, Schema, Text, YesNo
from services.scoring.domain.fingerprint import fingerprint
from services.scoring.domain.lines import Line, NotApplicable, score_lines
from services.scoring.domain.problems import (
    InvalidCriteriaSet,
    InvalidInputs,
    Pointer,
    Report,
    printable,
)
from services.scoring.domain.structures import ByName, Object, Record

MAX_UNITS = 20_000


@dataclass(frozen=True)
class UnitInputs:
    """What one unit put in, read and checked against one criteria set.

    `lines` are the scored leaves: whether a value can be scored is only known by scoring it.
    """

    unit: str
    values: Mapping[str, Any]
    criteria_set_hash: str
    lines: tuple[Line, ...] = field(repr=False, compare=False)
    level: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what was put in, whatever the order of its keys."""
        return fingerprint(self.unit, self.values, self.level, self.facts)


def parse_inputs(data: object, criteria_set: CriteriaSet) -> list[UnitInputs]:
    """The inputs of one unit or of a list of units.

    Everything that could keep a unit from being evaluated is found here, so that `evaluate` does
    not fail afterwards: values that no band or case covers, policies that forbid what was put in.

    :raises InvalidInputs: with every problem found; each names its criterion.
    :raises InvalidCriteriaSet: when the set cannot be calculated at all.
    """
    if criteria_set.outline.problems:
        raise InvalidCriteriaSet(criteria_set.outline.problems)
    report = Report()
    units: list[UnitInputs] = []
    if isinstance(data, list) and len(data) > MAX_UNITS:
        report.add((), "wrong_length", least=0, most=MAX_UNITS)
        raise InvalidInputs(report.problems)
    entries = list(enumerate(data)) if isinstance(data, list) else [(None, data)]
    for place, entry in entries:
        unit = _read_unit(entry, () if place is None else (place,), criteria_set, report)
        if unit is not None:
            units.append(unit)
    if report.found:
        raise InvalidInputs(report.problems)
    return units


def _read_unit(
    data: object, at: Pointer, criteria_set: CriteriaSet, report: Report
) -> UnitInputs | None:
    before = report.found
    read = Record(
        {"unit": Text(), "values": _Values(criteria_set)},
        {"level": Text(MAX_NAME), "facts": ByName(YesNo())},
    ).read(data, at, report)
    if read is None:
        return None
    level = read.get("level")
    lines = score_lines(criteria_set, read["values"], level=level, report=report, at=at)
    if report.found > before:
        return None
    return UnitInputs(criteria_set_hash=criteria_set.hash, lines=lines, **read)


class _Values(Field[dict[str, Any]]):
    """The values by code; only leaves have one, and each has the form its rule wants."""

    def __init__(self, criteria_set: CriteriaSet) -> None:
        self.outline = criteria_set.outline

    def read(self, data: object, at: Pointer, report: Report) -> dict[str, Any] | None:
        if not isinstance(data, dict):
            report.add(at, "expected_object")
            return None
        before = report.found
        values: dict[str, Any] = {}
        for code, entry in data.items():
            report.criterion = printable(str(code))
            if code in self.outline.value_fields:
                values[code] = read_value(
                    self.outline.value_fields[code], entry, (*at, code), report
                )
            elif code in self.outline.by_code:
                report.add((*at, code), "value_for_parent")
            else:
                report.add((*at, str(code)), "unknown_criterion")
        report.criterion = None
        return values if report.found == before else None

    def schema(self) -> Schema:
        fields = self.outline.value_fields.items()
        return {"type": "object", "properties": {code: entry.schema() for code, entry in fields}}


class _OnlyTrue(Field[bool]):
    """The JSON value true: to say that a criterion does apply, its value is given."""

    def read(self, data: object, at: Pointer, report: Report) -> bool | None:
        if data is True:
            return True
        report.add(at, "only_true")
        return None

    def schema(self) -> Schema:
        return {"const": True}


def _not_applicable(*, not_applicable: bool, reason: str = "") -> NotApplicable:
    del not_applicable
    return NotApplicable(reason)


NOT_APPLICABLE = Object(
    _not_applicable, Record({"not_applicable": _OnlyTrue()}, {"reason": Text()})
)


def read_value(value: Field[Any], data: object, at: Pointer, report: Report) -> Any:
    """A value in the form its rule wants, or the statement that the criterion does not apply."""
    if isinstance(data, dict) and "not_applicable" in data:
        return NOT_APPLICABLE.read(data, at, report)
    return value.read(data, at, report)
