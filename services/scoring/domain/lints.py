"""What makes no sense in a criteria set, although it can be read? Asked before it is published."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from services.scoring.domain.criteria_set import CriteriaSet, ShareGate
from services.scoring.domain.criterion import Criterion
from services.scoring.domain.decimals import decimal_places, total_of
from services.scoring.domain.problems import Problem, Report


def lint_criteria_set(criteria_set: CriteriaSet) -> list[Problem]:
    """Everything an author should know; an `error` must be put right before publication.

    Errors: duplicate or unknown codes, cycles, leaves without rule or maximum, maxima that do not
    add up, bands with gaps or overlaps, fixed points above the maximum or finer than `places` with
    stage `line`, classes out of order. Warnings: ordinals that jump, checklists that do not add up,
    policies without effect, no reference.
    """
    report = Report()
    _lint_maxima(criteria_set, report)
    _lint_rules(criteria_set, report)
    _lint_fineness(criteria_set, report)
    _lint_policies(criteria_set, report)
    _lint_aggregates(criteria_set, report)
    _lint_classes(criteria_set, report)
    _lint_ordinals(criteria_set.criteria, report)
    if not criteria_set.reference.strip():
        report.warn(("reference",), "no_reference")
    return [*criteria_set.outline.problems, *report.problems]


def _lint_maxima(criteria_set: CriteriaSet, report: Report) -> None:
    outline = criteria_set.outline
    if outline.problems:
        return
    for place, criterion in enumerate(criteria_set.criteria):
        children = outline.children.get(criterion.code, ())
        if not children or criterion.max_points is None:
            continue
        below = total_of(_stated_maximum(child, criteria_set) for child in children)
        if below != criterion.max_points:
            at = ("criteria", place, "max_points")
            params = {"max": criterion.max_points, "sum": below}
            report.add(at, "maxima_do_not_add_up", criterion=criterion.code, **params)


def _stated_maximum(criterion: Criterion, criteria_set: CriteriaSet) -> Fraction:
    """The maximum a criterion states, or that of the leaves below it."""
    outline = criteria_set.outline
    if outline.children.get(criterion.code) and criterion.max_points is not None:
        return criterion.max_points
    return total_of(outline.by_code[code].scale_maximum for code in outline.below[criterion.code])


def _lint_rules(criteria_set: CriteriaSet, report: Report) -> None:
    for place, criterion in enumerate(criteria_set.criteria):
        if criterion.rule is not None and criterion.max_points is not None:
            report.criterion = criterion.code
            criterion.rule.lint(("criteria", place, "rule"), report, criterion.max_points)
    report.criterion = None


def _lint_fineness(criteria_set: CriteriaSet, report: Report) -> None:
    rounding = criteria_set.rounding
    if rounding.stage != "line":
        return
    for place, criterion in enumerate(criteria_set.criteria):
        if criterion.rule is None:
            continue
        named = list(criterion.rule.fixed_points())
        figures = [(("rule", *below), points) for below, points in named]
        if criterion.max_points is not None:
            figures.append((("max_points",), criterion.max_points))
        for below, points in figures:
            if (decimal_places(points) or 0) > rounding.places:
                params = {"points": points, "places": rounding.places}
                at = ("criteria", place, *below)
                report.add(at, "points_too_fine", criterion=criterion.code, **params)


def _lint_policies(criteria_set: CriteriaSet, report: Report) -> None:
    children = criteria_set.outline.children
    for place, criterion in enumerate(criteria_set.criteria):
        for key in ("na_policy", "zero_denominator"):
            policy = getattr(criterion, key)
            at = ("criteria", place, key)
            if policy is not None and children.get(criterion.code):
                report.warn(at, "policy_on_parent", criterion=criterion.code)
            elif policy == "full" and criterion.rule is not None and criterion.rule.outside_scale:
                report.add(at, "full_outside_scale", criterion=criterion.code)


def _lint_aggregates(criteria_set: CriteriaSet, report: Report) -> None:
    for place, criterion in enumerate(criteria_set.criteria):
        sources = criteria_set.outline.sources.get(criterion.code)
        if sources is not None and not sources:
            at = ("criteria", place, "rule", "over")
            report.add(at, "aggregate_of_nothing", criterion=criterion.code)


def _lint_classes(criteria_set: CriteriaSet, report: Report) -> None:
    names: set[str] = set()
    above: Fraction | None = None
    for place, band in enumerate(criteria_set.classes):
        at = ("classes", place)
        if band.name in names:
            report.add((*at, "name"), "duplicate_class", name=band.name)
        names.add(band.name)
        if above is not None and band.min >= above:
            report.add((*at, "min"), "classes_not_descending", name=band.name)
        above = band.min
        for number, gate in enumerate(band.gates):
            codes = gate.codes if isinstance(gate, ShareGate) else ()
            for code in codes:
                if code not in criteria_set.outline.by_code:
                    report.add((*at, "gates", number, "codes"), "unknown_gate_code", code=code)
    if above is not None and above > 0:
        last = criteria_set.classes[-1].name
        params = {"name": last, "min": above}
        report.warn(("classes",), "classes_leave_out_the_lowest", **params)


def _lint_ordinals(criteria: Sequence[Criterion], report: Report) -> None:
    siblings: dict[tuple[str | None, str], list[tuple[int, int, str]]] = {}
    for place, criterion in enumerate(criteria):
        stem, _, last = criterion.code.rpartition(".")
        if last.isascii() and last.isdigit():
            siblings.setdefault((criterion.parent, stem), []).append(
                (place, int(last[:18]), criterion.code)
            )
    for found in siblings.values():
        _lint_run(found, report)


def _lint_run(found: Iterable[tuple[int, int, str]], report: Report) -> None:
    expected, before = 1, ""
    for place, ordinal, code in found:
        at = ("criteria", place, "code")
        if ordinal > expected and not before:
            report.warn(at, "ordinal_start", criterion=code)
        elif ordinal > expected:
            missing = ordinal - expected
            report.warn(at, "ordinal_jump", before=before, missing=missing, criterion=code)
        elif ordinal < expected:
            report.warn(at, "ordinal_disorder", before=before or "1", criterion=code)
        expected, before = ordinal + 1, code
