"""Which obligations does this service know, and how long is left for each?"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import func, literal
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import obligation_out
from services.notifications.api.schemas import ObligationOut
from services.notifications.storage.tables import ObligationCopy
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.clock import today
from shared.context import context_of
from shared.web.auth import Allowed
from shared.web.command import ReadRoute
from shared.web.etag import set_etag
from shared.web.inputs import Code, Day, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading

router = APIRouter(prefix="/obligations", tags=["reminders"], route_class=ReadRoute)
State = Literal["open", "acknowledged", "submitted", "suspended", "closed", "cancelled"]
Reader = Annotated[Access, Depends(Allowed("reminders.read"))]
_SORTS = {
    "due_on": func.coalesce(col(ObligationCopy.due_on), literal(date.max)),
    "unit_code": col(ObligationCopy.unit_code),
    "title": col(ObligationCopy.title),
    "state": col(ObligationCopy.state),
}


@router.get("", operation_id="list_obligations")
async def list_obligations(  # noqa: PLR0913 - one parameter a filter
    access: Reader,
    request: Request,
    session: Asking,
    page: Paging,
    state: State | None = None,
    unit_code: Code | None = None,
    kind: Code | None = None,
    overdue: bool | None = None,
    due_from: Day | None = None,
    due_to: Day | None = None,
    q: Words = None,
) -> Page[ObligationOut]:
    clock = context_of(request).clock
    wanted = Filter(
        state=state,
        unit_code=unit_code,
        kind=kind,
        overdue=overdue,
        due_from=due_from,
        due_to=due_to,
        q=q,
    )
    statement = read.obligations(access, wanted, now=clock.now())
    rows, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=col(ObligationCopy.id),
        sorts=_SORTS,
        default="due_on",
    )
    items = [obligation_out(row, now=clock.now(), today=today(clock)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/{obligation_id}", operation_id="get_obligation")
async def get_obligation(
    obligation_id: UUID, access: Reader, request: Request, response: Response, session: Reading
) -> ObligationOut:
    clock = context_of(request).clock
    statement = read.obligations(access, Filter(), now=clock.now())
    row = await read.see(session, statement, col(ObligationCopy.id), obligation_id)
    set_etag(response, row.revision)
    return obligation_out(row, now=clock.now(), today=today(clock))
