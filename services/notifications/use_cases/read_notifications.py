"""Which obligations, reminders, rules, contacts and messages may somebody see?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.duty import ENDED
from services.notifications.storage.escalation_tables import Escalation, EscalationPolicy
from services.notifications.storage.tables import (
    Contact,
    Digest,
    Message,
    ObligationCopy,
    Preference,
    Reminder,
    ReminderRule,
)
from shared.access import Access
from shared.errors import NotFound
from shared.rights import reach
from shared.search_text import contains


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None does not narrow."""

    state: str | None = None
    unit_code: str | None = None
    obligation_id: UUID | None = None
    kind: str | None = None
    channel: str | None = None
    person_id: UUID | None = None
    rule_id: UUID | None = None
    overdue: bool | None = None
    due_from: date | None = None
    due_to: date | None = None
    q: str | None = None


def obligations(access: Access, wanted: Filter, *, now: datetime) -> Select[Any]:
    statement = access.scope(select(ObligationCopy), col(ObligationCopy.unit_code))
    statement = _equal(
        statement,
        (col(ObligationCopy.state), wanted.state),
        (col(ObligationCopy.unit_code), wanted.unit_code),
        (col(ObligationCopy.kind), wanted.kind),
    )
    if wanted.due_from is not None:
        statement = statement.where(col(ObligationCopy.due_on) >= wanted.due_from)
    if wanted.due_to is not None:
        statement = statement.where(col(ObligationCopy.due_on) <= wanted.due_to)
    if wanted.overdue is not None:
        until, state = col(ObligationCopy.on_time_until), col(ObligationCopy.state)
        late = and_(until < now, state.not_in(ENDED))
        in_time = or_(until.is_(None), until >= now, state.in_(ENDED))
        statement = statement.where(late if wanted.overdue else in_time)
    return statement.where(contains(col(ObligationCopy.search), wanted.q))


def reminders(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Reminder), col(Reminder.unit_code))
    statement = _equal(
        statement,
        (col(Reminder.state), wanted.state),
        (col(Reminder.unit_code), wanted.unit_code),
        (col(Reminder.obligation_id), wanted.obligation_id),
        (col(Reminder.rule_id), wanted.rule_id),
    )
    if wanted.due_from is not None:
        statement = statement.where(col(Reminder.send_on) >= wanted.due_from)
    if wanted.due_to is not None:
        statement = statement.where(col(Reminder.send_on) <= wanted.due_to)
    return statement


def rules(access: Access) -> Select[Any]:
    """Rules for everybody, for units the caller reaches, and for units above those."""
    return _governing(access, ReminderRule)


def policies(access: Access) -> Select[Any]:
    """Ladders' policies for everybody, for units the caller reaches, and for units above those."""
    return _governing(access, EscalationPolicy)


def escalations(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Escalation), col(Escalation.unit_code))
    return _equal(
        statement,
        (col(Escalation.state), wanted.state),
        (col(Escalation.unit_code), wanted.unit_code),
        (col(Escalation.obligation_id), wanted.obligation_id),
    )


def _governing(access: Access, kind: type[ReminderRule] | type[EscalationPolicy]) -> Select[Any]:
    statement: Select[Any] = select(kind)
    if access.where.everywhere:
        return statement
    node, above = access.tables.unit_nodes, access.tables.unit_nodes.alias("above")
    governs = (
        select(above.c.code)
        .join(node, func.substr(node.c.path, 1, func.length(above.c.path)) == above.c.path)
        .where(node.c.code.in_(sorted(access.where.roots)))
    )
    unit_code = col(kind.unit_code)
    return statement.where(
        or_(unit_code.is_(None), access.within(unit_code), unit_code.in_(governs))
    )


def contacts(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Contact), col(Contact.unit_code))
    return _equal(
        statement,
        (col(Contact.unit_code), wanted.unit_code),
        (col(Contact.person_id), wanted.person_id),
        (col(Contact.channel), wanted.channel),
    )


def preferences(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Preference), col(Preference.unit_code))
    return _equal(
        statement,
        (col(Preference.unit_code), wanted.unit_code),
        (col(Preference.person_id), wanted.person_id),
    )


def digests(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Digest), col(Digest.unit_code))
    return _equal(
        statement,
        (col(Digest.kind), wanted.kind),
        (col(Digest.unit_code), wanted.unit_code),
        (col(Digest.person_id), wanted.person_id),
    )


def messages(access: Access, wanted: Filter) -> Select[Any]:
    statement = access.scope(select(Message), col(Message.unit_code))
    return _equal(
        statement,
        (col(Message.state), wanted.state),
        (col(Message.kind), wanted.kind),
        (col(Message.unit_code), wanted.unit_code),
        (col(Message.obligation_id), wanted.obligation_id),
        (col(Message.channel), wanted.channel),
        (col(Message.person_id), wanted.person_id),
    )


async def see(session: AsyncSession, statement: Select[Any], id_column: Any, row_id: UUID) -> Any:
    """One row of what a caller may see.

    :raises NotFound: there is none, or it is another unit's.
    """
    row = await session.scalar(statement.where(id_column == row_id))
    if row is None:
        raise NotFound
    return row


async def reached(
    session: AsyncSession, access: Access, action: str
) -> Callable[[str | None], bool]:
    """Where the caller may do another action than the one they were let in for."""
    where = reach(access.principal, action)
    if where.everywhere:
        return lambda _unit_code: True
    if not where:
        return lambda _unit_code: False
    node = access.tables.unit_nodes
    other = Access(access.principal, where, access.tables)
    statement = select(node.c.code).where(other.within(node.c.code))
    codes = frozenset((await session.scalars(statement)).all())
    return lambda unit_code: unit_code in codes


async def titles(
    session: AsyncSession, obligation_ids: set[UUID]
) -> dict[UUID, tuple[str, date | None]]:
    """Title and due date of obligations, for lists of what belongs to them."""
    columns = select(col(ObligationCopy.id), col(ObligationCopy.title), col(ObligationCopy.due_on))
    rows = await session.execute(columns.where(col(ObligationCopy.id).in_(obligation_ids)))
    return {row_id: (title, due_on) for row_id, title, due_on in rows}


def _equal(statement: Select[Any], *pairs: tuple[Any, Any]) -> Select[Any]:
    for column, value in pairs:
        if value is not None:
            statement = statement.where(column == value)
    return statement
