"""How do counts become points? deduction_per_violation, zero_if_any, capped_count, lateness,
partial_credit_ratio.

Evidence: Hà Tĩnh 2021 criteria 2.1.4 (0.75 of 1 after one violation) and 1.5, which gives
(7 + 2 × 0.5)/9 = 0.89; NĐ 335/2025/NĐ-CP (25 % off per late result).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Count, Decimal, Field, Schema
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import (
    ZERO,
    Case,
    Note,
    Outcome,
    SameValueRule,
    parameters_of,
)
from services.scoring.domain.structures import Object, Record


@dataclass(frozen=True)
class Counted:
    """How many times."""

    count: int


COUNTED = Object(Counted, Record({"count": Count()}))


@dataclass(frozen=True)
class DeductionPerViolation(SameValueRule):
    """max − count × per, never below nothing."""

    kind: ClassVar[str] = "deduction_per_violation"
    value: ClassVar[Field[Any]] = COUNTED
    per: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"per": Decimal()})

    def score(self, value: Counted, case: Case, /) -> Outcome:
        exact = case.max_points - value.count * self.per
        params = {"max": case.max_points, "count": value.count, "per": self.per, "points": exact}
        return Outcome(exact, (Note("deduction_per_violation", params),))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        yield ("per",), self.per

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        """One violation may well cost more than there is to lose."""


@dataclass(frozen=True)
class ZeroIfAny(SameValueRule):
    """Everything without a violation, nothing with one or more (QĐ 25/2021/QĐ-TTg)."""

    kind: ClassVar[str] = "zero_if_any"
    value: ClassVar[Field[Any]] = COUNTED

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls)

    def score(self, value: Counted, case: Case, /) -> Outcome:
        if value.count == 0:
            return Outcome(case.max_points, (Note("none_found", {"max": case.max_points}),))
        return Outcome(ZERO, (Note("some_found", {"count": value.count}),))


@dataclass(frozen=True)
class CappedCount(SameValueRule):
    """min(cap, count × per)."""

    kind: ClassVar[str] = "capped_count"
    value: ClassVar[Field[Any]] = COUNTED
    per: Fraction
    cap: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"per": Decimal(), "cap": Decimal()})

    def score(self, value: Counted, _case: Case, /) -> Outcome:
        exact = min(self.cap, value.count * self.per)
        params = {"count": value.count, "per": self.per, "cap": self.cap, "points": exact}
        return Outcome(exact, (Note("capped_count", params),))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        yield ("per",), self.per
        yield ("cap",), self.cap


@dataclass(frozen=True)
class Lateness(SameValueRule):
    """max × (1 − count × per/100): a part of the maximum is lost each time something was late."""

    kind: ClassVar[str] = "lateness"
    value: ClassVar[Field[Any]] = COUNTED
    per: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"per": Decimal()})

    def score(self, value: Counted, case: Case, /) -> Outcome:
        exact = case.max_points * (1 - value.count * self.per / 100)
        params = {"max": case.max_points, "count": value.count, "per": self.per, "points": exact}
        return Outcome(exact, (Note("lateness", params),))


class Amount(Field[Fraction]):
    """How much was done: a decimal string, or a JSON integer when it is counted."""

    def read(self, data: object, at: Pointer, report: Report) -> Fraction | None:
        if isinstance(data, int) and not isinstance(data, bool):
            count = Count().read(data, at, report)
            return None if count is None else Fraction(count)
        return Decimal().read(data, at, report)

    def schema(self) -> Schema:
        return {"anyOf": [Decimal().schema(), {"type": "integer", "minimum": 0}]}


@dataclass(frozen=True)
class Progress:
    """What was done, what was done in part, and how much there was to do."""

    done: Fraction
    partial: Fraction
    total: Fraction


@dataclass(frozen=True)
class PartialCreditRatio(SameValueRule):
    """max × (done + credit × partial)/total."""

    kind: ClassVar[str] = "partial_credit_ratio"
    value: ClassVar[Field[Any]] = Object(
        Progress, Record({"done": Amount(), "partial": Amount(), "total": Amount()})
    )
    credit: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"credit": Decimal()})

    def score(self, value: Progress, case: Case, /) -> Outcome:
        params: dict[str, object] = {
            "done": value.done,
            "partial": value.partial,
            "total": value.total,
            "credit": self.credit,
            "max": case.max_points,
        }
        if value.total == 0:
            return Outcome(None, (Note("progress_of_zero", params),))
        exact = case.max_points * (value.done + self.credit * value.partial) / value.total
        return Outcome(exact, (Note("partial_credit_ratio", {**params, "points": exact}),))
