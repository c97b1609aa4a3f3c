"""What stands on a sheet, and what on one criterion of all sheets? As far as the caller may see it.

Units see what appraisers wrote once the explanation phase has begun, not while it may still change,
and final figures once they are published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.domain import Criterion, InvalidInputs, Result, evaluate, parse_inputs
from services.scoring.domain.rounds.layers import Layer, Sheet, View
from services.scoring.domain.rounds.lifecycle import RoundState
from services.scoring.domain.rounds.phases import Phase
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import RoundUnitRow
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.round_book import RoundBook, read_sheets
from shared.persistence.platform_tables import PlatformTables

APPRAISERS = (Layer.APPRAISED_1, Layer.APPRAISED_2, Layer.FINAL)
# in the order in which they are shown
LAYERS = tuple(Layer)


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A unit's sheet with its result in the view the caller may see."""

    sheet: Sheet
    view: View
    result: Result
    entries: Mapping[str, Sequence[Any]]  # by criterion, newest of each layer, as rows
    lacking: Sequence[tuple[str, str]]


def hidden_layers(book: RoundBook, unit: RoundUnitRow, *, insider: bool) -> tuple[Layer, ...]:
    """The layers a caller may not see yet."""
    if insider or book.row.state == RoundState.PUBLISHED:
        return ()
    if book.clock.standing(Phase.EXPLANATION, unit.unit_code) != "not_open_yet":
        return (Layer.FINAL,)
    return APPRAISERS


async def read_sheet(
    session: AsyncSession,
    tables: PlatformTables,
    book: RoundBook,
    unit: RoundUnitRow,
    *,
    insider: bool,
) -> SheetRead:
    """One unit's sheet.

    :raises Invalid: values and exemptions that together give no answer under the set.
    """
    hidden = hidden_layers(book, unit, insider=insider)
    [sheet] = await read_sheets(session, tables, book, [unit])
    rows = await stored.newest_entries(session, book.row.id, unit_code=unit.unit_code)
    shown = [row for row in rows if row.layer not in {layer.value for layer in hidden}]
    view = _view(sheet, hidden)
    criteria_set = book.books.of(unit.peer_group)
    try:
        (inputs,) = parse_inputs(sheet.inputs(criteria_set, view), criteria_set)
    except InvalidInputs as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    return SheetRead(
        sheet, view, evaluate(criteria_set, inputs), _by_line(shown), sheet.not_ready(criteria_set)
    )


async def read_lines(
    session: AsyncSession,
    tables: PlatformTables,
    book: RoundBook,
    units: Sequence[RoundUnitRow],
    criterion: str,
) -> list[tuple[RoundUnitRow, Sheet, Sequence[Any]]]:
    """One criterion across some units: the unit, its sheet of that line alone, and the entries."""
    if not units:
        return []
    sheets = await read_sheets(session, tables, book, units, criterion=criterion)
    rows = await stored.newest_entries(session, book.row.id, criterion=criterion)
    by_unit: dict[Any, list[Any]] = {}
    for row in sorted(rows, key=_place):
        by_unit.setdefault(row.round_unit_id, []).append(row)
    return [
        (unit, sheet, by_unit.get(unit.id, ())) for unit, sheet in zip(units, sheets, strict=True)
    ]


def area_of(book: RoundBook) -> dict[str, str]:
    """The area (lĩnh vực) of each leaf."""
    outline = book.criteria_set.outline
    return {leaf: area.code for area in outline.areas for leaf in outline.below[area.code]}


def scored_by(criterion: Criterion) -> str:
    """Who puts a value on a line; a line that follows from others is computed."""
    if criterion.rule is not None and criterion.rule.kind == "aggregate_of_others":
        return "computed"
    return criterion.scored_by or "self"


def _view(sheet: Sheet, hidden: Sequence[Layer]) -> View:
    layers = {layer for _, layer in sheet.entries} - set(hidden)
    if Layer.APPRAISED_2 in layers:
        return "reviewed"
    return "appraised" if Layer.APPRAISED_1 in layers else "self"


def _place(row: Any) -> int:
    return LAYERS.index(Layer(row.layer))


def _by_line(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in sorted(rows, key=_place):
        found.setdefault(row.criterion, []).append(row)
    return found
