"""Which plans, tasks, targets and obligations may somebody see, and what do they look like?

A plan is seen by whoever reaches its unit, or a unit that one of its tasks names. A task likewise.
An obligation is seen from its own unit and from the plan's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.storage.tables import (
    Comment,
    ExtensionRequest,
    ObligationRow,
    Plan,
    PlanTarget,
    ProgressEntry,
    Task,
    TaskUnit,
)
from shared.access import Access
from shared.errors import NotFound
from shared.search_text import contains

NO_DATE = date(9999, 12, 31)  # undated obligations come last
R = TypeVar("R")
NOT_AWAITED = ("submitted", "suspended", "closed", "cancelled")


@dataclass(frozen=True, slots=True)
class ObligationFilter:
    """What a list of obligations is narrowed to."""

    plan_id: UUID | None = None
    task_id: UUID | None = None
    unit_code: str | None = None
    state: str | None = None
    overdue: bool | None = None
    q: str | None = None


def visible_plan(access: Access) -> ColumnElement[bool]:
    """The condition that a plan may be seen."""
    named = (
        select(col(TaskUnit.id))
        .join(Task, col(Task.id) == col(TaskUnit.task_id))
        .where(col(Task.plan_id) == col(Plan.id), access.within(col(TaskUnit.unit_code)))
    )
    return or_(access.within(col(Plan.unit_code)), named.exists())


def visible_task(access: Access) -> ColumnElement[bool]:
    """The condition that a task may be seen."""
    named = select(col(TaskUnit.id)).where(
        col(TaskUnit.task_id) == col(Task.id), access.within(col(TaskUnit.unit_code))
    )
    return or_(access.within(col(Task.unit_code)), named.exists())


def visible_obligation(access: Access) -> ColumnElement[bool]:
    """The condition that an obligation may be seen."""
    of_the_plan = select(col(Plan.id)).where(
        col(Plan.id) == col(ObligationRow.plan_id), access.within(col(Plan.unit_code))
    )
    return or_(access.within(col(ObligationRow.unit_code)), of_the_plan.exists())


def in_force(plan_id: Any) -> ColumnElement[bool]:
    """The condition that a row's plan was not withdrawn; asked for by its id it is still shown."""
    withdrawn = select(col(Plan.id)).where(col(Plan.state) == "withdrawn")
    condition: ColumnElement[bool] = plan_id.not_in(withdrawn)
    return condition


def plans(access: Access, *, year: int | None, state: str | None, q: str | None) -> Select[Any]:
    statement = select(Plan).where(visible_plan(access))
    if year is not None:
        statement = statement.where(col(Plan.year) == year)
    wanted = col(Plan.state) != "withdrawn" if state is None else col(Plan.state) == state
    return statement.where(wanted, contains(col(Plan.search), q))


def tasks(access: Access, *, plan_id: UUID | None, q: str | None) -> Select[Any]:
    statement = select(Task).where(visible_task(access))
    wanted = in_force(col(Task.plan_id)) if plan_id is None else col(Task.plan_id) == plan_id
    return statement.where(wanted, contains(col(Task.search), q))


def targets(access: Access, *, plan_id: UUID | None) -> Select[Any]:
    statement = (
        select(PlanTarget)
        .join(Plan, col(Plan.id) == col(PlanTarget.plan_id))
        .where(visible_plan(access))
    )
    if plan_id is None:
        return statement.where(in_force(col(PlanTarget.plan_id)))
    return statement.where(col(PlanTarget.plan_id) == plan_id)


