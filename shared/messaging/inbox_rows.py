"""Where are the events that arrived, and how far has each aggregate come?

Two tables, and what is asked of them at every event; so the statements are made once.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, and_, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.crash_points import crash_point
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import RECEIVED
from shared.persistence.batches import Rows, among, store
from shared.persistence.database import Database, notice_channel
from shared.persistence.platform_tables import PlatformTables

BATCH = 50
Received = Row[Any]


class InboxRows:
    """The inbox of one service, and the last number of each aggregate that was applied."""

    def __init__(
        self, consumer: str, database: Database, tables: PlatformTables, *, stateful: Sequence[str]
    ) -> None:
        """:param stateful: types of events that need not wait for older ones of their aggregate."""
        self._consumer = consumer
        self._database = database
        self._t = tables.inbox
        self._applied = tables.applied_sequences
        self._ready = self._select_ready(stateful)
        self._done = self._update_done()
        self._last = select(self._applied).where(
            among(self._applied.c.aggregate_id, "subjects", database.dialect)
        )
        self._applied_now = self._upsert_applied()
        self._older = self._update_older()

    async def add(self, rows: Sequence[dict[str, Any]], *, tell: bool) -> None:
        """Store what arrived; a message that is already there is left alone."""
        arrived = Rows(self._t, rows, ("consumer", "message_id"))
        notice = (notice_channel(self._consumer), RECEIVED) if tell else None
        async with self._database.changing() as connection:
            crash_point("inbox.storing")
            await store(connection, [arrived], notice=notice)
        crash_point("inbox.stored")

    async def ready(self, now: datetime) -> Sequence[Received]:
        """Pending rows whose time has come and that have no earlier row of their aggregate waiting.

        `follows` tells whether any earlier row of the aggregate is still waiting or parked.
        """
        async with self._database.asking() as connection:
            return (await connection.execute(self._ready, {"now": now})).all()

    async def take(
        self, connection: AsyncConnection, positions: Sequence[int], now: datetime
    ) -> set[int]:
        """Mark as done the rows that still wait: another worker may have been quicker."""
        found = await connection.scalars(self._done, {"these": positions, "now": now})
        return set(found.all())

    async def last_applied(
        self, connection: AsyncConnection, envelopes: Collection[Envelope]
    ) -> dict[tuple[str, str], int]:
        """The last number applied of each aggregate; to be read after the rows are taken."""
        subjects = sorted({envelope.subject for envelope in envelopes})
        found = (await connection.execute(self._last, {"subjects": subjects})).all()
        return {(row.stream, row.aggregate_id): row.last_seq for row in found}

    async def remember(self, connection: AsyncConnection, applied: Sequence[Envelope]) -> None:
        """Keep how far each aggregate has come; later numbers of an aggregate stand behind."""
        rows = [
            {"stream": e.stream, "aggregate_id": e.subject, "last_seq": e.sequence} for e in applied
        ]
        if rows:
            await connection.execute(self._applied_now, rows)

    async def supersede_older(
        self, connection: AsyncConnection, states: Sequence[Envelope], now: datetime
    ) -> None:
        """What is older than a whole state that was applied need not be handled any more."""
        newer = [
            {"of_stream": e.stream, "of_aggregate": e.subject, "newer": e.sequence, "now": now}
            for e in states
        ]
        if newer:
            await connection.execute(self._older, newer)

    async def place_is_taken(self, connection: AsyncConnection, envelope: Envelope) -> bool:
        """Whether another event of the same number was received: dropping this one would lose it."""
        t = self._t
        other = select(t.c.position).where(
            t.c.stream == envelope.stream,
            t.c.aggregate_id == envelope.subject,
            t.c.aggregate_seq == envelope.sequence,
            t.c.message_id != str(envelope.id),
        )
        return await connection.scalar(other.limit(1)) is not None

    async def mark_superseded(self, connection: AsyncConnection, positions: Sequence[int]) -> None:
        """Say of rows that were taken that a newer state had been applied before."""
        if positions:
            statement = update(self._t).where(self._t.c.position.in_(positions))
            await connection.execute(statement.values(state="superseded"))

    async def postpone(self, position: int, values: dict[str, Any]) -> None:
        """Record a failure."""
        async with self._database.changing() as connection:
            await connection.execute(
                update(self._t).where(self._t.c.position == position).values(values)
            )

    def _select_ready(self, stateful: Sequence[str]) -> Any:
        t, earlier = self._t, self._t.alias("earlier")
        now: BindParameter[datetime] = bindparam("now")
        before = and_(
            earlier.c.stream == t.c.stream,
            earlier.c.aggregate_id == t.c.aggregate_id,
            earlier.c.aggregate_seq < t.c.aggregate_seq,
        )
        waits = and_(earlier.c.state == "pending", earlier.c.next_attempt_at > now)
        blocked = exists().where(before, or_(waits, earlier.c.state == "parked"))
        follows = exists().where(before, earlier.c.state.in_(("pending", "parked")))
        return (
            select(t, follows.label("follows"))
            .where(
                t.c.state == "pending",
                or_(t.c.next_attempt_at.is_(None), t.c.next_attempt_at <= now),
                or_(t.c.type.in_(stateful), ~blocked),
            )
            .order_by(t.c.position)
            .limit(BATCH)
        )

    def _update_done(self) -> Any:
        t = self._t
        return (
            update(t)
            .where(among(t.c.position, "these", self._database.dialect), t.c.state == "pending")
            .values(state="done", handled_at=bindparam("now"), last_error=None)
            .returning(t.c.position)
        )

    def _upsert_applied(self) -> Any:
        make = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = make(self._applied)
        return statement.on_conflict_do_update(
            index_elements=[self._applied.c.stream, self._applied.c.aggregate_id],
            set_={"last_seq": statement.excluded.last_seq},
        )

    def _update_older(self) -> Any:
        t = self._t
        return (
            update(t)
            .where(
                t.c.stream == bindparam("of_stream"),
                t.c.aggregate_id == bindparam("of_aggregate"),
                t.c.aggregate_seq < bindparam("newer"),
                # spelled out: an IN cannot be executed for many rows at once
                or_(t.c.state == "pending", t.c.state == "parked"),
            )
            .values(state="superseded", handled_at=bindparam("now"))
        )
