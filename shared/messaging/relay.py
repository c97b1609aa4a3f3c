"""How do committed events leave the house? The relay claims them by state, in order, and sends.

Never "everything after id n": a transaction that commits late would be skipped for good.
"""

from sqlalchemy import Row, exists, select, update

from shared.clock import Clock
from shared.messaging.backoff import backoff
from shared.messaging.transport import OutgoingMessage, Transport
from shared.persistence.database import Database
from shared.persistence.platform_tables import PlatformTables

BATCH = 500
# the broker was away, not the message at fault: once it is back, events must flow again soon
LONGEST_PAUSE = 10.0


class Relay:
    """Sends a service's pending events. One runs per database at a time."""

    def __init__(
        self, database: Database, tables: PlatformTables, transport: Transport, clock: Clock
    ) -> None:
        self._database = database
        self._outbox = tables.outbox
        self._transport = transport
        self._clock = clock

    async def run_once(self) -> int:
        """Send one batch; the number of events sent. A failure is recorded and tried again later."""
        rows = await self._claim()
        if not rows:
            return 0
        messages = [OutgoingMessage(str(r.message_id), r.stream, r.body.encode()) for r in rows]
        try:
            await self._transport.publish(messages)
        except Exception as error:  # noqa: BLE001 - whatever it was, the rows stay and wait
            await self._postpone(rows, error)
            return 0
        await self._mark_published(rows)
        return len(rows)

    async def _claim(self) -> list[Row]:  # type: ignore[type-arg]
        """Pending rows in order, without the aggregates of which one waits for its next try."""
        t, failed = self._outbox, self._outbox.alias("failed")
        waits = exists().where(
            failed.c.aggregate_id == t.c.aggregate_id,
            failed.c.state == "pending",
            failed.c.next_attempt_at > self._clock.now(),
        )
        statement = (
            select(t.c.position, t.c.message_id, t.c.stream, t.c.body, t.c.attempts)
            .where(t.c.state == "pending", ~waits)
            .order_by(t.c.position)
            .limit(BATCH)
        )
        async with self._database.reading() as session:
            return list((await session.execute(statement)).all())

    async def _mark_published(self, rows: list[Row]) -> None:  # type: ignore[type-arg]
        t = self._outbox
        async with self._database.writing() as session:
            await session.execute(
                update(t)
                .where(t.c.position.in_([r.position for r in rows]))
                .values(state="published", published_at=self._clock.now(), last_error=None)
            )
            await session.commit()

    async def _postpone(self, rows: list[Row], error: Exception) -> None:  # type: ignore[type-arg]
        t = self._outbox
        attempts = max(r.attempts for r in rows) + 1
        async with self._database.writing() as session:
            await session.execute(
                update(t)
                .where(t.c.position.in_([r.position for r in rows]))
                .values(
                    attempts=attempts,
                    next_attempt_at=self._clock.now() + backoff(attempts, longest=LONGEST_PAUSE),
                    last_error=type(error).__name__,
                )
            )
            await session.commit()
