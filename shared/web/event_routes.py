"""How do operators see and mend the flow of events? Counts, what is stuck, try again, let it be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from shared.access import Access
from shared.context import context_of
from shared.errors import NotFound
from shared.messaging.operations import Operations, count_by_state, waiting
from shared.messaging.sequences import begin_epoch
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, ReadRoute, Uow
from shared.web.inputs import Input, Instant, Line
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

Position = Annotated[int, Path(ge=1, lt=2**63)]
State = Literal["pending", "done", "ignored", "superseded", "parked", "skipped"]
Stream = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,30}$")]


def _everywhere(access: Annotated[Access, Depends(Allowed("events.operate"))]) -> None:
    """Events of all units flow together: who operates them has the right everywhere."""
    access.require_everywhere()


_GUARD = [Depends(_everywhere)]
router = APIRouter(route_class=CommandRoute, dependencies=_GUARD)
questions = APIRouter(route_class=ReadRoute, dependencies=_GUARD)


class FlowState(BaseModel):
    """How many events are in which state, and how old the oldest waiting one is (seconds)."""

    outbox: dict[str, int]
    inbox: dict[str, int]
    oldest_waiting_seconds: float | None


class InboxOut(BaseModel):
    """A received event; what could not be decoded has neither type nor aggregate."""

    position: int
    message_id: str
    stream: str | None
    type: str | None
    aggregate_id: str | None
    sequence: int | None
    state: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    received_at: datetime


class SendAgain(Input):
    """Which sent events go out again: those that happened in [since, until), all or of one stream."""

    since: Instant
    until: Instant | None = None
    stream: Stream | None = None
    reason: Line


class TryAgain(Input):
    """Which stuck events are handled again: all, or those of one type."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    reason: Line


class Because(Input):
    """Why an operator steps in; it is kept in the audit trail."""

    reason: Line


class MessageIds(Input):
    """Ids of events that somebody received from this service."""

    message_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class Affected(BaseModel):
    """How many events are on their way again."""

    events: int


class Epoch(BaseModel):
    """All further events are numbered above `starts_after`."""

    starts_after: int


class Unknown(BaseModel):
    """Of the ids asked for, those of no event this service knows of."""

    message_ids: list[UUID]


@router.get("/events/status", operation_id="get_event_flow")
async def get_event_flow(request: Request, session: Reading) -> FlowState:
    context = context_of(request)
    outbox, inbox = await count_by_state(session, context.tables)
    oldest = (await waiting(session, context.tables)).unsent_since
    age = (context.clock.now() - oldest).total_seconds() if oldest else None
    return FlowState(outbox=outbox, inbox=inbox, oldest_waiting_seconds=age)


@router.get("/events/inbox", operation_id="list_inbox_events")
async def list_inbox_events(
    request: Request,
    session: Reading,
    page: Paging,
    state: State = "parked",
    stream: Annotated[Stream | None, Query()] = None,
    received_since: Instant | None = None,
) -> Page[InboxOut]:
    t = context_of(request).tables.inbox
    statement = select(t.c.position).where(t.c.state == state)
    if stream is not None:
        statement = statement.where(t.c.stream == stream)
    if received_since is not None:
        statement = statement.where(t.c.received_at >= received_since)
    positions, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=t.c.position,
        sorts={"position": t.c.position},
        default="position",
    )
    return Page(items=await _shown(session, t, positions), next_cursor=cursor)


@router.post("/events/inbox:replay", operation_id="replay_inbox")
async def replay_inbox(body: TryAgain, uow: Uow) -> Affected:
    uow.doing.reason = body.reason
    return Affected(events=await _operations(uow).try_again(type_=body.type))


@router.post("/events/inbox/{position}:replay", operation_id="replay_inbox_event", status_code=204)
async def replay_inbox_event(position: Position, uow: Uow) -> Response:
    if not await _operations(uow).try_again(position=position):
        raise NotFound
    return Response(status_code=204)


@router.post("/events/inbox/{position}:skip", operation_id="skip_inbox_event", status_code=204)
async def skip_inbox_event(position: Position, body: Because, uow: Uow) -> Response:
    uow.doing.reason = body.reason
    if not await _operations(uow).give_up(position):
        raise NotFound
    return Response(status_code=204)


@router.post("/events/outbox:replay", operation_id="replay_outbox")
async def replay_outbox(body: SendAgain, uow: Uow) -> Affected:
    uow.doing.reason = body.reason
    events = await _operations(uow).send_again(
        since=body.since, until=body.until, stream=body.stream
    )
    return Affected(events=events)


@router.post("/events/outbox:begin-epoch", operation_id="begin_event_epoch")
async def begin_event_epoch(body: Because, uow: Uow) -> Epoch:
    uow.doing.reason = body.reason
    return Epoch(starts_after=await begin_epoch(uow.session, uow.tables, uow.now()))


@questions.post("/events/outbox:unknown", operation_id="find_unknown_events")
async def find_unknown_events(body: MessageIds, request: Request, session: Reading) -> Unknown:
    context = context_of(request)
    operations = Operations(session, context.tables, service=context.name)
    return Unknown(message_ids=await operations.not_sent_by_us(body.message_ids))


def _operations(uow: UnitOfWork) -> Operations:
    return Operations(uow.session, uow.tables, service=uow.service)


async def _shown(session: AsyncSession, t: Table, positions: Sequence[Any]) -> list[InboxOut]:
    rows = await session.execute(
        select(t, t.c.aggregate_seq.label("sequence")).where(t.c.position.in_(positions))
    )
    found = {row["position"]: InboxOut.model_validate(dict(row)) for row in rows.mappings()}
    return [found[position] for position in positions]
