"""How is a printed table of results written as JSON, to be checked?

Rows with points, maximum, deductions and the formulas printed beside them. The table may list every
row (`all`) or, as reports on remedies do, only the rows that lost points (`deducted_only`).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.scoring.domain.decimals import RoundingMode
from services.scoring.domain.fields import MAX_NAME, Field, OneOf, Schema, Text
from services.scoring.domain.printed_formulas import MAX_PRINTED_FORMULA
from services.scoring.domain.problems import InvalidPrintedResults, Pointer, Report
from services.scoring.domain.structures import Object, Record, Several

MAX_ROWS = 5000
_PRINTED = re.compile(r"[0-9]{1,18}(?:[.,][0-9]{1,12})?")


@dataclass(frozen=True)
class Figure:
    """A figure as printed; `places` are the decimals on paper."""

    value: Fraction
    places: int


class FigureField(Field[Figure]):
    """A decimal as it is printed: with a comma or a point."""

    def read(self, data: object, at: Pointer, report: Report) -> Figure | None:
        if not isinstance(data, str):
            report.add(at, "expected_printed")
        elif _PRINTED.fullmatch(data) is None:
            report.add(at, "not_printed_decimal")
        else:
            point = data.replace(",", ".")
            return Figure(Fraction(point), len(point.partition(".")[2]))
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_PRINTED.pattern}$"}


@dataclass(frozen=True)
class Deduction:
    """Points lost, in which criterion, and why."""

    points: Figure
    criterion: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the table. `formula` gives its points; `workings` are other calculations."""

    code: str
    points: Figure
    max: Figure
    title: str = ""
    parent: str | None = None
    deductions: tuple[Deduction, ...] | None = None
    formula: str | None = None
    workings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Total:
    """The bottom line of the table."""

    points: Figure
    max: Figure
    index: Figure | None = None


@dataclass(frozen=True)
class PrintedResults:
    """A printed table."""

    rows: tuple[Row, ...]
    title: str = ""
    reference: str = ""
    lists: Literal["all", "deducted_only"] = "all"
    rounding: RoundingMode = "half_up"
    total: Total | None = None


_DEDUCTION = Object(
    Deduction,
    Record(
        {"points": FigureField()},
        {"criterion": Text(MAX_NAME), "reason": Text(may_be_empty=True)},
    ),
)
_FORMULA = Text(MAX_PRINTED_FORMULA)
_ROW = Object(
    Row,
    Record(
        {"code": Text(MAX_NAME), "points": FigureField(), "max": FigureField()},
        {
            "title": Text(may_be_empty=True),
            "parent": Text(MAX_NAME),
            "deductions": Several(_DEDUCTION),
            "formula": _FORMULA,
            "workings": Several(_FORMULA),
        },
    ),
)


def _check_rows(table: PrintedResults, at: Pointer, report: Report) -> None:
    codes = {row.code for row in table.rows}
    for place, row in enumerate(table.rows):
        if row.parent is not None and (row.parent not in codes or row.parent == row.code):
            report.add((*at, "rows", place, "parent"), "unknown_parent", criterion=row.code)


PRINTED_RESULTS = Object(
    PrintedResults,
    Record(
        {"rows": Several(_ROW, least=1, most=MAX_ROWS, key=lambda row: row.code)},
        {
            "title": Text(may_be_empty=True),
            "reference": Text(may_be_empty=True),
            "lists": OneOf(("all", "deducted_only")),
            "rounding": OneOf(("half_up", "down")),
            "total": Object(
                Total,
                Record({"points": FigureField(), "max": FigureField()}, {"index": FigureField()}),
            ),
        },
    ),
    _check_rows,
)


def parse_printed_results(data: object) -> PrintedResults:
    """The table a JSON document says.

    :raises InvalidPrintedResults: with every problem found.
    """
    report = Report()
    table = PRINTED_RESULTS.read(data, (), report)
    if table is None:
        raise InvalidPrintedResults(report.problems)
    return table
