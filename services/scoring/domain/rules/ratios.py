"""How does a share become points? ratio, bands, ratio_to_target, interpolate.

Evidence: Hà Tĩnh 2021 criteria 7.1.1.7 (85 % of 2 is 1.70) and 7.2.6 (70–<90 % gives 0.25 of 0.50).
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Decimal, Field, Schema
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import (
    HUNDRED,
    ZERO,
    Case,
    Note,
    Outcome,
    Refusal,
    SameValueRule,
    parameters_of,
)
from services.scoring.domain.structures import Object, Record, Several


@dataclass(frozen=True)
class Share:
    """Numerator over denominator, or a percentage somebody else calculated."""

    numerator: Fraction | None = None
    denominator: Fraction | None = None
    percent: Fraction | None = None

    def in_percent(self) -> Fraction | None:
        """The share in percent; None when the denominator is zero."""
        if self.percent is not None:
            return self.percent
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator * 100 / self.denominator

    def note(self, percent: Fraction | None) -> Note:
        if self.percent is not None:
            return Note("percent_given", {"percent": self.percent})
        key = "share" if percent is not None else "share_of_zero"
        params = {"numerator": self.numerator, "denominator": self.denominator}
        return Note(key, {**params, "percent": percent})


class ShareField(Field[Share]):
    """Either `numerator` and `denominator`, or `percent`; never both."""

    counted = Object(Share, Record({"numerator": Decimal(), "denominator": Decimal()}))
    given = Object(Share, Record({"percent": Decimal()}))

    def read(self, data: object, at: Pointer, report: Report) -> Share | None:
        if isinstance(data, dict) and "percent" in data:
            if "numerator" in data or "denominator" in data:
                report.add(at, "share_given_twice")
                return None
            return self.given.read(data, at, report)
        return self.counted.read(data, at, report)

    def schema(self) -> Schema:
        return {"oneOf": [self.counted.schema(), self.given.schema()]}


class ShareRule(SameValueRule):
    """A rule on a share; a zero denominator is left to the policy of the criterion."""

    value: ClassVar[Field[Any]] = ShareField()

    def score(self, value: Share, case: Case, /) -> Outcome:
        percent = value.in_percent()
        if percent is None:
            return Outcome(None, (value.note(None),))
        exact, notes = self.points_of(percent, case.max_points)
        return Outcome(exact, (value.note(percent), *notes))

    @abstractmethod
    def points_of(
        self, percent: Fraction, max_points: Fraction, /
    ) -> tuple[Fraction, tuple[Note, ...]]:
        """The points of a percentage, and why."""


@dataclass(frozen=True)
class Ratio(ShareRule):
    """max × p/100; below the floor nothing."""

    kind: ClassVar[str] = "ratio"
    floor: Fraction | None = None

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, optional={"floor": Decimal()})

    def points_of(
        self, percent: Fraction, max_points: Fraction, /
    ) -> tuple[Fraction, tuple[Note, ...]]:
        if self.floor is not None and percent < self.floor:
            return ZERO, (Note("below_floor", {"percent": percent, "floor": self.floor}),)
        exact = max_points * percent / 100
        return exact, (Note("ratio", {"max": max_points, "percent": percent, "points": exact}),)


@dataclass(frozen=True)
class Band:
    """A half-open interval [from, to) of percentages and the points it gives."""

    points: Fraction
    from_: Fraction | None = None
    to: Fraction | None = None

    def holds(self, percent: Fraction) -> bool:
        above = self.from_ is None or percent >= self.from_
        return above and (self.to is None or percent < self.to)

    def note(self, percent: Fraction) -> Note:
        params = {"percent": percent, "from": self.from_, "to": self.to, "points": self.points}
        if self.to is None:
            return Note("band_from" if self.from_ is not None else "band_any", params)
        return Note("band" if self.from_ is not None else "band_to", params)


BAND = Object(Band, Record({"points": Decimal()}, {"from": Decimal(), "to": Decimal()}))


@dataclass(frozen=True)
class Bands(ShareRule):
    """The points of the band the percentage lies in; above every band, those of 100 %."""

    kind: ClassVar[str] = "bands"
    bands: tuple[Band, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"bands": Several(BAND, least=1)})

    def points_of(
        self, percent: Fraction, _max_points: Fraction, /
    ) -> tuple[Fraction, tuple[Note, ...]]:
        # a percentage above 100 that no band names counts as 100
        for tried in (percent, min(percent, HUNDRED)):
            for band in self.bands:
                if band.holds(tried):
                    return band.points, (band.note(percent),)
        raise Refusal("no_band", percent=percent)

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        for index, band in enumerate(self.bands):
            yield ("bands", index, "points"), band.points

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        super().lint(at, report, max_points)
        numbered = [(index, band, band.from_ or ZERO) for index, band in enumerate(self.bands)]
        numbered.sort(key=lambda entry: entry[2])
        reached: Fraction | None = ZERO
        for index, band, start in numbered:
            place = (*at, "bands", index)
            if band.to is not None and band.to <= start:
                report.add(place, "band_empty", start=start, end=band.to)
            if reached is None or start < reached:
                report.add(place, "bands_overlap", start=start)
            elif start > reached:
                report.add(place, "bands_gap", start=reached, end=start)
            reached = None if band.to is None or reached is None else max(reached, band.to)
        if reached is not None and reached <= HUNDRED:
            report.add((*at, "bands"), "bands_end_early", end=reached)


@dataclass(frozen=True)
class RatioToTarget(ShareRule):
    """max × min(1, p/target): full points once the target of the phase is met (QĐ 766)."""

    kind: ClassVar[str] = "ratio_to_target"
    target: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"target": Decimal(positive=True)})

    def points_of(
        self, percent: Fraction, max_points: Fraction, /
    ) -> tuple[Fraction, tuple[Note, ...]]:
        params = {"percent": percent, "target": self.target, "max": max_points}
        if percent >= self.target:
            return max_points, (Note("target_met", params),)
        exact = max_points * percent / self.target
        return exact, (Note("ratio_to_target", {**params, "points": exact}),)


@dataclass(frozen=True)
class Interpolate(ShareRule):
    """max × (p − from)/(to − from): nothing up to `from`, everything from `to` on."""

    kind: ClassVar[str] = "interpolate"
    from_: Fraction
    to: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        record = Record({"from": Decimal(), "to": Decimal()}, constant={"kind": cls.kind})
        return Object(cls, record, _check_order)

    def points_of(
        self, percent: Fraction, max_points: Fraction, /
    ) -> tuple[Fraction, tuple[Note, ...]]:
        exact = max_points * (percent - self.from_) / (self.to - self.from_)
        params = {"percent": percent, "from": self.from_, "to": self.to, "max": max_points}
        return exact, (Note("interpolate", {**params, "points": exact}),)


def _check_order(rule: Interpolate, at: Pointer, report: Report) -> None:
    if rule.from_ >= rule.to:
        report.add((*at, "to"), "from_not_below_to")
