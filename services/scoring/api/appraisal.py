"""HTTP in: appraisers at their criteria, each across all units; and decisions on objections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from services.scoring.api.dependencies import MayAppraise, MayReadScores
from services.scoring.api.round_schemas import Criterion, OutcomesOut
from services.scoring.api.round_shapes import outcomes_out
from services.scoring.api.sheet_schemas import (
    ApplyToAllIn,
    AppraiseIn,
    CriterionLine,
    HeldCriterion,
    ObjectionOut,
    ReasonIn,
    ReasonOut,
    RulingIn,
)
from services.scoring.api.sheet_shapes import criterion_line, objection_out
from services.scoring.domain import plain
from services.scoring.domain.rounds.layers import Layer, leaves_of
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import ObjectionRow, ReasonRow, RoundRow, RoundUnitRow
from services.scoring.use_cases import appraise as appraising
from services.scoring.use_cases import object_to, read_rounds
from services.scoring.use_cases.appraise import Appraisal, Task
from services.scoring.use_cases.object_to import Ruling
from services.scoring.use_cases.read_rounds import OfRound
from services.scoring.use_cases.read_sheets import area_of, read_lines, scored_by
from services.scoring.use_cases.reasons import add_reason, wording_of
from services.scoring.use_cases.round_book import RoundBook, open_book
from shared.access import Access
from shared.context import context_of
from shared.errors import Forbidden
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code, Words
from shared.web.pagination import Page, Paging, fetch_page, whole_list
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["appraisal"])


@router.get("/rounds/{round_id}/criteria")
async def list_held_criteria(
    round_id: UUID, request: Request, access: MayAppraise, session: Reading
) -> Page[HeldCriterion]:
    row = await read_rounds.see_round(session, access, round_id)
    book = await open_book(session, row, context_of(request).clock.now())
    held = await _held(session, access, book)
    counts = await read_rounds.appraised_counts(session, round_id)
    units = await stored.count_units(session, [round_id])
    areas = area_of(book)
    return whole_list(
        [
            HeldCriterion(
                criterion=leaf.code,
                title=leaf.title,
                area=areas[leaf.code],
                max=plain(leaf.maximum),
                scored_by=scored_by(leaf),
                units=units.get(round_id, 0),
                appraised=counts.get(leaf.code, 0),
            )
            for leaf in book.criteria_set.outline.leaves
            if leaf.code in held
        ]
    )


@router.get("/rounds/{round_id}/lines")
async def list_lines_of_criterion(
    round_id: UUID,
    criterion: Criterion,
    request: Request,
    access: MayAppraise,
    session: Reading,
    page: Paging,
    peer_group: Code | None = None,
) -> Page[CriterionLine]:
    row = await read_rounds.see_round(session, access, round_id)
    book = await open_book(session, row, context_of(request).clock.now())
    if criterion not in await _held(session, access, book):
        return whole_list([])
    # whoever holds a criterion sees it on all units, wherever these are
    rows, cursor = await fetch_page(
        session,
        read_rounds.all_units(OfRound(round_id, peer_group=peer_group)),
        page,
        id_column=col(RoundUnitRow.id),
        sorts={"unit_code": col(RoundUnitRow.unit_code)},
        default="unit_code",
    )
    nodes = await stored.nodes(session, access.tables, [unit.unit_code for unit in rows])
    waiting = await stored.open_objections(session, round_id)
    items = [
        criterion_line(
            book,
            unit,
            sheet,
            entries,
            node=nodes[unit.unit_code],
            criterion=criterion,
            objection_id=waiting.get((unit.unit_code, criterion)),
            principal=access.principal,
        )
        for unit, sheet, entries in await read_lines(session, access.tables, book, rows, criterion)
    ]
    return Page(items=items, next_cursor=cursor)


@router.post("/rounds/{round_id}:appraise")
async def appraise_lines(
    round_id: UUID, body: AppraiseIn, access: MayAppraise, uow: Uow
) -> OutcomesOut:
    task = await _task(uow, access, round_id, body.criterion, Layer(body.layer))
    wanted = [Appraisal(**unit.model_dump()) for unit in body.units]
    return outcomes_out(await appraising.appraise(uow, task, wanted))


@router.post("/rounds/{round_id}:apply-to-all")
async def apply_to_all_units(
    round_id: UUID, body: ApplyToAllIn, access: MayAppraise, uow: Uow
) -> OutcomesOut:
    task = await _task(uow, access, round_id, body.criterion, Layer(body.layer))
    reason = await wording_of(uow, access, body.reason_id) if body.reason_id else body.reason
    template = Appraisal(
        "", body.accept, body.value, reason, [loss.model_dump() for loss in body.deductions]
    )
    return outcomes_out(
        await appraising.apply_to_all(
            uow, task, template, only_new=body.only_new, units=body.unit_codes
        )
    )


@router.get("/deduction-reasons")
async def list_deduction_reasons(
    access: MayAppraise,
    session: Reading,
    page: Paging,
    criterion: Criterion | None = None,
    q: Words = None,
) -> Page[ReasonOut]:
    rows, cursor = await fetch_page(
        session,
        read_rounds.reasons(access, criterion=criterion, q=q),
        page,
        id_column=col(ReasonRow.id),
        sorts={"created_at": col(ReasonRow.created_at), "wording": col(ReasonRow.search)},
        default="wording",
    )
    return Page(items=[ReasonOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/deduction-reasons", status_code=201)
async def create_deduction_reason(
    body: ReasonIn, access: MayAppraise, uow: Uow, response: Response
) -> ReasonOut:
    await access.require_unit(uow.session, body.unit_code)
    row = await add_reason(
        uow, unit_code=body.unit_code, criterion=body.criterion, wording=body.wording
    )
    set_etag(response, row.revision)
    return ReasonOut.model_validate(row)


@router.get("/rounds/{round_id}/objections")
async def list_objections(
    round_id: UUID,
    access: MayReadScores,
    session: Reading,
    page: Paging,
    unit_code: Code | None = None,
    criterion: Criterion | None = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
) -> Page[ObjectionOut]:
    await read_rounds.see_round(session, access, round_id)
    wanted = OfRound(round_id, unit_code=unit_code, criterion=criterion, state=state)
    rows, cursor = await fetch_page(
        session,
        read_rounds.objections(access, wanted),
        page,
        id_column=col(ObjectionRow.id),
        sorts={"created_at": col(ObjectionRow.created_at)},
        default="created_at",
    )
    return Page(items=[objection_out(row, access.principal) for row in rows], next_cursor=cursor)


@router.get("/objections/{objection_id}")
async def get_objection(
    objection_id: UUID, access: MayReadScores, session: Reading, response: Response
) -> ObjectionOut:
    row = await read_rounds.see(session, access, ObjectionRow, objection_id)
    set_etag(response, row.revision)
    return objection_out(row, access.principal)


@router.post("/objections/{objection_id}:decide")
async def decide_objection(
    objection_id: UUID,
    body: RulingIn,
    access: MayAppraise,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObjectionOut:
    if access.principal.is_system:
        raise Forbidden("people_only")
    # whoever holds the criterion decides, wherever the unit is
    row = await stored.get(uow.session, ObjectionRow, objection_id)
    await read_rounds.see_round(uow.session, access, row.round_id)
    expected.check(row.revision)
    task = await _task(uow, access, row.round_id, row.criterion, Layer.APPRAISED_2)
    unit = await stored.round_unit(uow.session, row.round_id, row.unit_code, lock=True)
    await object_to.decide(uow, task, unit, row, Ruling(**body.model_dump()))
    set_etag(response, row.revision)
    return objection_out(row, access.principal)


async def _task(
    uow: UnitOfWork, access: Access, round_id: UUID, criterion: str, layer: Layer
) -> Task:
    row: RoundRow = await read_rounds.see_round(uow.session, access, round_id)
    book = await open_book(uow.session, row, uow.now())
    insider = await read_rounds.runs(uow.session, access, row)
    return await appraising.task_of(
        uow, book, criterion, layer, by=access.principal, insider=insider
    )


async def _held(session: Reading, access: Access, book: RoundBook) -> set[str]:
    """The lines the caller appraises: those assigned, or all for whoever runs the round."""
    if await read_rounds.runs(session, access, book.row):
        return {leaf.code for leaf in book.criteria_set.outline.leaves}
    mine = await stored.criteria_held(session, book.row.id, access.principal.id)
    return {leaf for code in mine for leaf in leaves_of(book.criteria_set, code)}
