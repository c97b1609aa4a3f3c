"""Every query for one row or a small set of rows that use cases need. Lists are in read_*.py."""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.domain.unit_names import KnownGroup, KnownUnit
from services.plans.storage.tables import (
    Import,
    ObligationRow,
    Person,
    Plan,
    PlanTarget,
    ProgressEntry,
    StoredFile,
    System,
    Task,
    TaskUnit,
    Unit,
    UnitGroup,
)
from shared.errors import NotFound
from shared.persistence.base import Resource

R = TypeVar("R", bound=Resource)


async def get(session: AsyncSession, kind: type[R], row_id: UUID) -> R:
    """One resource by id.

    :raises NotFound: there is none.
    """
    row = await session.get(kind, row_id)
    if row is None:
        raise NotFound
    return row


async def unit_by_code(session: AsyncSession, code: str | None) -> Unit | None:
    return await session.scalar(select(Unit).where(col(Unit.code) == code))


async def units_by_code(session: AsyncSession, codes: Collection[str | None]) -> dict[str, Unit]:
    """Those of the units that exist, by code."""
    found = await session.scalars(select(Unit).where(col(Unit.code).in_(codes)))
    return {unit.code: unit for unit in found}


async def get_unit(session: AsyncSession, code: str) -> Unit:
    """One unit by its code.

    :raises NotFound: there is none.
    """
    unit = await unit_by_code(session, code)
    if unit is None:
        raise NotFound
    return unit


async def units_within(session: AsyncSession, unit: Unit) -> Sequence[Unit]:
    """The unit and all below it, in order of their codes."""
    statement = (
        select(Unit)
        .where(col(Unit.path).startswith(unit.path, autoescape=True))
        .order_by(Unit.code)
    )
    return (await session.scalars(statement)).all()


async def all_codes(session: AsyncSession) -> set[str]:
    return set((await session.scalars(select(col(Unit.code)))).all())


async def known_names(
    session: AsyncSession, owner: Unit
) -> tuple[list[KnownUnit], list[KnownGroup]]:
    """The units and groups that a document of this unit can name: itself, what is below, above."""
    below = await units_within(session, owner)
    above_codes = owner.path.strip("/").split("/")[:-1]
    above = (await session.scalars(select(Unit).where(col(Unit.code).in_(above_codes)))).all()
    units = [
        KnownUnit(u.code, u.name, u.kind, tuple(u.aliases))
        for u in (*below, *above)
        if u.valid_to is None
    ]
    rows = await session.scalars(
        select(UnitGroup).where(col(UnitGroup.unit_code) == owner.code).order_by(UnitGroup.code)
    )
    groups = [KnownGroup(g.code, g.name, tuple(g.member_codes), tuple(g.aliases)) for g in rows]
    return units, groups


async def person(session: AsyncSession, person_id: UUID) -> Person | None:
    return await session.get(Person, person_id)


async def holder(session: AsyncSession, principal_id: UUID) -> Person | System:
    """The person or system with this id.

    :raises NotFound: there is neither.
    """
    found: Person | System | None = await session.get(Person, principal_id)
    if found is None:
        found = await session.get(System, principal_id)
    if found is None:
        raise NotFound
    return found


async def tasks_of(session: AsyncSession, plan_id: UUID) -> Sequence[Task]:
    statement = select(Task).where(col(Task.plan_id) == plan_id).order_by(col(Task.position))
    return (await session.scalars(statement)).all()


async def task_units(session: AsyncSession, task_ids: Sequence[UUID]) -> Sequence[TaskUnit]:
    statement = (
        select(TaskUnit).where(col(TaskUnit.task_id).in_(task_ids)).order_by(col(TaskUnit.id))
    )
    return (await session.scalars(statement)).all()


async def targets_of(session: AsyncSession, plan_id: UUID) -> Sequence[PlanTarget]:
    statement = (
        select(PlanTarget)
        .where(col(PlanTarget.plan_id) == plan_id)
        .order_by(col(PlanTarget.ordinal))
    )
    return (await session.scalars(statement)).all()


async def open_obligations(session: AsyncSession, plan_id: UUID) -> Sequence[ObligationRow]:
    statement = select(ObligationRow).where(
        col(ObligationRow.plan_id) == plan_id,
        col(ObligationRow.state).not_in(("closed", "cancelled")),
    )
    return (await session.scalars(statement)).all()


async def plan_with_number(
    session: AsyncSession, *, unit_code: str, number: str, year: int
) -> Plan | None:
    """A plan of the unit and year that already bears the number; withdrawn ones bear none."""
    statement = select(Plan).where(
        col(Plan.unit_code) == unit_code,
        col(Plan.number) == number,
        col(Plan.year) == year,
        col(Plan.state) != "withdrawn",
    )
    return await session.scalar(statement.limit(1))


async def plans_of_year(session: AsyncSession, *, unit_code: str, year: int) -> Sequence[Plan]:
    """The annual plans of a unit for a year, but for those withdrawn."""
    statement = select(Plan).where(
        col(Plan.unit_code) == unit_code,
        col(Plan.year) == year,
        col(Plan.kind) == "annual",
        col(Plan.state) != "withdrawn",
    )
    return (await session.scalars(statement)).all()


async def work_reported(session: AsyncSession, plan_id: UUID) -> int:
    """How many obligations of a plan something was reported or decided on."""
    told = select(col(ProgressEntry.obligation_id)).where(
        col(ProgressEntry.kind).not_in(("acknowledged", "assigned"))
    )
    statement = select(func.count()).where(
        col(ObligationRow.plan_id) == plan_id, col(ObligationRow.id).in_(told)
    )
    return int(await session.scalar(statement) or 0)


async def carried_over_to(session: AsyncSession, plan_id: UUID) -> UUID | None:
    """A plan that was carried over from this one."""
    statement = select(col(Plan.id)).where(
        col(Plan.carried_from) == plan_id, col(Plan.state) != "withdrawn"
    )
    return await session.scalar(statement.limit(1))


async def imports_of_file(
    session: AsyncSession, *, unit_code: str, sha256: str
) -> Sequence[Import]:
    """The previews and plans made of the very same file for a unit, oldest first."""
    statement = (
        select(Import)
        .join(StoredFile, col(StoredFile.id) == col(Import.file_id))
        .where(
            col(StoredFile.sha256) == sha256,
            col(Import.unit_code) == unit_code,
            col(Import.state).in_(("previewed", "confirmed")),
        )
        .order_by(col(Import.id))
    )
    return (await session.scalars(statement)).all()
