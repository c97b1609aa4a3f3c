"""Every query for one row or a small set of rows that use cases need. Lists are in read_*.py."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.delivery import NOT_SENT
from services.notifications.domain.duty import Duty, duty
from services.notifications.domain.planning import PLANNED, Known
from services.notifications.domain.recipients import Member
from services.notifications.domain.rules import Offset, Repeat, Rule, Selector
from services.notifications.domain.schedule import Key
from services.notifications.storage.tables import (
    Contact,
    DigestItem,
    Message,
    MessageAttempt,
    ObligationCopy,
    Preference,
    Reminder,
    ReminderRule,
)
from shared.errors import NotFound
from shared.persistence.base import Resource
from shared.persistence.platform_tables import PlatformTables

R = TypeVar("R", bound=Resource)


async def get(session: AsyncSession, kind: type[R], row_id: UUID) -> R:
    """One resource by id.

    :raises NotFound: there is none.
    """
    row = await session.get(kind, row_id)
    if row is None:
        raise NotFound
    return row


async def lock_obligation(session: AsyncSession, obligation_id: UUID) -> ObligationCopy | None:
    """An obligation that nobody else plans or sends for until this transaction ends."""
    return await session.get(ObligationCopy, obligation_id, with_for_update=True)


async def active_rules(session: AsyncSession) -> Sequence[ReminderRule]:
    statement = select(ReminderRule).where(col(ReminderRule.active)).order_by(col(ReminderRule.id))
    return (await session.scalars(statement)).all()


async def newest_versions(session: AsyncSession, codes: Iterable[str]) -> dict[str, int]:
    """The newest version of each of these rules by code."""
    statement = (
        select(col(ReminderRule.code), func.max(col(ReminderRule.version)))
        .where(col(ReminderRule.code).in_(list(codes)))
        .group_by(col(ReminderRule.code))
    )
    return {str(row[0]): int(row[1]) for row in await session.execute(statement)}


async def reminders_of(session: AsyncSession, obligation_id: UUID) -> Sequence[Reminder]:
    statement = select(Reminder).where(col(Reminder.obligation_id) == obligation_id)
    return (await session.scalars(statement)).all()


async def due_reminders(
    session: AsyncSession, obligation_id: UUID, *, now: datetime
) -> Sequence[Reminder]:
    """The planned reminders of an obligation whose time has come."""
    statement = select(Reminder).where(
        col(Reminder.obligation_id) == obligation_id,
        col(Reminder.state) == PLANNED,
        col(Reminder.due_at) <= now,
    )
    return (await session.scalars(statement)).all()


async def messages_since(
    session: AsyncSession, obligation: ObligationCopy, *, since: datetime
) -> Sequence[Message]:
    """What was said of an obligation's present deadline since an instant."""
    statement = select(Message).where(
        col(Message.obligation_id) == obligation.id,
        col(Message.deadline_revision) == obligation.deadline_revision,
        col(Message.created_at) >= since,
    )
    return (await session.scalars(statement)).all()


async def items_since(
    session: AsyncSession, obligation: ObligationCopy, *, since: datetime
) -> Sequence[DigestItem]:
    """What was put aside for digests of an obligation's present deadline since an instant."""
    statement = select(DigestItem).where(
        col(DigestItem.obligation_id) == obligation.id,
        col(DigestItem.deadline_revision) == obligation.deadline_revision,
        col(DigestItem.created_at) >= since,
    )
    return (await session.scalars(statement)).all()


async def told_counts(
    session: AsyncSession, people: Iterable[UUID], *, since: datetime
) -> dict[tuple[UUID, str], int]:
    """How many single messages of work each of these people got since an instant, by channel."""
    columns = (col(Message.person_id), col(Message.channel))
    statement = (
        select(*columns, func.count())
        .where(
            col(Message.person_id).in_(list(people)),
            col(Message.kind).in_(("reminder", "escalation")),
            col(Message.created_at) >= since,
            col(Message.state) != NOT_SENT,
        )
        .group_by(*columns)
    )
    rows = await session.execute(statement)
    return {(person_id, channel): int(count) for person_id, channel, count in rows}


async def preferences_of(session: AsyncSession, people: Iterable[UUID]) -> dict[UUID, Preference]:
    """The wishes of those of these people who have told any."""
    statement = select(Preference).where(col(Preference.person_id).in_(list(people)))
    return {row.person_id: row for row in await session.scalars(statement)}


async def contact_of(session: AsyncSession, person_id: UUID, channel: str) -> Contact | None:
    statement = select(Contact).where(
        col(Contact.person_id) == person_id, col(Contact.channel) == channel
    )
    return await session.scalar(statement)


