"""What has gone up to whom, what did they answer, and is any ladder stuck?"""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import actions, reason_text
from services.notifications.api.escalation_schemas import (
    AnswerIn,
    AuditOut,
    EscalationDetail,
    EscalationOut,
    StepOut,
)
from services.notifications.storage import escalations as stored_ladders
from services.notifications.storage.escalation_tables import Escalation
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import write_escalations as write
from services.notifications.use_cases.audit_escalations import look
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.context import context_of
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/escalations", tags=["escalations"], route_class=CommandRoute)
State = Literal["waiting", "acknowledged", "exhausted", "resolved", "cancelled"]
Reader = Annotated[Access, Depends(Allowed("reminders.read"))]
Answerer = Annotated[Access, Depends(Allowed("tasks.report"))]
Operator = Annotated[Access, Depends(Allowed("messages.operate"))]
_SORTS = {"created_at": col(Escalation.created_at), "unit_code": col(Escalation.unit_code)}


@router.get("", operation_id="list_escalations")
async def list_escalations(
    access: Reader,
    session: Reading,
    page: Paging,
    state: State | None = None,
    unit_code: Code | None = None,
    obligation_id: UUID | None = None,
) -> Page[EscalationOut]:
    wanted = Filter(state=state, unit_code=unit_code, obligation_id=obligation_id)
    rows, cursor = await fetch_page(
        session,
        read.escalations(access, wanted),
        page,
        id_column=col(Escalation.id),
        sorts=_SORTS,
        default="-created_at",
    )
    may_answer = await read.reached(session, access, "tasks.report")
    values = [await _values(session, row, may_answer=may_answer(row.unit_code)) for row in rows]
    return Page(items=[EscalationOut.model_validate(v) for v in values], next_cursor=cursor)


@router.get("/audit", operation_id="audit_escalations")
async def audit_escalations(access: Operator, request: Request) -> AuditOut:
    access.require_everywhere()
    async with context_of(request).unit_of_work("look at ladders") as uow:
        found = await look(uow)
    return AuditOut(
        clean=found.is_clean,
        stalled=list(found.stalled),
        aimless=list(found.aimless),
        missing=list(found.missing),
    )


@router.get("/{escalation_id}", operation_id="get_escalation")
async def get_escalation(
    escalation_id: UUID, access: Reader, response: Response, session: Reading
) -> EscalationDetail:
    row = await read.see(
        session, read.escalations(access, Filter()), col(Escalation.id), escalation_id
    )
    return await _detail(session, access, response, row)


@router.post("/{escalation_id}:acknowledge", operation_id="acknowledge_escalation")
async def acknowledge_escalation(
    escalation_id: UUID,
    body: AnswerIn,
    access: Answerer,
    response: Response,
    expected: IfMatch,
    uow: Uow,
) -> EscalationDetail:
    row: Escalation = await read.see(
        uow.session, read.escalations(access, Filter()), col(Escalation.id), escalation_id
    )
    expected.check(row.revision)
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    row = await write.acknowledge(uow, row, until=body.until, note=body.note)
    return await _detail(uow.session, access, response, row)


async def _detail(
    session: AsyncSession, access: Access, response: Response, row: Escalation
) -> EscalationDetail:
    may_answer = await read.reached(session, access, "tasks.report")
    set_etag(response, row.revision)
    steps = await stored_ladders.steps_of(session, row.id)
    return EscalationDetail.model_validate(
        await _values(session, row, may_answer=may_answer(row.unit_code))
        | {"climbed": [StepOut.model_validate(step) for step in steps]}
    )


async def _values(session: AsyncSession, row: Escalation, *, may_answer: bool) -> dict[str, Any]:
    titles = await read.titles(session, {row.obligation_id})
    title, due_on = titles.get(row.obligation_id, ("", None))
    return (
        row.model_dump()
        | {"title": title, "due_on": due_on, "reason_text": reason_text(row.reason)}
        | actions({"acknowledge": write.why_not_answer(row)}, allowed=may_answer)
    )
