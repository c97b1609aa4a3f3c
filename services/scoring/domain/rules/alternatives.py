"""How is the best of several ways of scoring taken? best_of (annex of the ICT index).

Each alternative is a rule of its own, on the maximum of the criterion or on a lower one of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import MAX_NAME, Decimal, Field, Schema, Text
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import ZERO, Case, Note, Outcome, Rule, RuleField, Step
from services.scoring.domain.rules.simple import SIMPLE_RULES
from services.scoring.domain.structures import ByName, Named, Object, Record, Several

_MAX_ALTERNATIVES = 10


@dataclass(frozen=True)
class Alternative:
    """One way of scoring."""

    key: str
    rule: Rule
    max_points: Fraction | None = None

    def score(self, value: Any, case: Case, /) -> Outcome:
        """Its points, within nothing and its maximum."""
        most = case.max_points if self.max_points is None else self.max_points
        outcome = self.rule.score(value, Case(most, case.level))
        if outcome.exact is None:
            return outcome
        return Outcome(min(max(outcome.exact, ZERO), most), outcome.notes, outcome.steps)


ALTERNATIVE = Object(
    Alternative,
    Record({"key": Text(MAX_NAME), "rule": RuleField(SIMPLE_RULES)}, {"max_points": Decimal()}),
)


@dataclass(frozen=True)
class Tried:
    """The values of the alternatives for which there is one."""

    alternatives: Mapping[str, Any]


class TriedField(Field[Tried]):
    """At least one of the alternatives, each with a value its rule accepts."""

    def __init__(self, alternatives: tuple[Alternative, ...]) -> None:
        fields = {entry.key: entry.rule.value_field() for entry in alternatives}
        self.inner = Object(Tried, Record({"alternatives": Record(optional=fields)}))

    def read(self, data: object, at: Pointer, report: Report) -> Tried | None:
        tried = self.inner.read(data, at, report)
        if tried is not None and not tried.alternatives:
            report.add((*at, "alternatives"), "no_alternative")
            return None
        return tried

    def schema(self) -> Schema:
        return self.inner.schema()


@dataclass(frozen=True)
class BestOf(Rule):
    """The most points any alternative gives; one with a zero denominator does not count."""

    kind: ClassVar[str] = "best_of"
    alternatives: tuple[Alternative, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        several = Several(ALTERNATIVE, least=2, most=_MAX_ALTERNATIVES, key=lambda entry: entry.key)
        return Object(cls, Record({"alternatives": several}, constant={"kind": cls.kind}))

    @classmethod
    def value_schema(cls) -> Schema:
        simple: Field[Any] = Named("simple_value", lambda: RuleField(SIMPLE_RULES))
        return Record({"alternatives": ByName(simple, least=1)}).schema()

    def value_field(self) -> Field[Any]:
        return TriedField(self.alternatives)

    def score(self, value: Tried, case: Case, /) -> Outcome:
        steps: list[Step] = []
        best: tuple[Fraction, str] | None = None
        for entry in self.alternatives:
            if entry.key not in value.alternatives:
                continue
            outcome = entry.score(value.alternatives[entry.key], case)
            steps.append(
                Step(
                    entry.rule.kind,
                    outcome.notes,
                    outcome.exact,
                    key=entry.key,
                    steps=outcome.steps,
                )
            )
            if outcome.exact is not None and (best is None or outcome.exact > best[0]):
                best = outcome.exact, entry.key
        if best is None:
            return Outcome(None, (Note("best_of_none"),), tuple(steps))
        note = Note("best_of", {"key": best[1], "points": best[0]})
        return Outcome(best[0], (note,), tuple(steps))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        for index, entry in enumerate(self.alternatives):
            for place, points in entry.rule.fixed_points():
                yield ("alternatives", index, "rule", *place), points

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        for index, entry in enumerate(self.alternatives):
            place = (*at, "alternatives", index)
            most = max_points if entry.max_points is None else entry.max_points
            if most > max_points:
                report.add((*place, "max_points"), "points_above_max", points=most, max=max_points)
            entry.rule.lint((*place, "rule"), report, most)
