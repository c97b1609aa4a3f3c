"""What are the results of a round's units in a view? Computed outside the event loop, all at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.domain import InvalidInputs, Line, Result, evaluate, parse_inputs
from services.scoring.domain.rounds.deductions import (
    DoesNotClose,
    FinalLine,
    final_line,
    read_deductions,
)
from services.scoring.domain.rounds.layers import Layer, Sheet, View, counting
from services.scoring.domain.rounds.standings import Measured
from services.scoring.storage.round_tables import RoundUnitRow
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.round_book import RoundBook, read_sheets
from shared.errors import Conflict
from shared.persistence.platform_tables import PlatformTables


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit with its inputs, its result, and what each line lost and why."""

    unit: RoundUnitRow
    inputs: Mapping[str, Any]
    measured: Measured
    lines: Sequence[FinalLine]

    @property
    def result(self) -> Result:
        return self.measured.result


async def measure(
    session: AsyncSession,
    tables: PlatformTables,
    book: RoundBook,
    units: Sequence[RoundUnitRow],
    *,
    view: View,
) -> list[UnitResult]:
    """The results of some units in a view, in their order.

    :raises Invalid: values and exemptions that together give no answer under the set.
    :raises Conflict: deductions that no longer add up to what a line lost.
    """
    sheets = await read_sheets(session, tables, book, units)
    placed = [(unit.unit_code, unit.peer_group, unit.ranked) for unit in units]

    def compute() -> list[tuple[dict[str, Any], Measured, list[FinalLine]]]:
        return [
            _measured(book, sheet, group, ranked=ranked, view=view)
            for sheet, (_, group, ranked) in zip(sheets, placed, strict=True)
        ]

    try:
        computed = await asyncio.to_thread(compute)
    except InvalidInputs as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    return [
        UnitResult(unit, inputs, measured, lines)
        for unit, (inputs, measured, lines) in zip(units, computed, strict=True)
    ]


def _measured(
    book: RoundBook, sheet: Sheet, group: str, *, ranked: bool, view: View
) -> tuple[dict[str, Any], Measured, list[FinalLine]]:
    criteria_set = book.books.of(group)
    inputs = sheet.inputs(criteria_set, view)
    (read,) = parse_inputs(inputs, criteria_set)
    result = evaluate(criteria_set, read)
    lines = []
    for line in result.lines:
        named, reason = _why(result, line, sheet, view)
        try:
            lines.append(
                final_line(line, criteria_set, named=read_deductions(named), reason=reason)
            )
        except DoesNotClose as open_line:
            raise Conflict(
                "line_does_not_close", unit=sheet.unit_code, criterion=line.criterion.code
            ) from open_line
    return inputs, Measured(result, group, ranked=ranked), lines


def _why(
    result: Result, line: Line, sheet: Sheet, view: View
) -> tuple[Sequence[Mapping[str, str]], str]:
    """Why a line lost points: as its entry says, else as the unit says, else as the rule says."""
    code = line.criterion.code
    if line.points >= line.max:
        return (), ""
    if code in sheet.exemptions:
        return (), str(result.explain(code)["vi"])
    entry = counting(line.criterion, sheet.entries, view)
    own = sheet.entries.get((code, Layer.SELF))
    if entry is not None and (entry.deductions or entry.reason):
        return entry.deductions, entry.reason
    if own is not None and own.reason:
        return (), own.reason
    return (), str(result.explain(code)["vi"])
