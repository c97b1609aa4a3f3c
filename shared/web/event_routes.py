"""How do operators see and mend the flow of events? Counts, what is stuck, try again, let it be."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from sqlalchemy import Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from shared.access import Access
from shared.context import context_of
from shared.errors import NotFound
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute)
MayOperate = Annotated[Access, Depends(Allowed("events.operate"))]
Position = Annotated[int, Path(ge=1, lt=2**63)]
State = Literal["pending", "done", "ignored", "superseded", "parked", "skipped"]


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


@router.get("/events/status", operation_id="get_event_flow")
async def get_event_flow(access: MayOperate, request: Request, session: Reading) -> FlowState:
    access.require_everywhere()
    t = access.tables
    outbox = await _counts(session, t.outbox)
    inbox = await _counts(session, t.inbox)
    oldest = await session.scalar(
        select(func.min(t.outbox.c.occurred_at)).where(t.outbox.c.state == "pending")
    )
    age = (context_of(request).clock.now() - oldest).total_seconds() if oldest else None
    return FlowState(outbox=outbox, inbox=inbox, oldest_waiting_seconds=age)


@router.get("/events/inbox", operation_id="list_inbox_events")
async def list_inbox_events(
    access: MayOperate, session: Reading, page: Paging, state: State = "parked"
) -> Page[InboxOut]:
    access.require_everywhere()
    t = access.tables.inbox
    positions, cursor = await fetch_page(
        session,
        select(t.c.position).where(t.c.state == state),
        page,
        id_column=t.c.position,
        sorts={"position": t.c.position},
        default="position",
    )
    rows = await session.execute(
        select(t).where(t.c.position.in_(positions)).order_by(t.c.position)
    )
    found = {row["position"]: _shown(dict(row)) for row in rows.mappings()}
    return Page(items=[found[position] for position in positions], next_cursor=cursor)


@router.post("/events/inbox/{position}:replay", operation_id="replay_inbox_event", status_code=204)
async def replay_inbox_event(position: Position, access: MayOperate, uow: Uow) -> Response:
    """Try a parked event again; one that cannot be decoded stays undecodable."""
    access.require_everywhere()
    await _move(uow.session, access.tables.inbox, position, state="pending", decoded=True)
    return Response(status_code=204)


@router.post("/events/inbox/{position}:skip", operation_id="skip_inbox_event", status_code=204)
async def skip_inbox_event(position: Position, access: MayOperate, uow: Uow) -> Response:
    """Give a parked event up, so that those behind it go on."""
    access.require_everywhere()
    await _move(uow.session, access.tables.inbox, position, state="skipped", decoded=False)
    return Response(status_code=204)


async def _move(
    session: AsyncSession, table: Table, position: int, *, state: str, decoded: bool
) -> None:
    statement = update(table).where(table.c.position == position, table.c.state == "parked")
    if decoded:
        statement = statement.where(table.c.type.is_not(None))
    statement = statement.values(state=state, attempts=0, next_attempt_at=None)
    if (await session.execute(statement.returning(table.c.position))).first() is None:
        raise NotFound


def _shown(row: dict[str, Any]) -> InboxOut:
    return InboxOut.model_validate({**row, "sequence": row["aggregate_seq"]})


async def _counts(session: AsyncSession, table: Table) -> dict[str, int]:
    statement = select(table.c.state, func.count()).group_by(table.c.state)
    rows = (await session.execute(statement)).all()
    return {str(row[0]): int(row[1]) for row in rows}
