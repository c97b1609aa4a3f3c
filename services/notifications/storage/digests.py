"""Which reminders wait for a digest, who is to get one, and what is it made of?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.digest import WAITING
from services.notifications.domain.duty import OWED
from services.notifications.domain.rules import EMAIL
from services.notifications.storage.tables import (
    Contact,
    Digest,
    DigestItem,
    Message,
    ObligationCopy,
    Preference,
)
from shared.access import Access
from shared.clock import HO_CHI_MINH
from shared.persistence.platform_tables import PlatformTables
from shared.rights import Grant, Principal, Role, reach

_AT_ONCE = 500  # ids in one query


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody digests are made for: where they work, and the units whose reports they decide on."""

    person_id: UUID
    unit_code: str | None
    leads: bool
    decides: frozenset[str]
    # units of which a leader hears as a whole: their own and those below
    leads_units: frozenset[str]


async def waiting_people(session: AsyncSession) -> dict[tuple[UUID, str], set[str]]:
    """Who has reminders waiting for a digest, by channel, and for which kinds of digest."""
    columns = (col(DigestItem.person_id), col(DigestItem.channel), col(DigestItem.delivery))
    statement = select(*columns).where(col(DigestItem.state) == WAITING).distinct()
    found: dict[tuple[UUID, str], set[str]] = {}
    for person_id, channel, delivery in await session.execute(statement):
        found.setdefault((person_id, channel), set()).add(delivery)
    return found


async def leaders(session: AsyncSession, tables: PlatformTables) -> Sequence[UUID]:
    """The heads of units who can be reached by e-mail."""
    t = tables.principals
    reachable = exists().where(
        col(Contact.person_id) == t.c.id, col(Contact.channel) == EMAIL, col(Contact.active)
    )
    statement = select(t.c.id).where(
        t.c.kind == "person", t.c.active, t.c.position == "head", t.c.unit_code.is_not(None)
    )
    return (await session.scalars(statement.where(reachable))).all()


async def digests_made(
    session: AsyncSession, days: Iterable[date]
) -> set[tuple[UUID, str, str, date]]:
    """The digests of these days: person, channel, kind, day."""
    columns = (
        col(Digest.person_id), col(Digest.channel), col(Digest.kind), col(Digest.day)
    )  # fmt: skip
    statement = select(*columns).where(col(Digest.day).in_(list(days)))
    return {(p, c, k, d) for p, c, k, d in await session.execute(statement)}


async def week_told_on(
    session: AsyncSession, person_id: UUID, channel: str, *, monday: date
) -> date | None:
    """The day on which somebody got a digest of this week; None when they did not."""
    made = await session.scalar(
        select(col(Digest.created_at)).where(
            col(Digest.person_id) == person_id,
            col(Digest.channel) == channel,
            col(Digest.kind).in_(("weekly", "unit")),
            col(Digest.day) == monday,
            col(Digest.state) == "made",
        )
    )
    return made.astimezone(HO_CHI_MINH).date() if made is not None else None


async def all_preferences(session: AsyncSession) -> dict[UUID, Preference]:
    """The wishes of everybody who has told any."""
    return {row.person_id: row for row in await session.scalars(select(Preference))}


async def waiting_items(
    session: AsyncSession,
    person_id: UUID,
    channel: str,
    deliveries: Iterable[str],
    *,
    to_be_told: bool,
) -> Sequence[DigestItem]:
    """The reminders somebody is to hear of in a digest of one of these kinds.

    Those `to_be_told` now are nobody else's until the transaction ends.
    """
    statement = (
        select(DigestItem)
        .where(
            col(DigestItem.state) == WAITING,
            col(DigestItem.person_id) == person_id,
            col(DigestItem.channel) == channel,
            col(DigestItem.delivery).in_(list(deliveries)),
        )
        .order_by(col(DigestItem.created_at), col(DigestItem.id))
    )
    if to_be_told:
        statement = statement.with_for_update(skip_locked=True)
    return (await session.scalars(statement)).all()


async def items_of(session: AsyncSession, digest_id: UUID) -> Sequence[DigestItem]:
    statement = (
        select(DigestItem)
        .where(col(DigestItem.digest_id) == digest_id)
        .order_by(col(DigestItem.created_at), col(DigestItem.id))
    )
    return (await session.scalars(statement)).all()


async def message_of(session: AsyncSession, digest_id: UUID) -> UUID | None:
    """The message a digest was sent as; None when there was nothing to say."""
    statement = select(col(Message.id)).where(col(Message.digest_id) == digest_id)
    found: UUID | None = await session.scalar(statement)
    return found


async def reader(session: AsyncSession, tables: PlatformTables, person_id: UUID) -> Reader:
    """What a digest needs to know of the person it is for."""
    t = tables.principals
    row = (await session.execute(select(t).where(t.c.id == person_id))).mappings().first()
    if row is None:
        return Reader(person_id, None, leads=False, decides=frozenset(), leads_units=frozenset())
    grants = tuple(
        Grant(g["unit_code"], Role(g["role"]) if g.get("role") else None, frozenset(g["scopes"]))
        for g in row["grants"]
    )
    principal = Principal(person_id, row["kind"], "", row["unit_code"], grants)
    leads = row["position"] == "head" and row["unit_code"] is not None
    below = await _below(session, tables, row["unit_code"]) if leads else frozenset()
    where = Access(principal, reach(principal, "tasks.verify"), tables)
    nodes = tables.unit_nodes.c.code
    decides = frozenset((await session.scalars(select(nodes).where(where.within(nodes)))).all())
    own = frozenset({row["unit_code"]}) if leads else frozenset()
    return Reader(
        person_id, row["unit_code"], leads=leads, decides=decides | own, leads_units=below | own
    )


async def _below(session: AsyncSession, tables: PlatformTables, code: str) -> frozenset[str]:
    t = tables.unit_nodes
    path = await session.scalar(select(t.c.path).where(t.c.code == code))
    if path is None:
        return frozenset()
    statement = select(t.c.code).where(t.c.path.startswith(path, autoescape=True))
    return frozenset((await session.scalars(statement)).all())


async def told_of(
    session: AsyncSession,
    units: Iterable[str],
    asked: Iterable[UUID],
    *,
    deciding: Iterable[str],
    until: date,
) -> list[ObligationCopy]:
    """The obligations that a digest may speak of.

    Those of its units that are due by a day, those that wait for a decision in the units it is
    `deciding` for, and those a reminder `asked` for.
    """
    ids = sorted(asked)
    owed = and_(
        col(ObligationCopy.unit_code).in_(sorted(units)),
        col(ObligationCopy.state).in_(OWED),
        col(ObligationCopy.last_day) <= until,
    )
    reported = and_(
        col(ObligationCopy.unit_code).in_(sorted(deciding)),
        col(ObligationCopy.state) == "submitted",
    )
    statement = select(ObligationCopy).where(or_(owed, reported))
    found = {o.id: o for o in await session.scalars(statement)}
    for start in range(0, len(ids), _AT_ONCE):
        some = select(ObligationCopy).where(
            col(ObligationCopy.id).in_(ids[start : start + _AT_ONCE])
        )
        found |= {o.id: o for o in await session.scalars(some)}
    return list(found.values())
