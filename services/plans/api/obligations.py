"""HTTP in: what units owe, and how they answer for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func
from sqlmodel import col

from services.plans.api.dependencies import MayReadTasks, MayReport, MayVerify
from services.plans.api.obligation_schemas import (
    AcknowledgeIn,
    AssignIn,
    DecisionIn,
    DoneIn,
    ObligationOut,
    ProgressIn,
    ProgressOut,
)
from services.plans.api.shapes import obligation_out
from services.plans.storage.tables import ObligationRow, ProgressEntry
from services.plans.use_cases import read_plans
from services.plans.use_cases import work_on_obligation as work
from services.plans.use_cases.read_plans import ObligationFilter
from services.plans.use_cases.work_on_obligation import Report
from shared.access import Access
from shared.context import context_of
from shared.errors import Forbidden
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import Expected, IfMatch, set_etag
from shared.web.inputs import Code, OnBehalf, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading

router = APIRouter(route_class=CommandRoute, tags=["obligations"])


@router.get("/obligations")
async def list_obligations(  # noqa: PLR0913 - one parameter a filter
    request: Request,
    access: MayReadTasks,
    session: Asking,
    page: Paging,
    plan_id: UUID | None = None,
    task_id: UUID | None = None,
    unit_code: Code | None = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    overdue: bool | None = None,
    q: Words = None,
) -> Page[ObligationOut]:
    now = context_of(request).clock.now()
    wanted = ObligationFilter(plan_id, task_id, unit_code, state, overdue, q)
    due = func.coalesce(col(ObligationRow.due_on), read_plans.NO_DATE)
    rows, cursor = await fetch_page(
        session,
        read_plans.obligations(access, wanted, now=now),
        page,
        id_column=col(ObligationRow.id),
        sorts={"due_on": due, "created_at": col(ObligationRow.created_at)},
        default="due_on",
    )
    items = [obligation_out(row, access.principal, now) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/obligations/{obligation_id}")
async def get_obligation(
    obligation_id: UUID,
    request: Request,
    access: MayReadTasks,
    session: Reading,
    response: Response,
) -> ObligationOut:
    row = await read_plans.see_obligation(session, access, obligation_id)
    set_etag(response, row.revision)
    return obligation_out(row, access.principal, context_of(request).clock.now())


@router.get("/obligations/{obligation_id}/progress")
async def list_progress(
    obligation_id: UUID, access: MayReadTasks, session: Reading, page: Paging
) -> Page[ProgressOut]:
    await read_plans.see_obligation(session, access, obligation_id)
    rows, cursor = await fetch_page(
        session,
        read_plans.progress(obligation_id),
        page,
        id_column=col(ProgressEntry.id),
        sorts={"created_at": col(ProgressEntry.created_at)},
        default="created_at",
    )
    return Page(items=[ProgressOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/obligations/{obligation_id}:acknowledge")
async def acknowledge_obligation(
    obligation_id: UUID,
    body: AcknowledgeIn,
    access: MayReport,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    await work.acknowledge(uow, row, access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:assign")
async def assign_obligation(
    obligation_id: UUID,
    body: AssignIn,
    access: MayVerify,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    await work.assign(uow, row, body.officer_id, access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:report-progress")
async def report_progress(
    obligation_id: UUID,
    body: ProgressIn,
    access: MayReport,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    report = Report(**body.model_dump(exclude=ON_BEHALF))
    await work.report_progress(uow, row, report, access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:claim-done")
async def claim_obligation_done(
    obligation_id: UUID,
    body: DoneIn,
    access: MayReport,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    report = Report(**body.model_dump(exclude=ON_BEHALF))
    await work.claim_done(uow, row, report, access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:verify")
async def verify_obligation(
    obligation_id: UUID,
    body: DecisionIn,
    access: MayVerify,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    if access.principal.is_system:
        raise Forbidden("people_only")
    row = await own_obligation(uow, access, obligation_id, expected, body)
    await work.verify(uow, row, Report(narrative=body.narrative), access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:return")
async def return_obligation(
    obligation_id: UUID,
    body: DecisionIn,
    access: MayVerify,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    await work.send_back(uow, row, Report(narrative=body.narrative), access.principal)
    return answer(uow, row, access, response)


ON_BEHALF = set(OnBehalf.model_fields)


async def own_obligation(
    uow: UnitOfWork, access: Access, obligation_id: UUID, expected: Expected, body: OnBehalf
) -> ObligationRow:
    """An obligation of a unit within the caller's reach, as the caller last saw it."""
    row = await read_plans.see_obligation(uow.session, access, obligation_id)
    await access.require_unit(uow.session, row.unit_code)
    expected.check(row.revision)
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    return row


def answer(
    uow: UnitOfWork, row: ObligationRow, access: Access, response: Response
) -> ObligationOut:
    set_etag(response, row.revision)
    return obligation_out(row, access.principal, uow.now())
