"""Which reminders are planned, were sent or were not, and who will get what?"""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import forecast_out, reminder_out
from services.notifications.api.schemas import ForecastOut, ReminderOut
from services.notifications.storage.tables import Reminder
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases.forecast_reminders import forecast
from services.notifications.use_cases.house import house_of
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.clock import today
from shared.context import context_of
from shared.errors import FieldError, Invalid
from shared.texts import text
from shared.web.auth import Allowed
from shared.web.command import ReadRoute
from shared.web.etag import set_etag
from shared.web.inputs import Code, Day
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/reminders", tags=["reminders"], route_class=ReadRoute)
State = Literal["planned", "materialised", "coalesced", "skipped", "superseded", "cancelled"]
Reader = Annotated[Access, Depends(Allowed("reminders.read"))]
LONGEST_FORECAST = timedelta(days=366)
USUAL_FORECAST = timedelta(days=30)
_SORTS = {
    "due_at": col(Reminder.due_at),
    "created_at": col(Reminder.created_at),
    "unit_code": col(Reminder.unit_code),
    "state": col(Reminder.state),
}


@router.get("", operation_id="list_reminders")
async def list_reminders(  # noqa: PLR0913 - one parameter a filter
    access: Reader,
    session: Reading,
    page: Paging,
    state: State | None = None,
    obligation_id: UUID | None = None,
    rule_id: UUID | None = None,
    unit_code: Code | None = None,
    due_from: Day | None = None,
    due_to: Day | None = None,
) -> Page[ReminderOut]:
    wanted = Filter(
        state=state,
        obligation_id=obligation_id,
        rule_id=rule_id,
        unit_code=unit_code,
        due_from=due_from,
        due_to=due_to,
    )
    rows, cursor = await fetch_page(
        session,
        read.reminders(access, wanted),
        page,
        id_column=col(Reminder.id),
        sorts=_SORTS,
        default="due_at",
    )
    titles = await read.titles(session, {row.obligation_id for row in rows})
    return Page(items=[reminder_out(row, titles) for row in rows], next_cursor=cursor)


@router.get("/forecast", operation_id="forecast_reminders")
async def forecast_reminders(
    access: Reader,
    request: Request,
    session: Reading,
    first_day: Annotated[Day | None, Query(alias="from")] = None,
    last_day: Annotated[Day | None, Query(alias="to")] = None,
    unit_code: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9T:.+-]{19,40}~[0-9a-f-]{36}$")] = None,
) -> Page[ForecastOut]:
    clock = context_of(request).clock
    first = first_day or today(clock)
    last = last_day or min(first, date.max - USUAL_FORECAST) + USUAL_FORECAST
    if not first <= last or last - first > LONGEST_FORECAST:
        message = text("problems.fields.forecast_range", days=LONGEST_FORECAST.days)
        raise Invalid(errors=[FieldError("?to", "forecast_range", message)])
    items = await forecast(
        session,
        access,
        clock=clock,
        first_day=first,
        last_day=last,
        unit_code=unit_code,
        house=house_of(context_of(request).settings),
    )
    keyed = [(f"{i.coming.slot.due_at.isoformat()}~{i.id}", i) for i in items]
    rest = [(key, item) for key, item in keyed if cursor is None or key > cursor]
    shown = rest[:limit]
    following = shown[-1][0] if len(rest) > limit else None
    return Page(items=[forecast_out(item) for _, item in shown], next_cursor=following)


@router.get("/{reminder_id}", operation_id="get_reminder")
async def get_reminder(
    reminder_id: UUID, access: Reader, response: Response, session: Reading
) -> ReminderOut:
    statement = read.reminders(access, Filter())
    row = await read.see(session, statement, col(Reminder.id), reminder_id)
    set_etag(response, row.revision)
    return reminder_out(row, await read.titles(session, {row.obligation_id}))
