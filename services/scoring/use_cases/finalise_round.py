"""When are the figures final? When no phase is open and nothing waits; then they are frozen as rows."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert

from services.scoring.domain import fixed, plain
from services.scoring.domain.rounds.deductions import FinalLine
from services.scoring.domain.rounds.layers import Layer
from services.scoring.domain.rounds.lifecycle import RoundState
from services.scoring.domain.rounds.phases import ORDER
from services.scoring.domain.rounds.standings import standings
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import DeductionRow, FinalLineRow, RoundRow, RoundUnitRow
from services.scoring.use_cases.enter import NewEntry, add_entries
from services.scoring.use_cases.measure import UnitResult, measure
from services.scoring.use_cases.round_book import RoundBook, open_book, read_sheets
from services.scoring.use_cases.rounds import require
from shared.errors import Conflict
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

Unappraised = Literal["refuse", "zero"]
_NAMED = 10  # so many lines are named in a refusal


async def finalise(
    uow: UnitOfWork, row: RoundRow, *, unappraised: Unappraised, by: UUID, phases_count: bool = True
) -> list[UnitResult]:
    """Make the figures final (chốt điểm): lines, deductions, results, ranks.

    `phases_count` False: the figures were decided elsewhere, so no phase of ours is waited for.

    :raises Conflict: a phase is still open, an objection waits, or lines lack an appraisal and
        they are not to count as nothing.
    """
    await require(uow, row, "finalise")
    book = await open_book(uow.session, row, uow.now())
    units = await stored.round_units(uow.session, row.id, lock=True)
    if phases_count:
        _require_closed(book, units)
    if unappraised == "refuse":
        await _require_appraised(uow, book, units)
    results = await measure(uow.session, uow.tables, book, units, view="reviewed")
    row.state = RoundState.FINAL
    row.finalisation += 1
    row.unappraised = unappraised
    await uow.save(row)
    await _freeze(uow, row, results)
    _place(book, results)
    await add_entries(
        uow,
        [(result.unit, _final_entries(result)) for result in results],
        book.criteria_set,
        by=by,
    )
    return results


def _require_closed(book: RoundBook, units: Sequence[RoundUnitRow]) -> None:
    for phase in ORDER:
        for code in (None, *(unit.unit_code for unit in units)):
            if book.clock.standing(phase, code) != "closed":
                raise Conflict("phases_still_open")


async def _require_appraised(
    uow: UnitOfWork, book: RoundBook, units: Sequence[RoundUnitRow]
) -> None:
    sheets = await read_sheets(uow.session, uow.tables, book, units)
    lacking = [
        f"{sheet.unit_code} {code}"
        for sheet in sheets
        for code in sheet.unappraised(book.criteria_set)
    ]
    if lacking:
        raise Conflict("lines_not_appraised", count=len(lacking), lines=", ".join(lacking[:_NAMED]))


def _place(book: RoundBook, results: Sequence[UnitResult]) -> None:
    """Put result and rank on each unit."""
    placed = {p.unit: p for p in standings((r.measured for r in results), book.books.groups)}
    for found in results:
        unit, result = found.unit, found.result
        rounding = result.criteria_set.rounding
        unit.total = fixed(result.total, rounding.places)
        unit.applicable_max = plain(result.applicable_max)
        places = result.criteria_set.index_places
        unit.index = None if result.index is None else fixed(result.index, places)
        unit.class_name = result.class_name
        unit.rank, unit.rank_of = placed[unit.unit_code].rank, placed[unit.unit_code].of
        unit.result_hash = result.hash


async def _freeze(uow: UnitOfWork, row: RoundRow, results: Sequence[UnitResult]) -> None:
    lines: list[dict[str, Any]] = []
    deductions: list[dict[str, Any]] = []
    for result in results:
        common = {
            "round_id": row.id,
            "round_unit_id": result.unit.id,
            "unit_code": result.unit.unit_code,
            "finalisation": row.finalisation,
        }
        for line in result.lines:
            lines.append({**common, "id": new_id(), **_figures(line)})
            deductions += [
                {
                    **common,
                    "id": new_id(),
                    "criterion": line.criterion,
                    "number": number,
                    "points": _decimal(entry.points),
                    "reason": entry.reason,
                }
                for number, entry in enumerate(line.deductions, start=1)
            ]
    await uow.session.execute(insert(FinalLineRow), lines)
    if deductions:
        await uow.session.execute(insert(DeductionRow), deductions)


def _figures(line: FinalLine) -> dict[str, Any]:
    if not line.closes:
        raise ValueError(f"the line {line.criterion} does not close")
    return {
        "criterion": line.criterion,
        "status": line.status,
        "points": _decimal(line.points),
        "max_points": _decimal(line.max),
        "points_lost": _decimal(line.lost),
    }


def _decimal(value: Fraction) -> Decimal:
    return Decimal(plain(value))


def _final_entries(result: UnitResult) -> list[NewEntry]:
    values = result.inputs["values"]
    by_code = {line.criterion.code: line for line in result.result.lines}
    return [
        NewEntry(
            line.criterion,
            Layer.FINAL,
            values.get(line.criterion),
            "; ".join(entry.reason for entry in line.deductions),
            line=by_code[line.criterion],
        )
        for line in result.lines
    ]
