"""Which ladders are to begin, to climb or to be looked at, and who is further up?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.duty import OWED
from services.notifications.domain.escalation import CLIMBING, UNSOLVED
from services.notifications.domain.recipients import Member
from services.notifications.storage import repositories as stored
from services.notifications.storage.escalation_tables import (
    Escalation,
    EscalationPolicy,
    EscalationStep,
)
from services.notifications.storage.tables import ObligationCopy
from shared.persistence.platform_tables import PlatformTables

_EVERYWHERE = 1_000  # further away than any unit above


@dataclass(frozen=True, slots=True)
class Chain:
    """What lies above a unit: the members of each unit above, nearest first, and the office."""

    above: Sequence[Sequence[Member]]
    office: Sequence[UUID]


async def active_policies(session: AsyncSession) -> Sequence[EscalationPolicy]:
    statement = (
        select(EscalationPolicy)
        .where(col(EscalationPolicy.active))
        .order_by(col(EscalationPolicy.code))
    )
    return (await session.scalars(statement)).all()


async def without_ladder(
    session: AsyncSession,
    tables: PlatformTables,
    policy: EscalationPolicy,
    *,
    first: date,
    last: date,
    limit: int,
) -> Sequence[UUID]:
    """Open obligations of a policy whose last day lies in a span, and that have no ladder of it."""
    begun = exists().where(
        col(Escalation.policy_id) == policy.id,
        col(Escalation.obligation_id) == col(ObligationCopy.id),
        col(Escalation.deadline_revision) == col(ObligationCopy.deadline_revision),
    )
    statement = select(col(ObligationCopy.id)).where(
        col(ObligationCopy.state).in_(OWED),
        col(ObligationCopy.last_day) >= first,
        col(ObligationCopy.last_day) <= last,
        ~begun,
    )
    if policy.kinds:
        statement = statement.where(col(ObligationCopy.kind).in_(policy.kinds))
    if policy.severities:
        statement = statement.where(col(ObligationCopy.severity).in_(policy.severities))
    if policy.unit_code is not None:
        node, root = tables.unit_nodes, tables.unit_nodes.alias("root")
        below = (
            select(node.c.code)
            .join(root, func.substr(node.c.path, 1, func.length(root.c.path)) == root.c.path)
            .where(root.c.code == policy.unit_code)
        )
        statement = statement.where(col(ObligationCopy.unit_code).in_(below))
    ordered = statement.order_by(col(ObligationCopy.last_day), col(ObligationCopy.id))
    return (await session.scalars(ordered.limit(limit))).all()


async def due(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Ladders whose next rung is due."""
    statement = (
        select(col(Escalation.id))
        .where(col(Escalation.state).in_(CLIMBING), col(Escalation.next_at) <= now)
        .order_by(col(Escalation.next_at), col(Escalation.id))
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def ended_meanwhile(session: AsyncSession, *, limit: int) -> Sequence[UUID]:
    """Unsolved ladders of obligations that are no longer owed, or are owed by another day."""
    statement = (
        select(col(Escalation.id))
        .join(ObligationCopy, col(ObligationCopy.id) == col(Escalation.obligation_id))
        .where(
            col(Escalation.state).in_(UNSOLVED),
            or_(
                col(ObligationCopy.state).not_in(OWED),
                col(ObligationCopy.deadline_revision) != col(Escalation.deadline_revision),
            ),
        )
        .order_by(col(Escalation.id))
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def stalled(session: AsyncSession, *, before: datetime) -> Sequence[Escalation]:
    """Ladders that should have climbed long ago, or that wait without knowing until when."""
    statement = (
        select(Escalation)
        .where(
            col(Escalation.state).in_(CLIMBING),
            or_(col(Escalation.next_at).is_(None), col(Escalation.next_at) <= before),
        )
        .order_by(col(Escalation.id))
    )
    return (await session.scalars(statement)).all()


async def steps_of(session: AsyncSession, escalation_id: UUID) -> Sequence[EscalationStep]:
    statement = (
        select(EscalationStep)
        .where(col(EscalationStep.escalation_id) == escalation_id)
        .order_by(col(EscalationStep.number))
    )
    return (await session.scalars(statement)).all()


async def chain(session: AsyncSession, tables: PlatformTables, unit_code: str) -> Chain:
    """Who is above a unit, and the standing office (bộ phận thường trực) nearest to it."""
    node = tables.unit_nodes
    path = await session.scalar(select(node.c.path).where(node.c.code == unit_code))
    codes = path.strip("/").split("/") if path else [unit_code]
    nearest_first = list(reversed(codes))
    members = await stored.members(session, tables, nearest_first[1:])
    return Chain(
        above=[members.get(code, []) for code in nearest_first[1:]],
        office=await _office(session, tables, nearest_first),
    )


async def _office(
    session: AsyncSession, tables: PlatformTables, nearest_first: Iterable[str]
) -> list[UUID]:
    """The coordinators whose right reaches the unit, of the nearest unit that has some."""
    distance = {code: number for number, code in enumerate(nearest_first)}
    t = tables.principals
    rows = await session.execute(
        select(t.c.id, t.c.grants).where(and_(t.c.kind == "person", t.c.active))
    )
    found: dict[UUID, int] = {}
    for row in rows:
        for grant in row.grants:
            far = distance.get(grant["unit_code"]) if grant["unit_code"] else _EVERYWHERE
            if grant.get("role") == "coordinator" and far is not None:
                found[row.id] = min(far, found.get(row.id, far))
    nearest = min(found.values(), default=0)
    return sorted(person for person, far in found.items() if far == nearest)
