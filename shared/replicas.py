"""What does every service know of units, principals and days off? Copies, kept by event.

The owner (plans) writes the same tables with the same functions when it publishes, so rights are
decided alike everywhere.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Table, delete, extract, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.plans import CalendarYearChanged, PrincipalChanged, UnitChanged
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.platform_tables import PlatformTables
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import CalendarDay, DayKind, WorkingCalendar


def subscribe_reference(subscriptions: Subscriptions) -> None:
    """Keep the copies of units, principals and the working calendar."""
    subscriptions.on(UnitChanged, keep_unit)
    subscriptions.on(PrincipalChanged, keep_principal)
    subscriptions.on(CalendarYearChanged, keep_calendar_year)


async def keep_unit(event: UnitChanged, uow: UnitOfWork) -> None:
    """Store a unit as it is now."""
    row = event.model_dump()
    await upsert(uow.session, uow.tables.unit_nodes, "code", row)


async def keep_principal(event: PrincipalChanged, uow: UnitOfWork) -> None:
    """Store a principal as it is now, with its keys."""
    uow.principals_changed = True
    row = event.model_dump(mode="json", exclude={"keys"}) | {"id": event.id}
    await upsert(uow.session, uow.tables.principals, "id", row)
    for key in event.keys:
        await upsert(
            uow.session,
            uow.tables.access_keys,
            "key_id",
            key.model_dump() | {"principal_id": event.id},
        )


async def keep_calendar_year(event: CalendarYearChanged, uow: UnitOfWork) -> None:
    """Store the special days of a year, replacing what was known of it."""
    table = uow.tables.calendar_days
    await uow.session.execute(delete(table).where(extract("year", table.c.day) == event.year))
    rows = [
        {
            "day": day.date,
            "kind": day.kind,
            "name": day.name,
            "document": day.document,
            "provisional": day.provisional,
        }
        for day in event.days
    ]
    if rows:
        await uow.session.execute(insert(table), rows)


async def load_calendar(session: AsyncSession, tables: PlatformTables) -> WorkingCalendar:
    """The working calendar as this service knows it."""
    return WorkingCalendar(await calendar_days(session, tables))


async def calendar_days(
    session: AsyncSession, tables: PlatformTables, *, year: int | None = None
) -> Sequence[CalendarDay]:
    """The special days in order, of one year or of all."""
    table = tables.calendar_days
    statement = select(table).order_by(table.c.day)
    if year is not None:
        statement = statement.where(table.c.day.between(date(year, 1, 1), date(year, 12, 31)))
    return [
        CalendarDay(
            date=row.day,
            kind=DayKind(row.kind),
            name=row.name,
            document=row.document,
            provisional=row.provisional,
        )
        for row in (await session.execute(statement)).all()
    ]


async def upsert(session: AsyncSession, table: Table, key: str, row: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with the same key."""
    dialect = session.get_bind().dialect.name
    await session.execute(_upserting(table, key, tuple(row), dialect), [row])


@lru_cache(maxsize=50)
def _upserting(table: Table, key: str, names: tuple[str, ...], dialect: str) -> Executable:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    given = {name: statement.excluded[name] for name in names if name != key}
    return statement.on_conflict_do_update(index_elements=[table.c[key]], set_=given)
