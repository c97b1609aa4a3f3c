"""How is the working calendar kept and passed on?"""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select

from services.plans.domain.calendar_seed import load_calendar_seed
from shared.contracts.plans import CalendarDayData, CalendarYearChanged
from shared.replicas import calendar_days, keep_calendar_year
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import CalendarDay


async def seed_calendar(uow: UnitOfWork) -> None:
    """Fill an empty calendar with the days the platform is shipped with."""
    t = uow.tables.calendar_days
    if await uow.session.scalar(select(t.c.day).limit(1)) is not None:
        return
    for year, days in groupby(load_calendar_seed(), key=lambda day: day.date.year):
        await replace_year(uow, year, list(days))


async def replace_year(uow: UnitOfWork, year: int, days: Sequence[CalendarDay]) -> None:
    """Set the special days of a year and tell the services that count working days."""
    event = _event(year, days)
    await keep_calendar_year(event, uow)
    uow.publish(event)


async def announce_year(uow: UnitOfWork, year: int) -> None:
    """Tell the services that count working days what this service knows of a year."""
    uow.publish(_event(year, await calendar_days(uow.session, uow.tables, year=year)))


def _event(year: int, days: Sequence[CalendarDay]) -> CalendarYearChanged:
    return CalendarYearChanged(
        year=year,
        days=tuple(
            CalendarDayData(
                date=day.date,
                kind=day.kind,
                name=day.name,
                document=day.document,
                provisional=day.provisional,
            )
            for day in sorted(days, key=lambda day: day.date)
        ),
    )
