"""How are points given or taken outside the scale? bonus (điểm thưởng), penalty (điểm trừ).

Such a line has no maximum of its own: it changes the points of its parents and the total, never
what they are measured against. `max_points` of the criterion is its cap.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Decimal, Field, Schema
from services.scoring.domain.rules.base import Case, Note, Outcome, Rule, parameters_of
from services.scoring.domain.rules.counts import COUNTED, Counted
from services.scoring.domain.rules.scales import Judged, Manual


@dataclass(frozen=True)
class Adjustment(Rule):
    """count × per where the set says what one is worth, else points with a reason."""

    per: Fraction | None = None

    @classmethod
    def parameters(cls) -> Field[Any]:
        return parameters_of(cls, optional={"per": Decimal()})

    @classmethod
    def value_schema(cls) -> Schema:
        return {"oneOf": [COUNTED.schema(), Manual.value.schema()]}

    def value_field(self) -> Field[Any]:
        return Manual.value if self.per is None else COUNTED

    def score(self, value: Counted | Judged, _case: Case, /) -> Outcome:
        if isinstance(value, Judged):
            params: dict[str, object] = {"points": value.points, "reason": value.reason}
            return Outcome(value.points, (Note(f"{self.kind}_judged", params),))
        exact = value.count * (self.per or Fraction(0))
        params = {"count": value.count, "per": self.per, "points": exact}
        return Outcome(exact, (Note(f"{self.kind}_counted", params),))


@dataclass(frozen=True)
class Bonus(Adjustment):
    kind: ClassVar[str] = "bonus"
    outside_scale: ClassVar[int] = 1


@dataclass(frozen=True)
class Penalty(Adjustment):
    kind: ClassVar[str] = "penalty"
    outside_scale: ClassVar[int] = -1