def obligations(access: Access, wanted: ObligationFilter, *, now: datetime) -> Select[Any]:
    statement = select(ObligationRow).where(visible_obligation(access))
    for column, value in (
        (col(ObligationRow.plan_id), wanted.plan_id),
        (col(ObligationRow.task_id), wanted.task_id),
        (col(ObligationRow.unit_code), wanted.unit_code),
        (col(ObligationRow.state), wanted.state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.plan_id is None and wanted.task_id is None and wanted.state is None:
        statement = statement.where(in_force(col(ObligationRow.plan_id)))
    late = and_(
        col(ObligationRow.on_time_until) < now, col(ObligationRow.state).not_in(NOT_AWAITED)
    )
    if wanted.overdue is not None:
        not_late = or_(
            col(ObligationRow.on_time_until).is_(None),
            col(ObligationRow.on_time_until) >= now,
            col(ObligationRow.state).in_(NOT_AWAITED),
        )
        statement = statement.where(late if wanted.overdue else not_late)
    return statement.where(contains(col(ObligationRow.search), wanted.q))


def progress(obligation_id: UUID) -> Select[Any]:
    return select(ProgressEntry).where(col(ProgressEntry.obligation_id) == obligation_id)


def comments(obligation_id: UUID) -> Select[Any]:
    return select(Comment).where(col(Comment.obligation_id) == obligation_id)


def extensions(
    access: Access, *, state: str | None, obligation_id: UUID | None, plan_id: UUID | None
) -> Select[Any]:
    """Requests for more time, seen from the unit that asks and from the plan's."""
    statement = select(ExtensionRequest).where(_visible_extension(access))
    for column, value in (
        (col(ExtensionRequest.state), state),
        (col(ExtensionRequest.obligation_id), obligation_id),
        (col(ExtensionRequest.plan_id), plan_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


async def see_extension(
    session: AsyncSession, access: Access, extension_id: UUID
) -> ExtensionRequest:
    """One request for more time, if the caller may see it.

    :raises NotFound: there is none, or it is another unit's.
    """
    condition = col(ExtensionRequest.id) == extension_id
    return await _one(
        session, select(ExtensionRequest).where(condition, _visible_extension(access))
    )


def _visible_extension(access: Access) -> ColumnElement[bool]:
    of_the_plan = select(col(Plan.id)).where(
        col(Plan.id) == col(ExtensionRequest.plan_id), access.within(col(Plan.unit_code))
    )
    return or_(access.within(col(ExtensionRequest.unit_code)), of_the_plan.exists())


async def see_plan(session: AsyncSession, access: Access, plan_id: UUID) -> Plan:
    """One plan, if the caller may see it.

    :raises NotFound: there is none, or it is another unit's.
    """
    return await _one(session, select(Plan).where(col(Plan.id) == plan_id, visible_plan(access)))


async def see_task(session: AsyncSession, access: Access, task_id: UUID) -> Task:
    """One task, if the caller may see it.

    :raises NotFound: there is none, or it is another unit's.
    """
    return await _one(session, select(Task).where(col(Task.id) == task_id, visible_task(access)))


async def see_obligation(
    session: AsyncSession, access: Access, obligation_id: UUID
) -> ObligationRow:
    """One obligation, if the caller may see it.

    :raises NotFound: there is none, or it is another unit's.
    """
    condition = col(ObligationRow.id) == obligation_id
    return await _one(session, select(ObligationRow).where(condition, visible_obligation(access)))


async def units_of_tasks(
    session: AsyncSession, task_ids: Sequence[UUID]
) -> dict[UUID, list[TaskUnit]]:
    """The units of several tasks, in the order written."""
    statement = (
        select(TaskUnit).where(col(TaskUnit.task_id).in_(task_ids)).order_by(col(TaskUnit.id))
    )
    found: dict[UUID, list[TaskUnit]] = {task_id: [] for task_id in task_ids}
    for row in await session.scalars(statement):
        found[row.task_id].append(row)
    return found


async def states_of_tasks(
    session: AsyncSession, task_ids: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    """How many obligations of each task are in which state."""
    statement = (
        select(col(ObligationRow.task_id), col(ObligationRow.state), func.count())
        .where(col(ObligationRow.task_id).in_(task_ids))
        .group_by(col(ObligationRow.task_id), col(ObligationRow.state))
    )
    found: dict[UUID, dict[str, int]] = {task_id: {} for task_id in task_ids}
    for task_id, state, count in (await session.execute(statement)).all():
        found[task_id][state] = count
    return found


async def unresolved_leads(session: AsyncSession, plan_id: UUID) -> int:
    """How many tasks of a plan have a lead that is no known unit."""
    statement = (
        select(func.count(func.distinct(col(Task.id))))
        .join(TaskUnit, col(TaskUnit.task_id) == col(Task.id))
        .where(
            col(Task.plan_id) == plan_id,
            col(TaskUnit.role) == "lead",
            col(TaskUnit.unit_code).is_(None),
        )
    )
    return int(await session.scalar(statement) or 0)


async def _one(session: AsyncSession, statement: Select[R]) -> R:
    row = (await session.scalars(statement)).first()
    if row is None:
        raise NotFound
    return row
