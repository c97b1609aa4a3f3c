"""What can a condition ask about the figures of a unit, and does it hold?

A condition compares a measure with a threshold (one figure, or one per level of unit), with another
measure, asks a yes/no measure, compares a share in percent, or joins others by all_of and any_of.
Evidence: TT 01/2018/TT-VPCP art. 13, indicators 1, 5, 8 and 9.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.scoring.domain.rules.base import Case, Note, Refusal, Step

Kind = Literal["number", "answer"]
Measures = Mapping[str, Fraction | bool]
SYMBOLS: Mapping[str, tuple[str, Callable[[Fraction, Fraction], bool]]] = {
    "<": ("<", lambda left, right: left < right),
    "<=": ("≤", lambda left, right: left <= right),
    ">": (">", lambda left, right: left > right),
    ">=": ("≥", lambda left, right: left >= right),
    "=": ("=", lambda left, right: left == right),
    "!=": ("≠", lambda left, right: left != right),
}


@dataclass(frozen=True)
class Condition(ABC):
    """Something that holds or not; `holds` of its step is None when a denominator is zero."""

    @abstractmethod
    def test(self, measures: Measures, case: Case, /) -> Step:
        """Whether it holds, with the figures it looked at."""

    @abstractmethod
    def asks(self) -> Iterator[tuple[str, Kind]]:
        """The measures it needs and what they are."""


@dataclass(frozen=True)
class Against(Condition):
    """A condition with a threshold that may depend on the level of the unit."""

    value: Fraction | None = None
    by_level: Mapping[str, Fraction] | None = None

    def threshold(self, case: Case) -> Fraction:
        if self.by_level is None:
            return self.value or Fraction(0)
        if case.level is None:
            raise Refusal("level_missing", allowed=sorted(self.by_level))
        if case.level not in self.by_level:
            raise Refusal("level_unknown", allowed=sorted(self.by_level))
        return self.by_level[case.level]


@dataclass(frozen=True, kw_only=True)
class MeasureAgainst(Against):
    measure: str
    op: str

    def test(self, measures: Measures, case: Case, /) -> Step:
        return _compared(self.op, (self.measure, measures[self.measure]), self.threshold(case))

    def asks(self) -> Iterator[tuple[str, Kind]]:
        yield self.measure, "number"


@dataclass(frozen=True, kw_only=True)
class MeasureAgainstMeasure(Condition):
    measure: str
    op: str
    than: str

    def test(self, measures: Measures, _case: Case, /) -> Step:
        symbol, holds = SYMBOLS[self.op]
        left, right = Fraction(measures[self.measure]), Fraction(measures[self.than])
        params = {"left": self.measure, "left_value": left, "op": symbol}
        note = Note("compare_measures", {**params, "right": self.than, "right_value": right})
        return _decided(note, holds(left, right))

    def asks(self) -> Iterator[tuple[str, Kind]]:
        yield self.measure, "number"
        yield self.than, "number"


@dataclass(frozen=True, kw_only=True)
class MeasureIs(Condition):
    measure: str
    is_: bool

    def test(self, measures: Measures, _case: Case, /) -> Step:
        key = "answer_is_yes" if measures[self.measure] else "answer_is_no"
        return _decided(Note(key, {"measure": self.measure}), measures[self.measure] == self.is_)

    def asks(self) -> Iterator[tuple[str, Kind]]:
        yield self.measure, "answer"


@dataclass(frozen=True, kw_only=True)
class ShareAgainst(Against):
    numerator: str
    denominator: str
    op: str

    def test(self, measures: Measures, case: Case, /) -> Step:
        threshold = self.threshold(case)
        over, under = Fraction(measures[self.numerator]), Fraction(measures[self.denominator])
        name = f"{self.numerator}/{self.denominator}"
        if under == 0:
            return Step("condition", (Note("condition_of_zero", {"share": name}),))
        return _compared(self.op, (name, over * 100 / under), threshold, percent=True)

    def asks(self) -> Iterator[tuple[str, Kind]]:
        yield self.numerator, "number"
        yield self.denominator, "number"


@dataclass(frozen=True, kw_only=True)
class Joined(Condition):
    """All of the parts, or any of them; undecided when what matters has a zero denominator."""

    every: bool
    parts: tuple[Condition, ...]

    def test(self, measures: Measures, case: Case, /) -> Step:
        steps = tuple(part.test(measures, case) for part in self.parts)
        answers = [step.holds for step in steps]
        decisive = not self.every
        if decisive in answers:
            holds: bool | None = decisive
        else:
            holds = None if None in answers else self.every
        name = "all_of" if self.every else "any_of"
        key = f"{name}_undecided" if holds is None else f"{name}_{'holds' if holds else 'fails'}"
        return Step("condition", (Note(key),), holds=holds, steps=steps)

    def asks(self) -> Iterator[tuple[str, Kind]]:
        for part in self.parts:
            yield from part.asks()


def _compared(
    op: str, measured: tuple[str, Fraction | bool], threshold: Fraction, *, percent: bool = False
) -> Step:
    symbol, holds = SYMBOLS[op]
    name, value = measured[0], Fraction(measured[1])
    params = {"measure": name, "value": value, "op": symbol, "threshold": threshold}
    note = Note("compare_share" if percent else "compare_measure", params)
    return _decided(note, holds(value, threshold))


def _decided(note: Note, holds: bool) -> Step:
    verdict = Note("verdict_holds" if holds else "verdict_fails")
    return Step("condition", (note, verdict), holds=holds)
