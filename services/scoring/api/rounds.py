"""HTTP in: scoring rounds from preparation to the final figures."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.api.dependencies import MayReadRounds, MayRunRounds
from services.scoring.api.round_schemas import (
    Extension,
    FinaliseIn,
    PhaseChangeOut,
    PhaseChangesOut,
    Reopening,
    RoundChange,
    RoundIn,
    RoundOut,
)
from services.scoring.api.round_shapes import round_out
from services.scoring.domain.rounds.phases import Window
from services.scoring.domain.rounds.standings import PeerGroup
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import PhaseChangeRow, RoundRow
from services.scoring.use_cases import read_rounds
from services.scoring.use_cases import rounds as use
from services.scoring.use_cases.finalise_round import finalise
from services.scoring.use_cases.rounds import LaterClosing, RoundData
from shared.access import Access
from shared.context import context_of
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Input, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["rounds"])


@router.get("/rounds")
async def list_rounds(
    request: Request,
    access: MayReadRounds,
    session: Reading,
    page: Paging,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    q: Words = None,
) -> Page[RoundOut]:
    rows, cursor = await fetch_page(
        session,
        read_rounds.rounds(access, year=year, state=state, q=q),
        page,
        id_column=col(RoundRow.id),
        sorts={
            "year": col(RoundRow.year),
            "code": col(RoundRow.code),
            "created_at": col(RoundRow.created_at),
        },
        default="-year",
    )
    ids = [row.id for row in rows]
    units = await stored.count_units(session, ids)
    waiting = await stored.count_open_objections(session, ids)
    now = context_of(request).clock.now()
    items = [
        round_out(
            row,
            access.principal,
            now,
            units=units.get(row.id, 0),
            objections=waiting.get(row.id, 0),
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor)


@router.post("/rounds", status_code=201)
async def create_round(
    body: RoundIn, access: MayRunRounds, uow: Uow, response: Response
) -> RoundOut:
    await access.require_unit(uow.session, body.unit_code)
    row = await use.create_round(uow, code=body.code, unit_code=body.unit_code, data=_data(body))
    response.headers["Location"] = f"/scoring/v1/rounds/{row.id}"
    return await _answer(uow, row, access, response)


@router.get("/rounds/{round_id}")
async def get_round(
    round_id: UUID, request: Request, access: MayReadRounds, session: Reading, response: Response
) -> RoundOut:
    row = await read_rounds.see_round(session, access, round_id)
    set_etag(response, row.revision)
    return await _shape(session, row, access, context_of(request).clock.now())


@router.put("/rounds/{round_id}")
async def change_round(
    round_id: UUID,
    body: RoundChange,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> RoundOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    await use.change_round(uow, row, _data(body))
    return await _answer(uow, row, access, response)


@router.post("/rounds/{round_id}:open")
async def open_round(
    round_id: UUID,
    body: Input,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> RoundOut:
    _ = body
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    await use.open_round(uow, row)
    return await _answer(uow, row, access, response)


@router.post("/rounds/{round_id}:extend")
async def extend_phase(
    round_id: UUID, body: Extension, access: MayRunRounds, expected: IfMatch, uow: Uow
) -> PhaseChangesOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    wanted = LaterClosing(**body.model_dump())
    return _changes(await use.extend(uow, row, wanted, access.principal.id))


@router.post("/rounds/{round_id}:reopen")
async def reopen_phase(
    round_id: UUID, body: Reopening, access: MayRunRounds, expected: IfMatch, uow: Uow
) -> PhaseChangesOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    uow.act_for(on_behalf_of=None, via=None, reason=body.reason)
    wanted = LaterClosing(**body.model_dump())
    return _changes(await use.reopen(uow, row, wanted, access.principal.id))


@router.get("/rounds/{round_id}/phase-changes")
async def list_phase_changes(
    round_id: UUID, access: MayReadRounds, session: Reading, page: Paging
) -> Page[PhaseChangeOut]:
    await read_rounds.see_round(session, access, round_id)
    rows, cursor = await fetch_page(
        session,
        read_rounds.of_round(PhaseChangeRow, round_id),
        page,
        id_column=col(PhaseChangeRow.id),
        sorts={"created_at": col(PhaseChangeRow.created_at)},
        default="created_at",
    )
    return Page(items=[PhaseChangeOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/rounds/{round_id}:finalise")
async def finalise_round(
    round_id: UUID,
    body: FinaliseIn,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> RoundOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    uow.act_for(on_behalf_of=None, via=None, reason=body.reason)
    await finalise(uow, row, unappraised=body.unappraised, by=access.principal.id)
    return await _answer(uow, row, access, response)


def _data(body: RoundChange) -> RoundData:
    return RoundData(
        title=body.title,
        year=body.year,
        criteria_set_id=body.criteria_set_id,
        phases={
            phase: Window(window.opens_at, window.closes_at)
            for phase, window in body.phases.items()
        },
        peer_groups=[PeerGroup(**group.model_dump()) for group in body.peer_groups],
        previous_round_id=body.previous_round_id,
    )


def _changes(rows: list[PhaseChangeRow]) -> PhaseChangesOut:
    return PhaseChangesOut(changes=[PhaseChangeOut.model_validate(row) for row in rows])


async def _answer(uow: UnitOfWork, row: RoundRow, access: Access, response: Response) -> RoundOut:
    set_etag(response, row.revision)
    return await _shape(uow.session, row, access, uow.now())


async def _shape(session: AsyncSession, row: RoundRow, access: Access, now: datetime) -> RoundOut:
    units = await stored.count_units(session, [row.id])
    waiting = await stored.count_open_objections(session, [row.id])
    return round_out(
        row,
        access.principal,
        now,
        units=units.get(row.id, 0),
        objections=waiting.get(row.id, 0),
    )
