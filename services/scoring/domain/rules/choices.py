"""How do answers become points? boolean, choice, checklist, growth.

Evidence: TT 01/2018/TT-VPCP (levels 2/1/0), Hà Tĩnh 2021 criteria 1.6 (a form missing: −0.25) and
6.5.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.decimals import total_of
from services.scoring.domain.fields import MAX_NAME, Decimal, Field, OneOf, Schema, Text, YesNo
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import (
    ZERO,
    Case,
    Note,
    Outcome,
    Rule,
    SameValueRule,
    Step,
    parameters_of,
)
from services.scoring.domain.structures import Object, Record, Several


@dataclass(frozen=True)
class Answer:
    """Có or Không."""

    answer: bool


@dataclass(frozen=True)
class Boolean(SameValueRule):
    """Everything for yes, nothing for no."""

    kind: ClassVar[str] = "boolean"
    value: ClassVar[Field[Any]] = Object(Answer, Record({"answer": YesNo()}))

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls)

    def score(self, value: Answer, case: Case, /) -> Outcome:
        if value.answer:
            return Outcome(case.max_points, (Note("answer_yes", {"max": case.max_points}),))
        return Outcome(ZERO, (Note("answer_no"),))


@dataclass(frozen=True)
class Option:
    """A named answer or item and its points."""

    key: str
    points: Fraction


OPTION = Object(Option, Record({"key": Text(MAX_NAME), "points": Decimal()}))


def _options() -> Several[Option]:
    return Several(OPTION, least=1, key=lambda option: option.key)


@dataclass(frozen=True)
class Chosen:
    """The key of the option that applies."""

    choice: str


@dataclass(frozen=True)
class Choice(Rule):
    """One option out of several, each with its points."""

    kind: ClassVar[str] = "choice"
    options: tuple[Option, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"options": _options()})

    @classmethod
    def value_schema(cls) -> Schema:
        return Record({"choice": Text(MAX_NAME)}).schema()

    def value_field(self) -> Field[Any]:
        return Object(Chosen, Record({"choice": OneOf(tuple(o.key for o in self.options))}))

    def score(self, value: Chosen, _case: Case, /) -> Outcome:
        points = next(option.points for option in self.options if option.key == value.choice)
        return Outcome(points, (Note("choice", {"choice": value.choice, "points": points}),))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        for index, option in enumerate(self.options):
            yield ("options", index, "points"), option.points


@dataclass(frozen=True)
class Checked:
    """The keys of the items that are met."""

    checked: tuple[str, ...]


@dataclass(frozen=True)
class Checklist(Rule):
    """The sum of the points of the items that are met."""

    kind: ClassVar[str] = "checklist"
    items: tuple[Option, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"items": _options()})

    @classmethod
    def value_schema(cls) -> Schema:
        return Record({"checked": Several(Text(MAX_NAME))}).schema()

    def value_field(self) -> Field[Any]:
        keys = OneOf(tuple(item.key for item in self.items))
        return Object(Checked, Record({"checked": Several(keys, key=lambda key: key)}))

    def score(self, value: Checked, _case: Case, /) -> Outcome:
        met = [item for item in self.items if item.key in value.checked]
        steps = [
            Step("item", (Note("item", {"key": item.key, "points": item.points}),), item.points)
            for item in met
        ]
        points = total_of(item.points for item in met)
        counts = {"met": len(met), "of": len(self.items), "points": points}
        return Outcome(points, (Note("checklist", counts),), tuple(steps))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        for index, item in enumerate(self.items):
            yield ("items", index, "points"), item.points

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        super().lint(at, report, max_points)
        points = total_of(item.points for item in self.items)
        if points != max_points:
            place, params = (*at, "items"), {"points": points, "max": max_points}
            report.warn(place, "checklist_is_not_max", **params)


@dataclass(frozen=True)
class Change:
    """The figure of this year and that of the year before."""

    current: Fraction
    previous: Fraction


@dataclass(frozen=True)
class Growth(SameValueRule):
    """Points for more than last year, for the same, for less."""

    kind: ClassVar[str] = "growth"
    value: ClassVar[Field[Any]] = Object(
        Change, Record({"current": Decimal(), "previous": Decimal()})
    )
    up: Fraction
    same: Fraction
    down: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"up": Decimal(), "same": Decimal(), "down": Decimal()})

    def score(self, value: Change, _case: Case, /) -> Outcome:
        if value.current > value.previous:
            key, points = "growth_up", self.up
        elif value.current == value.previous:
            key, points = "growth_same", self.same
        else:
            key, points = "growth_down", self.down
        params = {"current": value.current, "previous": value.previous, "points": points}
        return Outcome(points, (Note(key, params),))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        yield ("up",), self.up
        yield ("same",), self.same
        yield ("down",), self.down
