"""HTTP in: what changes about an obligation after the issue. More time, a pause, an end; remarks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from services.plans.api.dependencies import MayIssue, MayReadTasks, MayReport
from services.plans.api.obligation_schemas import (
    CancelIn,
    CommentIn,
    CommentOut,
    ExtensionApproval,
    ExtensionIn,
    ExtensionOut,
    ExtensionRefusal,
    ObligationOut,
    ResumeIn,
    SuspendIn,
)
from services.plans.api.obligations import answer, own_obligation
from services.plans.api.shapes import extension_out
from services.plans.storage.repositories import get
from services.plans.storage.tables import Comment, ExtensionRequest, ObligationRow, Plan
from services.plans.use_cases import change_obligation as change
from services.plans.use_cases import read_plans
from services.plans.use_cases.work_on_obligation import Report
from shared.access import Access
from shared.errors import Forbidden
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import Expected, IfMatch, set_etag
from shared.web.inputs import OnBehalf
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["obligations"])
ExtensionState = Literal["requested", "approved", "refused", "withdrawn", "lapsed"]


@router.post("/obligations/{obligation_id}:request-extension", status_code=201)
async def request_extension(
    obligation_id: UUID,
    body: ExtensionIn,
    access: MayReport,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ExtensionOut:
    row = await own_obligation(uow, access, obligation_id, expected, body)
    request = await change.request_extension(
        uow, row, until=body.requested_due_on, reason=body.narrative, by=access.principal
    )
    response.headers["Location"] = f"/plans/v1/extensions/{request.id}"
    return _told(request, access, response)


@router.get("/extensions")
async def list_extensions(
    access: MayReadTasks,
    session: Reading,
    page: Paging,
    state: Annotated[ExtensionState | None, Query()] = None,
    obligation_id: UUID | None = None,
    plan_id: UUID | None = None,
) -> Page[ExtensionOut]:
    rows, cursor = await fetch_page(
        session,
        read_plans.extensions(access, state=state, obligation_id=obligation_id, plan_id=plan_id),
        page,
        id_column=col(ExtensionRequest.id),
        sorts={"created_at": col(ExtensionRequest.created_at)},
        default="created_at",
    )
    items = [extension_out(row, access.principal) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/extensions/{extension_id}")
async def get_extension(
    extension_id: UUID, access: MayReadTasks, session: Reading, response: Response
) -> ExtensionOut:
    request = await read_plans.see_extension(session, access, extension_id)
    return _told(request, access, response)


@router.post("/extensions/{extension_id}:approve")
async def approve_extension(
    extension_id: UUID,
    body: ExtensionApproval,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ExtensionOut:
    request = await _to_decide(uow, access, extension_id, expected)
    report = Report(narrative=body.narrative, document=body.document)
    await change.approve_extension(
        uow, request, report, until=body.granted_due_on, by=access.principal
    )
    return _told(request, access, response)


@router.post("/extensions/{extension_id}:refuse")
async def refuse_extension(
    extension_id: UUID,
    body: ExtensionRefusal,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ExtensionOut:
    request = await _to_decide(uow, access, extension_id, expected)
    report = Report(narrative=body.narrative, document=body.document)
    await change.refuse_extension(uow, request, report, by=access.principal)
    return _told(request, access, response)


@router.post("/extensions/{extension_id}:withdraw")
async def withdraw_extension(
    extension_id: UUID, access: MayReport, expected: IfMatch, uow: Uow, response: Response
) -> ExtensionOut:
    request = await read_plans.see_extension(uow.session, access, extension_id)
    await access.require_unit(uow.session, request.unit_code)
    expected.check(request.revision)
    await change.withdraw_extension(uow, request, by=access.principal)
    return _told(request, access, response)


@router.post("/obligations/{obligation_id}:suspend")
async def suspend_obligation(
    obligation_id: UUID,
    body: SuspendIn,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await _of_own_plan(uow, access, obligation_id, expected, body)
    report = Report(narrative=body.narrative, document=body.document)
    await change.suspend(uow, row, report, access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:resume")
async def resume_obligation(
    obligation_id: UUID,
    body: ResumeIn,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await _of_own_plan(uow, access, obligation_id, expected, body)
    report = Report(narrative=body.narrative, document=body.document)
    await change.resume(uow, row, report, until=body.due_on, by=access.principal)
    return answer(uow, row, access, response)


@router.post("/obligations/{obligation_id}:cancel")
async def cancel_obligation(
    obligation_id: UUID,
    body: CancelIn,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObligationOut:
    row = await _of_own_plan(uow, access, obligation_id, expected, body)
    report = Report(narrative=body.narrative, document=body.document)
    await change.cancel(uow, row, report, access.principal)
    return answer(uow, row, access, response)


@router.get("/obligations/{obligation_id}/comments")
async def list_comments(
    obligation_id: UUID, access: MayReadTasks, session: Reading, page: Paging
) -> Page[CommentOut]:
    await read_plans.see_obligation(session, access, obligation_id)
    rows, cursor = await fetch_page(
        session,
        read_plans.comments(obligation_id),
        page,
        id_column=col(Comment.id),
        sorts={"created_at": col(Comment.created_at)},
        default="created_at",
    )
    return Page(items=[CommentOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/obligations/{obligation_id}/comments", status_code=201)
async def add_comment(
    obligation_id: UUID, body: CommentIn, access: MayReport, uow: Uow, response: Response
) -> CommentOut:
    row = await read_plans.see_obligation(uow.session, access, obligation_id)
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    comment = await change.add_comment(uow, row, words=body.text, by=access.principal)
    response.headers["Location"] = f"/plans/v1/obligations/{obligation_id}/comments"
    return CommentOut.model_validate(comment)


async def _of_own_plan(
    uow: UnitOfWork, access: Access, obligation_id: UUID, expected: Expected, body: OnBehalf
) -> ObligationRow:
    """An obligation of a plan whose unit is within the caller's reach."""
    row = await read_plans.see_obligation(uow.session, access, obligation_id)
    plan = await get(uow.session, Plan, row.plan_id)
    await access.require_unit(uow.session, plan.unit_code)
    expected.check(row.revision)
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    return row


async def _to_decide(
    uow: UnitOfWork, access: Access, extension_id: UUID, expected: Expected
) -> ExtensionRequest:
    """A request about a plan whose unit is within the caller's reach. People decide, not systems."""
    if access.principal.is_system:
        raise Forbidden("people_only")
    request = await read_plans.see_extension(uow.session, access, extension_id)
    plan = await get(uow.session, Plan, request.plan_id)
    await access.require_unit(uow.session, plan.unit_code)
    expected.check(request.revision)
    return request


def _told(request: ExtensionRequest, access: Access, response: Response) -> ExtensionOut:
    set_etag(response, request.revision)
    return extension_out(request, access.principal)
