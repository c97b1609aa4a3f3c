"""How do conditions become points? all_of, any_of, conditional (the first case that holds).

Evidence: TT 01/2018/TT-VPCP art. 13 indicator 9 ("online procedures ≥ 20 % AND online dossiers
≥ 30 % AND none overdue") and indicator 5 (20 / 50 / 100 % by level of the unit).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Decimal, Field, Schema
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import ZERO, Case, Note, Outcome, Refusal, Rule, Step
from services.scoring.domain.rules.condition_format import (
    condition,
    conditions,
    measure_schema,
    measure_values,
    measures_of,
)
from services.scoring.domain.rules.condition_tree import Condition, Joined, Kind
from services.scoring.domain.structures import Object, Record, Several


@dataclass(frozen=True)
class Measured:
    """The figures and answers the conditions look at."""

    measures: Mapping[str, Fraction | bool]


class ConditionRule(Rule):
    """A rule on named figures and answers."""

    @classmethod
    def value_schema(cls) -> Schema:
        schema = Record({"measures": Record()}).schema()
        return {**schema, "properties": {"measures": measure_schema()}}

    def value_field(self) -> Field[Any]:
        kinds = measures_of(self.asks(), (), Report())
        return Object(Measured, Record({"measures": measure_values(kinds)}))

    def asks(self) -> Iterator[tuple[str, Kind]]:
        """The measures the rule needs."""
        for part in self.parts():
            yield from part.asks()

    def parts(self) -> Iterable[Condition]:
        """The conditions of the rule."""
        return ()


def _check_measures(rule: ConditionRule, at: Pointer, report: Report) -> None:
    measures_of(rule.asks(), at, report)


@dataclass(frozen=True)
class AllOf(ConditionRule):
    """Everything when all conditions hold, else nothing."""

    kind: ClassVar[str] = "all_of"
    every: ClassVar[bool] = True
    conditions: tuple[Condition, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        record = Record({"conditions": conditions()}, constant={"kind": cls.kind})
        return Object(cls, record, _check_measures)

    def parts(self) -> Iterable[Condition]:
        return self.conditions

    def score(self, value: Measured, case: Case, /) -> Outcome:
        joined = Joined(every=self.every, parts=self.conditions).test(value.measures, case)
        if joined.holds is None:
            return Outcome(None, joined.notes, joined.steps)
        exact = case.max_points if joined.holds else ZERO
        return Outcome(exact, (*joined.notes, Note("gives", {"points": exact})), joined.steps)


@dataclass(frozen=True)
class AnyOf(AllOf):
    """Everything when one condition holds, else nothing."""

    kind: ClassVar[str] = "any_of"
    every: ClassVar[bool] = False


@dataclass(frozen=True)
class ConditionalCase:
    """A condition and the points it gives."""

    when: Condition
    points: Fraction


CONDITIONAL_CASE = Object(ConditionalCase, Record({"when": condition(), "points": Decimal()}))


@dataclass(frozen=True)
class Conditional(ConditionRule):
    """The points of the first case that holds, else `otherwise`.

    Without `otherwise` a value no case covers is refused: a gap in the text is not a zero.
    """

    kind: ClassVar[str] = "conditional"
    cases: tuple[ConditionalCase, ...]
    otherwise: Fraction | None = None

    @classmethod
    def parameters(cls) -> Field[Any]:
        record = Record(
            {"cases": Several(CONDITIONAL_CASE, least=1)},
            {"otherwise": Decimal()},
            {"kind": cls.kind},
        )
        return Object(cls, record, _check_measures)

    def parts(self) -> Iterable[Condition]:
        return [case.when for case in self.cases]

    def score(self, value: Measured, case: Case, /) -> Outcome:
        steps: list[Step] = []
        for number, tried in enumerate(self.cases, start=1):
            step = tried.when.test(value.measures, case)
            steps.append(step)
            if step.holds is None:
                return Outcome(None, (Note("case_undecided", {"number": number}),), tuple(steps))
            if step.holds:
                params = {"number": number, "points": tried.points}
                return Outcome(tried.points, (Note("case_holds", params),), tuple(steps))
        if self.otherwise is None:
            raise Refusal("no_case")
        note = Note("case_otherwise", {"points": self.otherwise})
        return Outcome(self.otherwise, (note,), tuple(steps))

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        for index, tried in enumerate(self.cases):
            yield ("cases", index, "points"), tried.points
        if self.otherwise is not None:
            yield ("otherwise",), self.otherwise

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        super().lint(at, report, max_points)
        if self.otherwise is None:
            report.warn(at, "cases_may_leave_a_gap")