async def contacts_of_person(session: AsyncSession, person_id: UUID) -> Sequence[Contact]:
    statement = select(Contact).where(col(Contact.person_id) == person_id)
    return (await session.scalars(statement)).all()


async def contacts_by_person(
    session: AsyncSession, people: Iterable[UUID]
) -> dict[tuple[UUID, str], Contact]:
    """The contacts of several people by person and channel."""
    statement = select(Contact).where(col(Contact.person_id).in_(list(people)))
    return {(c.person_id, c.channel): c for c in await session.scalars(statement)}


async def members(
    session: AsyncSession, tables: PlatformTables, unit_codes: Iterable[str]
) -> dict[str, list[Member]]:
    """Who works in each of these units now."""
    t = tables.principals
    statement = select(t.c.id, t.c.unit_code, t.c.position).where(
        t.c.unit_code.in_(list(unit_codes)), t.c.kind == "person", t.c.active
    )
    found: dict[str, list[Member]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.unit_code, []).append(Member(row.id, row.position))
    return found


async def people_gone(
    session: AsyncSession, tables: PlatformTables, people: Iterable[UUID]
) -> frozenset[UUID]:
    """Those of these people who are known to have left."""
    t = tables.principals
    statement = select(t.c.id).where(t.c.id.in_(list(people)), t.c.active.is_(False))
    return frozenset((await session.scalars(statement)).all())


async def unit_of_person(
    session: AsyncSession, tables: PlatformTables, person_id: UUID
) -> str | None:
    """The unit somebody works in; None when unknown."""
    t = tables.principals
    found: str | None = await session.scalar(select(t.c.unit_code).where(t.c.id == person_id))
    return found


async def unit_names(
    session: AsyncSession, tables: PlatformTables, codes: Iterable[str]
) -> dict[str, str]:
    """Names of units by code; one that has not arrived yet is called by its code."""
    t, wanted = tables.unit_nodes, list(codes)
    rows = await session.execute(select(t.c.code, t.c.name).where(t.c.code.in_(wanted)))
    return {code: code for code in wanted} | {row.code: row.name for row in rows}


async def units_above(
    session: AsyncSession, tables: PlatformTables, codes: Iterable[str]
) -> dict[str, frozenset[str]]:
    """For each unit the codes of the units it lies within, itself included."""
    t, wanted = tables.unit_nodes, list(codes)
    rows = await session.execute(select(t.c.code, t.c.path).where(t.c.code.in_(wanted)))
    known = {row.code: frozenset(row.path.strip("/").split("/")) for row in rows}
    return {code: known.get(code, frozenset({code})) for code in wanted}


async def attempts_of(session: AsyncSession, message_id: UUID) -> Sequence[MessageAttempt]:
    statement = (
        select(MessageAttempt)
        .where(col(MessageAttempt.message_id) == message_id)
        .order_by(col(MessageAttempt.number))
    )
    return (await session.scalars(statement)).all()


def duty_of(row: ObligationCopy) -> Duty:
    """What the rules need to know of an obligation."""
    return duty(
        state=row.state,
        deadline_revision=row.deadline_revision,
        due_on=row.due_on,
        on_time_until=row.on_time_until,
    )


def rule_of(row: ReminderRule) -> Rule:
    """A rule as the planner reads it."""
    return Rule(
        id=row.id,
        offsets=tuple(Offset(o["days"], working=o["day_kind"] == "working") for o in row.offsets),
        repeat=Repeat(**row.repeat) if row.repeat else None,
        roles_until_due=tuple(row.roles_until_due),
        roles_after_due=tuple(row.roles_after_due),
        channels=tuple(row.channels),
        at=row.at_time,
    )


def selector_of(row: ReminderRule) -> Selector:
    return Selector(kinds=tuple(row.kinds), unit_code=row.unit_code)


def known_of(rows: Sequence[Reminder]) -> list[Known]:
    """Reminders as the planner reads them."""
    keys = {row.id: key_of(row) for row in rows}
    return [
        Known(
            id=row.id,
            key=keys[row.id],
            deadline_revision=row.deadline_revision,
            repeat=row.repeat,
            send_on=row.send_on,
            due_at=row.due_at,
            state=row.state,
            reason=row.reason,
            coalesced_into=keys.get(row.coalesced_into) if row.coalesced_into else None,
        )
        for row in rows
    ]


def key_of(row: Reminder) -> Key:
    return (row.rule_id, row.offset, row.role, row.channel)


def assigned_people(assignees: Sequence[dict[str, Any]], role: str) -> list[UUID]:
    """The people an obligation itself names for a role."""
    return [UUID(a["person_id"]) for a in assignees if a["role"] == role and a.get("person_id")]
