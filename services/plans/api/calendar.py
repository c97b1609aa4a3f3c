"""HTTP in: the working calendar, period schemes, and what a written deadline means."""

import asyncio
import zlib
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.plans.api.organisation_schemas import (
    CalendarDayOut,
    CalendarYearIn,
    CalendarYearOut,
    DeadlineIn,
    PeriodOut,
    SchemeOut,
)
from services.plans.api.schemas import Year
from services.plans.domain.deadlines import parse_deadline
from services.plans.domain.periods import load_schemes
from services.plans.use_cases.working_calendar import replace_year
from shared.access import Access
from shared.errors import FieldError, Invalid, NotFound
from shared.replicas import calendar_days, load_calendar
from shared.texts import current_language, text
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, ReadRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, whole_list
from shared.web.sessions import Reading
from shared.working_calendar import CalendarDay, WorkingCalendar

router = APIRouter(route_class=CommandRoute, tags=["calendar"])
calculations = APIRouter(route_class=ReadRoute, tags=["calendar"])
MayRead = Annotated[Access, Depends(Allowed("calendar.read"))]
MayWrite = Annotated[Access, Depends(Allowed("calendar.write"))]
CalendarYear = Annotated[int, Path(ge=2000, le=2100)]


@router.get("/calendar/{year}")
async def get_calendar_year(
    year: CalendarYear, access: MayRead, session: Reading, response: Response
) -> CalendarYearOut:
    days = await calendar_days(session, access.tables, year=year)
    set_etag(response, _fingerprint(days))
    return _year(year, days, await load_calendar(session, access.tables))


@router.put("/calendar/{year}")
async def replace_calendar_year(
    year: CalendarYear,
    body: CalendarYearIn,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> CalendarYearOut:
    access.require_everywhere()
    expected.check(_fingerprint(await calendar_days(uow.session, uow.tables, year=year)))
    seen: set[date] = set()
    for place, day in enumerate(body.days):
        if day.date.year != year or day.date in seen:
            message = text("problems.fields.day_not_of_year", year=year)
            raise Invalid(errors=[FieldError(f"/days/{place}/date", "day_not_of_year", message)])
        seen.add(day.date)
    await replace_year(uow, year, [CalendarDay(**day.model_dump()) for day in body.days])
    days = await calendar_days(uow.session, uow.tables, year=year)
    set_etag(response, _fingerprint(days))
    return _year(year, days, await load_calendar(uow.session, uow.tables))


@router.get("/period-schemes")
async def list_period_schemes(access: MayRead) -> Page[SchemeOut]:
    _ = access
    return whole_list(
        [
            SchemeOut(
                code=code,
                title=scheme.title.text(current_language.get()),
                document=scheme.document,
            )
            for code, scheme in load_schemes().items()
        ]
    )


@router.get("/period-schemes/{scheme_code}/periods")
async def list_periods(scheme_code: Code, year: Year, access: MayRead) -> Page[PeriodOut]:
    _ = access
    scheme = load_schemes().get(scheme_code)
    if scheme is None:
        raise NotFound
    language = current_language.get()
    return whole_list(
        [
            PeriodOut(
                scheme=scheme_code,
                code=period.code,
                kind=period.kind,
                label=period.label.text(language),
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                due_on=period.due_on,
                due_exclusive=period.due_exclusive,
            )
            for period in scheme.periods(year)
        ]
    )


@calculations.post("/deadlines:parse")
async def parse_written_deadline(
    body: DeadlineIn, access: MayRead, session: Reading
) -> dict[str, Any]:
    calendar = await load_calendar(session, access.tables)
    deadline = await asyncio.to_thread(
        parse_deadline,
        body.text,
        year=body.year,
        issued_on=body.issued_on,
        add_working_days=calendar.add_working_days,
    )
    return deadline.as_json()


def _year(year: int, days: Any, calendar: WorkingCalendar) -> CalendarYearOut:
    first = date(year, 1, 1)
    count = (date(year, 12, 31) - first).days + 1
    working = sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(count))
    items = [CalendarDayOut.model_validate(day) for day in days]
    return CalendarYearOut(year=year, working_days=working, days=items)


def _fingerprint(days: Any) -> int:
    """A calendar year has no revision of its own; its content stands for one."""
    return zlib.crc32(
        repr([(d.date, d.kind, d.name, d.document, d.provisional) for d in days]).encode()
    )
