"""HTTP in: what open points are worth, and what-if; computed, nothing stored."""

from fractions import Fraction
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.api.dependencies import MayReadScores
from services.scoring.api.what_if_schemas import (
    OutcomeFigures,
    PointValueOut,
    SimulatedLine,
    SimulationIn,
    SimulationOut,
)
from services.scoring.domain import Result, fixed, plain
from services.scoring.domain.decimals import rounded
from services.scoring.domain.rounds.deductions import shown_points
from services.scoring.domain.rounds.what_if import Worth, worth_of_lines
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import RoundRow, RoundUnitRow
from services.scoring.use_cases import read_rounds
from services.scoring.use_cases import what_if as asking
from services.scoring.use_cases.read_sheets import SheetRead, area_of, read_sheet
from services.scoring.use_cases.round_book import RoundBook, open_book
from shared.access import Access
from shared.context import context_of
from shared.texts import current_language
from shared.web.command import ReadRoute
from shared.web.inputs import Code
from shared.web.pagination import Page, whole_list
from shared.web.sessions import Reading

router = APIRouter(route_class=ReadRoute, tags=["results"])


@router.get("/point-values")
async def list_point_values(
    request: Request,
    access: MayReadScores,
    session: Reading,
    unit: Code | None = None,
    round_id: UUID | None = None,
) -> Page[PointValueOut]:
    unit_code = unit or access.principal.unit_code or ""
    row = await asking.newest_round_of(session, access, unit_code, round_id)
    if row is None:
        return whole_list([])
    book, _, read, _ = await _sheet(session, access, row, unit_code, request)
    areas = area_of(book)
    return whole_list(
        [_worth(row, read.result, worth, areas) for worth in worth_of_lines(read.result)]
    )


@router.post("/rounds/{round_id}/units/{unit_code}:simulate")
async def simulate_unit(
    round_id: UUID,
    unit_code: Code,
    body: SimulationIn,
    request: Request,
    access: MayReadScores,
    session: Reading,
) -> SimulationOut:
    row = await read_rounds.see_of_unit(session, access, round_id, unit_code)
    book, unit, read, insider = await _sheet(session, access, row, unit_code, request)
    found = await asking.simulate(session, access, book, unit, read, body.values, insider=insider)
    before = {line.criterion.code: line for line in found.before.lines}
    moved = [
        SimulatedLine(
            criterion=line.criterion.code,
            title=line.criterion.title,
            points_before=_shown(found.before, before[line.criterion.code].points),
            points_after=_shown(found.after, line.points),
        )
        for line in found.after.lines
        if line.points != before[line.criterion.code].points
    ]
    return SimulationOut(
        unit_code=unit_code,
        view=read.view,
        before=_figures(found.before, found.rank_before),
        after=_figures(found.after, found.rank_after),
        rank_basis=found.basis,
        lines=moved,
    )


async def _sheet(
    session: AsyncSession, access: Access, row: RoundRow, unit_code: str, request: Request
) -> tuple[RoundBook, RoundUnitRow, SheetRead, bool]:
    """A unit's sheet in the newest view the caller may see."""
    book = await open_book(session, row, context_of(request).clock.now())
    unit = await stored.round_unit(session, row.id, unit_code)
    insider = await read_rounds.runs(session, access, row)
    read = await read_sheet(session, access.tables, book, unit, insider=insider)
    return book, unit, read, insider


def _worth(row: RoundRow, result: Result, worth: Worth, areas: dict[str, str]) -> PointValueOut:
    criterion = worth.line.criterion
    criteria_set = result.criteria_set
    explained = result.explain(criterion.code)
    return PointValueOut(
        round_id=row.id,
        criterion=criterion.code,
        title=criterion.title,
        area=areas[criterion.code],
        status=worth.line.status,
        points=fixed(shown_points(worth.line, criteria_set), criteria_set.rounding.places),
        max=plain(criterion.maximum),
        worth_line=_shown(result, worth.lost),
        worth_total=_shown(result, worth.total),
        worth_index=fixed(worth.index, criteria_set.index_places),
        explanation=str(explained[current_language.get()]),
    )


def _figures(result: Result, rank: int | None) -> OutcomeFigures:
    places = result.criteria_set.index_places
    return OutcomeFigures(
        total=_shown(result, result.total),
        applicable_max=plain(result.applicable_max),
        index=None if result.index is None else fixed(result.index, places),
        class_name=result.class_name,
        rank=rank,
    )


def _shown(result: Result, points: Fraction) -> str:
    rounding = result.criteria_set.rounding
    return fixed(rounded(points, places=rounding.places, mode=rounding.mode), rounding.places)
