"""Which points does each leaf get? Rules, policies, clamping, rounding, aggregates in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.criterion import Criterion, Policy
from services.scoring.domain.decimals import rounded
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.aggregate import Contribution, Others
from services.scoring.domain.rules.base import ZERO, Case, Note, Outcome, Refusal, Rule

Status = Literal["scored", "not_applicable", "missing"]
Reason = Literal["not_applicable", "zero_denominator"]


@dataclass(frozen=True)
class NotApplicable:
    """Không áp dụng: the criterion does not concern the unit."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A leaf with its points.

    `exact` is clamped but not rounded; `points` is what counts: rounded with stage `line`, exact
    with stage `total`. `max` is the maximum that applies, nothing when the leaf is excluded. A
    penalty has negative points.
    """

    criterion: Criterion
    status: Status
    exact: Fraction
    points: Fraction
    max: Fraction
    value: Any
    outcome: Outcome
    policy: tuple[Reason, Policy] | None = None


def score_lines(
    criteria_set: CriteriaSet,
    values: Mapping[str, Any],
    *,
    level: str | None,
    report: Report,
    at: Pointer = (),
    given: Mapping[str, Line] = MappingProxyType({}),
) -> tuple[Line, ...]:
    """The line of every leaf, in the order of the set; those `given` are taken as they are.

    What the set gives no answer for is noted in `report`; its line then counts as missing.
    """
    outline = criteria_set.outline
    scorer = _Scorer(criteria_set, level, report, at)
    lines: dict[str, Line] = {}
    for criterion in outline.order:
        if criterion.code in given:
            lines[criterion.code] = given[criterion.code]
            continue
        value = values.get(criterion.code)
        if criterion.code in outline.sources and not isinstance(value, NotApplicable):
            others = (lines[code] for code in outline.sources[criterion.code])
            value = Others(tuple(Contribution(o.criterion.code, o.points, o.max) for o in others))
        report.criterion = criterion.code
        lines[criterion.code] = scorer.line(criterion, value)
    report.criterion = None
    return tuple(lines[leaf.code] for leaf in outline.leaves)


@dataclass(frozen=True)
class _Scorer:
    criteria_set: CriteriaSet
    level: str | None
    report: Report
    at: Pointer

    def line(self, criterion: Criterion, value: Any) -> Line:
        rule = criterion.rule
        if rule is None or value is None:
            return self.missing(criterion)
        if isinstance(value, NotApplicable):
            key = "not_applicable" if value.reason else "not_applicable_unsaid"
            outcome = Outcome(None, (Note(key, {"reason": value.reason}),))
            return self.by_policy(criterion, "not_applicable", value, outcome)
        try:
            outcome = rule.score(value, Case(criterion.maximum, self.level))
        except Refusal as refusal:
            self.report.add((*self.at, "values", criterion.code), refusal.code, **refusal.params)
            return self.missing(criterion)
        if outcome.exact is None:
            return self.by_policy(criterion, "zero_denominator", value, outcome)
        return self.scored(criterion, rule, value, outcome)

    def scored(self, criterion: Criterion, rule: Rule, value: Any, outcome: Outcome) -> Line:
        asked = outcome.exact or ZERO
        exact = min(max(asked, ZERO), criterion.maximum)
        if exact != asked:
            key = "clamped_to_max" if asked > exact else "clamped_to_zero"
            notes = (*outcome.notes, Note(key, {"max": criterion.maximum}))
            outcome = Outcome(outcome.exact, notes, outcome.steps)
        exact *= rule.outside_scale or 1
        return Line(
            criterion,
            "scored",
            exact,
            self.counted(exact),
            criterion.scale_maximum,
            value,
            outcome,
        )

    def by_policy(self, criterion: Criterion, reason: Reason, value: Any, outcome: Outcome) -> Line:
        stated = criterion.na_policy if reason == "not_applicable" else criterion.zero_denominator
        policy = stated or "not_allowed"
        if policy == "not_allowed":
            self.report.add((*self.at, "values", criterion.code), f"{reason}_not_allowed")
            return self.missing(criterion)
        exact = criterion.scale_maximum if policy == "full" else ZERO
        excluded = policy == "exclude"
        left_out = excluded or reason == "not_applicable"
        return Line(
            criterion,
            "not_applicable" if left_out else "scored",
            exact,
            self.counted(exact),
            ZERO if excluded else criterion.scale_maximum,
            value,
            outcome,
            (reason, policy),
        )

    def missing(self, criterion: Criterion) -> Line:
        outcome = Outcome(ZERO, (Note("missing", {"max": criterion.scale_maximum}),))
        return Line(criterion, "missing", ZERO, ZERO, criterion.scale_maximum, None, outcome)

    def counted(self, exact: Fraction) -> Fraction:
        rounding = self.criteria_set.rounding
        if rounding.stage == "total":
            return exact
        return rounded(exact, places=rounding.places, mode=rounding.mode)
