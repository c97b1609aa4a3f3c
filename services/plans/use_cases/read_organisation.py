"""Which units, groups, people, systems and files may somebody see?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.storage.tables import Import, Person, StoredFile, System, Unit, UnitGroup
from shared.access import Access
from shared.errors import NotFound
from shared.search_text import contains


def units(
    access: Access, *, parent_code: str | None, kind: str | None, q: str | None
) -> Select[Any]:
    statement = access.scope(select(Unit), col(Unit.code))
    if parent_code is not None:
        statement = statement.where(col(Unit.parent_code) == parent_code)
    if kind is not None:
        statement = statement.where(col(Unit.kind) == kind)
    return statement.where(contains(col(Unit.search), q))


def groups(access: Access, *, unit_code: str | None) -> Select[Any]:
    statement = access.scope(select(UnitGroup), col(UnitGroup.unit_code))
    return (
        statement if unit_code is None else statement.where(col(UnitGroup.unit_code) == unit_code)
    )


def people(
    access: Access, *, unit_code: str | None, position: str | None, q: str | None
) -> Select[Any]:
    statement = access.scope(select(Person), col(Person.unit_code))
    if unit_code is not None:
        statement = statement.where(col(Person.unit_code) == unit_code)
    if position is not None:
        statement = statement.where(col(Person.position) == position)
    return statement.where(contains(col(Person.search), q))


def systems(access: Access) -> Select[Any]:
    return access.scope(select(System), col(System.unit_code))


def imports(access: Access, *, state: str | None) -> Select[Any]:
    statement = access.scope(select(Import), col(Import.unit_code))
    return statement if state is None else statement.where(col(Import.state) == state)


async def keys_of(session: AsyncSession, access: Access, principal_id: UUID) -> Sequence[Row[Any]]:
    """The keys of a person or system, without their secrets."""
    t = access.tables.access_keys
    statement = select(t).where(t.c.principal_id == principal_id).order_by(t.c.key_id)
    return (await session.execute(statement)).all()


async def see(session: AsyncSession, access: Access, kind: Any, row_id: UUID) -> Any:
    """One row of a kind that belongs to a unit, if the caller reaches it.

    :raises NotFound: there is none, or it is another unit's.
    """
    row = await session.get(kind, row_id)
    if row is None:
        raise NotFound
    await access.require_unit(session, row.unit_code)
    return row


async def see_file(session: AsyncSession, access: Access, file_id: UUID) -> StoredFile:
    """One file, if the caller reaches its unit.

    :raises NotFound: there is none, or it is another unit's.
    """
    file: StoredFile = await see(session, access, StoredFile, file_id)
    return file
