"""HTTP in: who takes part in a round, what does not concern them, and who appraises."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from services.scoring.api.dependencies import MayReadRounds, MayReadScores, MayRunRounds
from services.scoring.api.round_schemas import (
    AddUnits,
    AppraiserIn,
    AppraiserOut,
    ExemptionIn,
    ExemptionOut,
    OutcomesOut,
    RevokeIn,
    RoundUnitChange,
    RoundUnitOut,
)
from services.scoring.api.round_shapes import outcomes_out, round_unit_out
from services.scoring.domain.rounds.lifecycle import RoundState
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import AppraiserRow, ExemptionRow, RoundUnitRow
from services.scoring.use_cases import exempt as exempting
from services.scoring.use_cases import read_rounds, round_units
from services.scoring.use_cases.exempt import ExemptionData
from services.scoring.use_cases.read_rounds import OfRound
from services.scoring.use_cases.round_units import Choice, Placing
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code, Input
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["rounds"])


@router.get("/rounds/{round_id}/units")
async def list_round_units(
    round_id: UUID,
    access: MayReadScores,
    session: Reading,
    page: Paging,
    peer_group: Code | None = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
) -> Page[RoundUnitOut]:
    row = await read_rounds.see_round(session, access, round_id)
    figures = row.state == RoundState.PUBLISHED or await read_rounds.runs(session, access, row)
    rows, cursor = await fetch_page(
        session,
        read_rounds.units(access, OfRound(round_id, peer_group=peer_group, state=state)),
        page,
        id_column=col(RoundUnitRow.id),
        sorts={"unit_code": col(RoundUnitRow.unit_code)},
        default="unit_code",
    )
    nodes = await stored.nodes(session, access.tables, [unit.unit_code for unit in rows])
    items = [round_unit_out(unit, nodes[unit.unit_code], figures=figures) for unit in rows]
    return Page(items=items, next_cursor=cursor)


@router.post("/rounds/{round_id}/units")
async def add_round_units(
    round_id: UUID, body: AddUnits, access: MayRunRounds, uow: Uow
) -> OutcomesOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    if body.like_round is not None:
        await read_rounds.see_round(uow.session, access, body.like_round)
    if body.below is not None:
        await access.require_unit(uow.session, body.below)
    placing = {"peer_group", "level", "ranked"}
    return outcomes_out(
        await round_units.add_units(
            uow,
            row,
            Choice(**body.model_dump(exclude=placing)),
            Placing(**body.model_dump(include=placing)),
            access=access,
        )
    )


@router.patch("/rounds/{round_id}/units/{unit_code}")
async def change_round_unit(
    round_id: UUID,
    unit_code: Code,
    body: RoundUnitChange,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> RoundUnitOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    unit = await stored.round_unit(uow.session, row.id, unit_code, lock=True)
    expected.check(unit.revision)
    changes = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name == "level"
    }
    await round_units.change_unit(uow, row, unit, changes)
    nodes = await stored.nodes(uow.session, uow.tables, [unit_code])
    set_etag(response, unit.revision)
    return round_unit_out(unit, nodes[unit_code], figures=True)


@router.post("/rounds/{round_id}/units/{unit_code}:remove", status_code=204)
async def remove_round_unit(
    round_id: UUID,
    unit_code: Code,
    body: Input,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
) -> Response:
    _ = body
    row = await read_rounds.run_round(uow.session, access, round_id)
    unit = await stored.round_unit(uow.session, row.id, unit_code, lock=True)
    expected.check(unit.revision)
    await round_units.remove_unit(uow, row, unit)
    return Response(status_code=204)


@router.get("/rounds/{round_id}/exemptions")
async def list_exemptions(
    round_id: UUID, access: MayReadRounds, session: Reading, page: Paging
) -> Page[ExemptionOut]:
    await read_rounds.see_round(session, access, round_id)
    rows, cursor = await fetch_page(
        session,
        read_rounds.of_round(ExemptionRow, round_id),
        page,
        id_column=col(ExemptionRow.id),
        sorts={"created_at": col(ExemptionRow.created_at)},
        default="created_at",
    )
    return Page(items=[ExemptionOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/rounds/{round_id}/exemptions", status_code=201)
async def create_exemption(
    round_id: UUID, body: ExemptionIn, access: MayRunRounds, uow: Uow, response: Response
) -> ExemptionOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    data = ExemptionData(**body.model_dump())
    exemption = await exempting.exempt(uow, row, data, access.principal.id)
    set_etag(response, exemption.revision)
    return ExemptionOut.model_validate(exemption)


@router.post("/exemptions/{exemption_id}:revoke")
async def revoke_exemption(
    exemption_id: UUID,
    body: RevokeIn,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ExemptionOut:
    exemption = await read_rounds.see(uow.session, access, ExemptionRow, exemption_id)
    row = await read_rounds.run_round(uow.session, access, exemption.round_id)
    expected.check(exemption.revision)
    await exempting.revoke(uow, row, exemption, body.reason)
    set_etag(response, exemption.revision)
    return ExemptionOut.model_validate(exemption)


@router.get("/rounds/{round_id}/appraisers")
async def list_appraisers(
    round_id: UUID, access: MayReadRounds, session: Reading, page: Paging
) -> Page[AppraiserOut]:
    await read_rounds.see_round(session, access, round_id)
    rows, cursor = await fetch_page(
        session,
        read_rounds.of_round(AppraiserRow, round_id),
        page,
        id_column=col(AppraiserRow.id),
        sorts={"created_at": col(AppraiserRow.created_at)},
        default="created_at",
    )
    return Page(items=[AppraiserOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/rounds/{round_id}/appraisers", status_code=201)
async def assign_appraiser(
    round_id: UUID, body: AppraiserIn, access: MayRunRounds, uow: Uow, response: Response
) -> AppraiserOut:
    row = await read_rounds.run_round(uow.session, access, round_id)
    appraiser = await exempting.assign(uow, row, body.principal_id, body.criteria)
    set_etag(response, appraiser.revision)
    return AppraiserOut.model_validate(appraiser)


@router.post("/appraisers/{appraiser_id}:end")
async def end_appraiser(
    appraiser_id: UUID,
    body: Input,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> AppraiserOut:
    _ = body
    appraiser = await read_rounds.see(uow.session, access, AppraiserRow, appraiser_id)
    row = await read_rounds.run_round(uow.session, access, appraiser.round_id)
    expected.check(appraiser.revision)
    await exempting.end_assignment(uow, row, appraiser)
    set_etag(response, appraiser.revision)
    return AppraiserOut.model_validate(appraiser)
