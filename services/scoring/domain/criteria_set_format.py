"""How is a criteria set written as JSON, and what is refused? The format of SPEC §5."""

from collections.abc import Mapping
from typing import Any

from services.scoring.domain.criteria_set import (
    ClassBand,
    CriteriaSet,
    FactGate,
    Gate,
    Rounding,
    ShareGate,
)
from services.scoring.domain.criterion import Criterion, EvidenceRule
from services.scoring.domain.fields import (
    MAX_NAME,
    Decimal,
    Field,
    Flag,
    Integer,
    Name,
    OneOf,
    Schema,
    Text,
    YesNo,
)
from services.scoring.domain.problems import InvalidCriteriaSet, Pointer, Report, printable
from services.scoring.domain.rules import RULE
from services.scoring.domain.structures import Object, Record, Several

MAX_CRITERIA = 1000
_MAX_AGGREGATES = 30
_MAX_PLACES = 10
_POLICY = OneOf(("exclude", "full", "zero", "not_allowed"))


class _GateField(Field[Gate]):
    """A gate on shares of maxima or on a fact, told apart by its keys."""

    share = Object(ShareGate, Record({"percent": Decimal()}, {"codes": Several(Text(MAX_NAME))}))
    fact = Object(FactGate, Record({"fact": Name(), "is": YesNo()}))

    def read(self, data: object, at: Pointer, report: Report) -> Gate | None:
        by_fact = isinstance(data, dict) and "fact" in data
        return self.fact.read(data, at, report) if by_fact else self.share.read(data, at, report)

    def schema(self) -> Schema:
        return {"oneOf": [self.share.schema(), self.fact.schema()]}


_ROUNDING = Object(
    Rounding,
    Record(
        {
            "places": Integer(0, _MAX_PLACES),
            "mode": OneOf(("half_up", "down")),
            "stage": OneOf(("line", "total")),
        }
    ),
)
_CLASS = Object(
    ClassBand,
    Record({"name": Text(MAX_NAME), "min": Decimal()}, {"gates": Several(_GateField(), most=20)}),
)
_EVIDENCE = Object(EvidenceRule, Record({"required": Flag()}, {"note": Text()}))


class _CriterionField(Field[Criterion]):
    """A criterion; whatever is wrong inside it is reported under its code."""

    inner = Object(
        Criterion,
        Record(
            {"code": Text(MAX_NAME), "title": Text()},
            {
                "parent": Text(MAX_NAME),
                "max_points": Decimal(),
                "na_policy": _POLICY,
                "zero_denominator": _POLICY,
                "rule": RULE,
                "scored_by": OneOf(("self", "appraiser", "survey", "system")),
                "evidence": _EVIDENCE,
                "note": Text(may_be_empty=True),
            },
        ),
    )

    def read(self, data: object, at: Pointer, report: Report) -> Criterion | None:
        code = data.get("code") if isinstance(data, dict) else None
        report.criterion = printable(code) if isinstance(code, str) else None
        try:
            return self.inner.read(data, at, report)
        finally:
            report.criterion = None

    def schema(self) -> Schema:
        return self.inner.schema()


def _build(ranking: Mapping[str, Any] | None = None, **parts: Any) -> CriteriaSet:
    ties = {"ties": ranking["ties"]} if ranking else {}
    return CriteriaSet(**parts, **ties)


CRITERIA_SET = Object(
    _build,
    Record(
        {
            "code": Text(MAX_NAME),
            "title": Text(),
            "rounding": _ROUNDING,
            "criteria": Several(_CriterionField(), least=1, most=MAX_CRITERIA),
        },
        {
            "reference": Text(may_be_empty=True),
            "index_places": Integer(0, _MAX_PLACES),
            "classes": Several(_CLASS, most=50),
            "ranking": Record({"ties": OneOf(("standard", "dense", "modified"))}),
            "applies_to": Several(Text(MAX_NAME)),
            "years": Several(Integer(1900, 2200), key=lambda year: year),
            "supersedes": Text(MAX_NAME),
            "notes": Several(Text()),
        },
    ),
)


def parse_criteria_set(data: object) -> CriteriaSet:
    """The criteria set a JSON document says.

    Only the form is judged here; whether the set makes sense is `lint_criteria_set`, and whether it
    can be calculated `CriteriaSet.outline.problems`.

    :raises InvalidCriteriaSet: with every problem found (unknown keys, wrong types, floats…).
    """
    report = Report()
    read = CRITERIA_SET.read(data, (), report)
    if read is not None:
        aggregates = sum(
            c.rule is not None and c.rule.kind == "aggregate_of_others" for c in read.criteria
        )
        if aggregates > _MAX_AGGREGATES:
            report.add(("criteria",), "too_many_aggregates", most=_MAX_AGGREGATES)
    if read is None or report.found:
        raise InvalidCriteriaSet(report.problems)
    return read
