"""What does not add up in a printed table of results?

Maximum less deductions, points of parents and children, losses, printed formulas, total and index
are calculated again from the printed figures, exactly.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.decimals import RoundingMode, rounded, total_of
from services.scoring.domain.printed_formulas import check_formula
from services.scoring.domain.printed_table import Figure, PrintedResults, Row, Total
from services.scoring.domain.problems import Pointer, Problem, Report
from services.scoring.domain.texts import Published


@dataclass(frozen=True)
class _Table:
    printed: PrintedResults
    by_code: Mapping[str, Row]
    children: Mapping[str | None, Sequence[Row]]


def check_printed_results(printed: PrintedResults) -> list[Problem]:
    """Everything that does not add up; `params` carry what is printed and what was computed.

    Warnings: a formula that cannot be read, a result that was cut off instead of rounded.
    """
    report = Report()
    children: dict[str | None, list[Row]] = defaultdict(list)
    for row in printed.rows:
        children[row.parent].append(row)
    table = _Table(printed, {row.code: row for row in printed.rows}, dict(children))
    for place, row in enumerate(printed.rows):
        report.criterion = row.code
        at: Pointer = ("rows", place)
        _check_points(row, at, report)
        _check_deductions(row, at, table, report)
        _check_formulas(row, at, table, report)
        if row.code in table.children:
            _check_sums(table.children[row.code], row, at, table, report)
    report.criterion = None
    if printed.total is not None:
        _check_sums(table.children.get(None, ()), printed.total, ("total",), table, report)
        _check_index(printed.total, printed.rounding, report)
    return report.problems


def _check_points(row: Row, at: Pointer, report: Report) -> None:
    if row.points.value > row.max.value:
        params = {"printed": _as_printed(row.points), "max": _as_printed(row.max)}
        report.add((*at, "points"), "printed_points_above_max", **params)


def _check_deductions(row: Row, at: Pointer, table: _Table, report: Report) -> None:
    if row.deductions is None:
        return
    lost = total_of(deduction.points.value for deduction in row.deductions)
    left = row.max.value - lost
    if left != row.points.value:
        params = {"lost": lost, "max": _as_printed(row.max)}
        _differs(report, (*at, "deductions"), "deductions_do_not_close", row.points, left, **params)
    for number, deduction in enumerate(row.deductions):
        other = table.by_code.get(deduction.criterion or "")
        if other is not None and other.max.value - other.points.value != deduction.points.value:
            place = (*at, "deductions", number, "points")
            loss = other.max.value - other.points.value
            code = "deduction_is_not_the_loss"
            _differs(report, place, code, deduction.points, loss, other=other.code)


def _check_formulas(row: Row, at: Pointer, table: _Table, report: Report) -> None:
    if row.formula is not None:
        _check_formula(row.formula, (*at, "formula"), table, report, row.points)
    for number, text in enumerate(row.workings):
        _check_formula(text, (*at, "workings", number), table, report, None)


def _check_formula(
    text: str, at: Pointer, table: _Table, report: Report, points: Figure | None
) -> None:
    checked = check_formula(text, table.printed.rounding)
    if checked.computed is None or checked.printed is None:
        report.warn(at, "formula_unreadable", formula=text)
        return
    unit = "%" if checked.in_percent else ""
    figures = {
        "formula": text,
        "printed": Published(checked.printed, checked.places, unit),
        "computed": Published(checked.computed, checked.places, unit),
    }
    if checked.verdict == "wrong":
        report.add(at, "formula_wrong", **figures)
    elif checked.verdict == "cut_off":
        report.warn(at, "formula_cut_off", **figures)
    if points is not None and checked.printed != points.value:
        report.add(at, "formula_is_not_points", **figures, points=_as_printed(points))


def _check_sums(
    rows: Sequence[Row], sums: Row | Total, at: Pointer, table: _Table, report: Report
) -> None:
    """Points and maxima of the rows below; where only losses are listed, the losses."""
    earned = total_of(row.points.value for row in rows)
    possible = total_of(row.max.value for row in rows)
    if table.printed.lists == "deducted_only":
        loss, below = sums.max.value - sums.points.value, possible - earned
        if loss != below:
            report.add((*at, "points"), "losses_do_not_add_up", printed=loss, computed=below)
        return
    if earned != sums.points.value:
        _differs(report, (*at, "points"), "points_do_not_add_up", sums.points, earned)
    if possible != sums.max.value:
        _differs(report, (*at, "max"), "printed_maxima_do_not_add_up", sums.max, possible)


def _check_index(total: Total, mode: RoundingMode, report: Report) -> None:
    if total.index is None or total.max.value == 0:
        return
    exact, places = total.points.value * 100 / total.max.value, total.index.places
    index = rounded(exact, places=places, mode=mode)
    if index == total.index.value:
        return
    cut_off = rounded(exact, places=places, mode="down") == total.index.value
    code = "index_cut_off" if cut_off else "index_wrong"
    _differs(report, ("total", "index"), code, total.index, index)


def _differs(
    report: Report, at: Pointer, code: str, figure: Figure, computed: Fraction, **params: object
) -> None:
    note = report.warn if code.endswith("_cut_off") else report.add
    note(at, code, printed=_as_printed(figure), computed=computed, **params)


def _as_printed(figure: Figure) -> Published:
    return Published(figure.value, figure.places)
