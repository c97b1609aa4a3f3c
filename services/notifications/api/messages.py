"""What was said to whom, did it arrive, and why was it said?"""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import actions, reason_text
from services.notifications.api.schemas import AttemptOut, MessageBrief, MessageOut
from services.notifications.gateways.mail import to_bytes
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Message
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import resend_message
from services.notifications.use_cases.read_notifications import Filter
from services.notifications.use_cases.send_messages import mail_of
from shared.access import Access
from shared.context import context_of
from shared.errors import Conflict
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/messages", tags=["messages"], route_class=CommandRoute)
State = Literal[
    "queued",
    "sending",
    "sent",
    "temporary_failure",
    "permanent_failure",
    "technical_failure",
    "unknown",
    "not_sent",
    "held",
]
Reader = Annotated[Access, Depends(Allowed("messages.read"))]
Operator = Annotated[Access, Depends(Allowed("messages.operate"))]
_SORTS = {"created_at": col(Message.created_at), "unit_code": col(Message.unit_code)}


@router.get("", operation_id="list_messages")
async def list_messages(  # noqa: PLR0913 - one parameter a filter
    access: Reader,
    session: Reading,
    page: Paging,
    state: State | None = None,
    kind: Literal["reminder", "escalation", "digest", "code"] | None = None,
    channel: Literal["email"] | None = None,
    obligation_id: UUID | None = None,
    person_id: UUID | None = None,
    unit_code: Code | None = None,
) -> Page[MessageBrief]:
    wanted = Filter(
        state=state,
        kind=kind,
        channel=channel,
        obligation_id=obligation_id,
        person_id=person_id,
        unit_code=unit_code,
    )
    rows, cursor = await fetch_page(
        session,
        read.messages(access, wanted),
        page,
        id_column=col(Message.id),
        sorts=_SORTS,
        default="-created_at",
    )
    may_operate = await read.reached(session, access, "messages.operate")
    items = [
        MessageBrief.model_validate(
            await _values(session, row, may_operate=may_operate(row.unit_code))
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor)


@router.get("/{message_id}", operation_id="get_message")
async def get_message(
    message_id: UUID, access: Reader, response: Response, session: Reading
) -> MessageOut:
    return await _answer(session, access, response, await _seen(session, access, message_id))


@router.get(
    "/{message_id}/eml",
    operation_id="get_message_eml",
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {"schema": {"type": "string"}}}}},
)
async def get_message_eml(
    message_id: UUID, access: Reader, request: Request, session: Reading
) -> Response:
    message = await _seen(session, access, message_id)
    if message.to_address is None:
        raise Conflict("message_without_address")
    content = to_bytes(mail_of(message, sender=context_of(request).settings.mail_from))
    name = f'attachment; filename="{message.id}.eml"'
    return Response(content, media_type="message/rfc822", headers={"Content-Disposition": name})


@router.post("/{message_id}:resend", operation_id="resend_message")
async def resend(
    message_id: UUID, access: Operator, response: Response, expected: IfMatch, uow: Uow
) -> MessageOut:
    message = await _seen(uow.session, access, message_id)
    expected.check(message.revision)
    await resend_message.resend(uow, message)
    await uow.save(message)
    return await _answer(uow.session, access, response, message)


async def _seen(session: AsyncSession, access: Access, message_id: UUID) -> Message:
    message: Message = await read.see(
        session, read.messages(access, Filter()), col(Message.id), message_id
    )
    return message


async def _answer(
    session: AsyncSession, access: Access, response: Response, message: Message
) -> MessageOut:
    attempts = await stored.attempts_of(session, message.id)
    may_operate = await read.reached(session, access, "messages.operate")
    set_etag(response, message.revision)
    return MessageOut.model_validate(
        await _values(session, message, may_operate=may_operate(message.unit_code))
        | {
            "attempt_log": [AttemptOut.model_validate(a) for a in attempts],
            "eml_url": f"/notifications/v1/messages/{message.id}/eml",
        }
    )


async def _values(session: AsyncSession, message: Message, *, may_operate: bool) -> dict[str, Any]:
    blocked = await resend_message.why_not_resend(session, message)
    return (
        message.model_dump()
        | {"reason_text": reason_text(message.reason)}
        | actions({"resend": blocked}, allowed=may_operate)
    )
