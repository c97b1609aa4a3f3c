"""Which criteria does an aggregate look at? aggregate_of_others (Hà Tĩnh 2021 criterion 1.2).

Only the parameters are here; the engine supplies the points of the others, in order of dependency.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.decimals import total_of
from services.scoring.domain.fields import MAX_NAME, Field, Text
from services.scoring.domain.rules.base import (
    Case,
    Note,
    Outcome,
    SameValueRule,
    Step,
    parameters_of,
)
from services.scoring.domain.structures import Object, Record, Several


@dataclass(frozen=True)
class Contribution:
    """The points of another line and the maximum that applies to it."""

    code: str
    points: Fraction
    max: Fraction


@dataclass(frozen=True)
class Others:
    """What an aggregate is calculated from."""

    lines: tuple[Contribution, ...] = ()


@dataclass(frozen=True)
class AggregateOfOthers(SameValueRule):
    """max × Σ points / Σ applicable maxima of the leaves below `over`, without itself.

    `exclude` leaves out more. A zero maximum is left to the policy of the criterion.
    """

    kind: ClassVar[str] = "aggregate_of_others"
    value: ClassVar[Field[Any]] = Object(Others, Record())
    over: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @classmethod
    def parameters(cls) -> Field[Any]:
        codes = Several(Text(MAX_NAME), key=lambda code: code)
        some = Several(Text(MAX_NAME), least=1, key=lambda code: code)
        return parameters_of(cls, {"over": some}, {"exclude": codes})

    def score(self, value: Others, case: Case, /) -> Outcome:
        points = total_of(line.points for line in value.lines)
        of = total_of(line.max for line in value.lines)
        steps = tuple(
            Step(
                "criterion",
                (Note("contribution", {"code": c.code, "points": c.points, "max": c.max}),),
                c.points,
                key=c.code,
            )
            for c in value.lines
        )
        if of == 0:
            return Outcome(None, (Note("nothing_applicable"),), steps)
        exact = case.max_points * points / of
        params = {"sum": points, "of": of, "percent": points * 100 / of, "max": case.max_points}
        return Outcome(exact, (Note("aggregate_of_others", {**params, "points": exact}),), steps)
