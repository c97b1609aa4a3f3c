"""How do scores given elsewhere become points? external_scale, survey, manual, peer_normalised.

Evidence: Hà Tĩnh 2021 criterion 7.1.1.4 (95.5 of 104 gives 1.38 of 1.50: the scale is never
assumed); annex of the ICT index (x over the best of the peers).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Decimal, Field, Text
from services.scoring.domain.rules.base import (
    Case,
    Note,
    Outcome,
    SameValueRule,
    parameters_of,
)
from services.scoring.domain.structures import Object, Record


@dataclass(frozen=True)
class Points:
    """Points on a scale of somebody else."""

    points: Fraction


@dataclass(frozen=True)
class ExternalScale(SameValueRule):
    """max × points/scale_max."""

    kind: ClassVar[str] = "external_scale"
    value: ClassVar[Field[Any]] = Object(Points, Record({"points": Decimal()}))
    scale_max: Fraction

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, {"scale_max": Decimal(positive=True)})

    def score(self, value: Points, case: Case, /) -> Outcome:
        exact = case.max_points * value.points / self.scale_max
        params = {"given": value.points, "scale": self.scale_max, "max": case.max_points}
        return Outcome(exact, (Note("external_scale", {**params, "points": exact}),))


@dataclass(frozen=True)
class Satisfied:
    """How many of the asked were satisfied, in percent."""

    percent: Fraction


@dataclass(frozen=True)
class Survey(SameValueRule):
    """max × percent/100 of a sociological survey (điều tra xã hội học)."""

    kind: ClassVar[str] = "survey"
    value: ClassVar[Field[Any]] = Object(Satisfied, Record({"percent": Decimal()}))

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls)

    def score(self, value: Satisfied, case: Case, /) -> Outcome:
        exact = case.max_points * value.percent / 100
        params = {"percent": value.percent, "max": case.max_points, "points": exact}
        return Outcome(exact, (Note("survey", params),))


@dataclass(frozen=True)
class Judged:
    """Points a person gave, and why."""

    points: Fraction
    reason: str


@dataclass(frozen=True)
class Manual(SameValueRule):
    """The points the appraiser entered, with a reason."""

    kind: ClassVar[str] = "manual"
    value: ClassVar[Field[Any]] = Object(Judged, Record({"points": Decimal(), "reason": Text()}))

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls)

    def score(self, value: Judged, _case: Case, /) -> Outcome:
        params = {"points": value.points, "reason": value.reason}
        return Outcome(value.points, (Note("manual", params),))


@dataclass(frozen=True)
class Compared:
    """The figure of the unit and the best figure in its peer group."""

    value: Fraction
    peer_max: Fraction


@dataclass(frozen=True)
class PeerNormalised(SameValueRule):
    """max × value/peer_max; the best of the group is an input, so that it can be computed again."""

    kind: ClassVar[str] = "peer_normalised"
    value: ClassVar[Field[Any]] = Object(
        Compared, Record({"value": Decimal(), "peer_max": Decimal()})
    )

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls)

    def score(self, value: Compared, case: Case, /) -> Outcome:
        params: dict[str, object] = {"value": value.value, "best": value.peer_max}
        if value.peer_max == 0:
            return Outcome(None, (Note("peers_have_none", params),))
        exact = case.max_points * value.value / value.peer_max
        params |= {"max": case.max_points, "points": exact}
        return Outcome(exact, (Note("peer_normalised", params),))
