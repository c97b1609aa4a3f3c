"""Were there too many reminders at once, and what is to become of those that were held?"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from services.notifications.api.answers import actions, reason_text
from services.notifications.api.schemas import ResourceOut
from services.notifications.storage.tables import Storm
from services.notifications.use_cases import guard_storms
from services.notifications.use_cases import read_notifications as read
from shared.access import Access
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/storms", tags=["messages"], route_class=CommandRoute)
Operator = Annotated[Access, Depends(Allowed("messages.operate"))]


class StormOut(ResourceOut):
    """Reminders that were held; `limit` is the number an hour, or a unit and day, allowed."""

    reason: str
    reason_text: str | None
    unit_code: str | None
    limit: int
    state: Literal["open", "released", "discarded"]
    held: int


@router.get("", operation_id="list_storms")
async def list_storms(
    access: Operator,
    session: Reading,
    page: Paging,
    state: Literal["open", "released", "discarded"] | None = None,
) -> Page[StormOut]:
    access.require_everywhere()
    statement = select(Storm)
    if state is not None:
        statement = statement.where(col(Storm.state) == state)
    rows, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=col(Storm.id),
        sorts={"created_at": col(Storm.created_at)},
        default="-created_at",
    )
    return Page(items=[_out(row) for row in rows], next_cursor=cursor)


@router.get("/{storm_id}", operation_id="get_storm")
async def get_storm(
    storm_id: UUID, access: Operator, response: Response, session: Reading
) -> StormOut:
    access.require_everywhere()
    row: Storm = await read.see(session, select(Storm), col(Storm.id), storm_id)
    set_etag(response, row.revision)
    return _out(row)


@router.post("/{storm_id}:release", operation_id="release_storm")
async def release_storm(
    storm_id: UUID, access: Operator, response: Response, expected: IfMatch, uow: Uow
) -> StormOut:
    access.require_everywhere()
    row: Storm = await read.see(uow.session, select(Storm), col(Storm.id), storm_id)
    expected.check(row.revision)
    row = await guard_storms.end_storm(uow, row, state=guard_storms.RELEASED)
    set_etag(response, row.revision)
    return _out(row)


@router.post("/{storm_id}:discard", operation_id="discard_storm")
async def discard_storm(
    storm_id: UUID, access: Operator, response: Response, expected: IfMatch, uow: Uow
) -> StormOut:
    access.require_everywhere()
    row: Storm = await read.see(uow.session, select(Storm), col(Storm.id), storm_id)
    expected.check(row.revision)
    row = await guard_storms.end_storm(uow, row, state=guard_storms.DISCARDED)
    set_etag(response, row.revision)
    return _out(row)


def _out(row: Storm) -> StormOut:
    over = guard_storms.why_not_end(row)
    return StormOut.model_validate(
        row.model_dump()
        | {"reason_text": reason_text(row.reason)}
        | actions({"release": over, "discard": over}, allowed=True)
    )
