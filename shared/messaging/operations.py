"""How does an operator mend the flow of events? Send again, try again, give up, compare.

Sending again is harmless: events keep their ids, and who has one already leaves it alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, Update, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import SUBSCRIPTIONS
from shared.messaging.outbox import ANNOUNCED, RECEIVED
from shared.persistence.database import notice_channel
from shared.persistence.platform_tables import PlatformTables


class Operations:
    """The events a service sent and received, inside an open transaction of it."""

    def __init__(self, session: AsyncSession, tables: PlatformTables, *, service: str) -> None:
        self._session = session
        self._outbox = tables.outbox
        self._inbox = tables.inbox
        self._service = service

    async def send_again(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        stream: str | None = None,
        aggregate_id: str | None = None,
    ) -> int:
        """Send events again that happened in [since, until); how many. `aggregate_id`: "stream/id".

        With them go those that nobody listened to when they happened and somebody listens to now.
        """
        t = self._outbox
        heard = sorted(frozenset().union(*SUBSCRIPTIONS.values()))
        statement = update(t).where(
            or_(
                t.c.state == "published", and_(t.c.state == "no_subscribers", t.c.stream.in_(heard))
            )
        )
        if since is not None:
            statement = statement.where(t.c.occurred_at >= since)
        if until is not None:
            statement = statement.where(t.c.occurred_at < until)
        if stream is not None:
            statement = statement.where(t.c.stream == stream)
        if aggregate_id is not None:
            statement = statement.where(t.c.aggregate_id == aggregate_id)
        return await self._change(
            statement.values(state="pending", attempts=0, next_attempt_at=None), ANNOUNCED
        )

    async def try_again(self, *, position: int | None = None, type_: str | None = None) -> int:
        """Handle parked or skipped events again; how many. What cannot be decoded stays parked."""
        t = self._inbox
        statement = update(t).where(t.c.state.in_(("parked", "skipped")), t.c.type.is_not(None))
        if position is not None:
            statement = statement.where(t.c.position == position)
        else:
            statement = statement.where(t.c.state == "parked")
        if type_ is not None:
            statement = statement.where(t.c.type == type_)
        return await self._change(
            statement.values(state="pending", attempts=0, next_attempt_at=None), RECEIVED
        )

    async def give_up(self, position: int) -> int:
        """Leave a parked event unhandled for good, so that those behind it go on; 1 if it was parked."""
        t = self._inbox
        statement = update(t).where(t.c.position == position, t.c.state == "parked")
        return await self._change(statement.values(state="skipped", next_attempt_at=None), RECEIVED)

    async def not_sent_by_us(self, message_ids: Sequence[UUID]) -> list[UUID]:
        """Of these, the ids of no event this service knows of: lost with a restore, or forged."""
        t = self._outbox
        known = set(
            await self._session.scalars(
                select(t.c.message_id).where(t.c.message_id.in_(message_ids))
            )
        )
        return [given for given in message_ids if given not in known]

    async def _change(self, statement: Update, what: str) -> int:
        result = await self._session.execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - what an UPDATE gives
        if result.rowcount and self._session.get_bind().dialect.name == "postgresql":
            told = func.pg_notify(notice_channel(self._service), what)
            await self._session.execute(select(told))
        return int(result.rowcount)


async def count_by_state(
    session: AsyncSession, tables: PlatformTables
) -> tuple[dict[str, int], dict[str, int]]:
    """How many events are in which state: those sent, those received."""
    counts = []
    for t in (tables.outbox, tables.inbox):
        rows = await session.execute(select(t.c.state, func.count()).group_by(t.c.state))
        counts.append({str(state): int(count) for state, count in rows.all()})
    return counts[0], counts[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has not come through yet: how many events, and since when (None: nothing waits)."""

    unsent: int
    unsent_since: datetime | None
    unhandled: int
    unhandled_since: datetime | None
    parked: int


async def waiting(session: AsyncSession, tables: PlatformTables) -> Waiting:
    """Read over indexes that hold the waiting rows only; cheap however much was sent before."""
    out, into = tables.outbox, tables.inbox
    unsent = select(func.count(), func.min(out.c.occurred_at)).where(out.c.state == "pending")
    received = select(func.count(), func.min(into.c.received_at))
    unhandled = received.where(into.c.state == "pending")
    parked = received.where(into.c.state == "parked")
    first, second, third = [
        (await session.execute(one)).one() for one in (unsent, unhandled, parked)
    ]
    return Waiting(first[0], first[1], second[0], second[1], third[0])
