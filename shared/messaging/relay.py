"""How do committed events leave the house? The relay claims them by state, in order, and sends.

Never "everything after id n": a transaction that commits late would be skipped for good.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, select, update

from shared.clock import Clock
from shared.crash_points import crash_point
from shared.messaging.backoff import backoff
from shared.messaging.transport import OutgoingMessage, Transport
from shared.persistence.batches import among
from shared.persistence.database import Database
from shared.persistence.platform_tables import PlatformTables

BATCH = 4000
WINDOW = 500
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
        self._ready = self._select_ready()
        these = update(self._outbox).where(
            among(self._outbox.c.position, "these", database.dialect)
        )
        self._sent = these.values(state="published", published_at=bindparam("now"), last_error=None)
        self._not_sent = these.values(
            attempts=bindparam("tried"),
            next_attempt_at=bindparam("again_at"),
            last_error=bindparam("reason"),
        )

    async def run_once(self) -> int:
        """Send what waits, up to `BATCH`; the number of events sent.

        Sent in windows, in order; while one is on its way the one before is marked. A failure is
        recorded and tried again later, and what would come after it waits for the next round.
        """
        rows = await self._claim()
        if not rows:
            return 0
        crash_point("relay.claimed")
        sent = 0
        marking: asyncio.Task[None] | None = None
        try:
            for first in range(0, len(rows), WINDOW):
                window = rows[first : first + WINDOW]
                if not await self._send(window):
                    break
                if marking is not None:
                    await marking
                marking = asyncio.create_task(self._mark_published(window))
                sent += len(window)
        finally:
            if marking is not None:
                await marking
        return sent

    async def _send(self, rows: Sequence[Row[Any]]) -> bool:
        messages = [OutgoingMessage(str(r.message_id), r.stream, r.body.encode()) for r in rows]
        try:
            await self._transport.publish(messages)
        except Exception as error:  # noqa: BLE001 - whatever it was, the rows stay and wait
            await self._postpone(rows, error)
            return False
        crash_point("relay.published")
        return True

    async def _claim(self) -> Sequence[Row[Any]]:
        """Pending rows in order, without the aggregates of which one waits for its next try."""
        async with self._database.asking() as connection:
            return (await connection.execute(self._ready, {"now": self._clock.now()})).all()

    async def _mark_published(self, rows: Sequence[Row[Any]]) -> None:
        values = {"these": [r.position for r in rows], "now": self._clock.now()}
        async with self._database.changing() as connection:
            crash_point("relay.marking")
            await connection.execute(self._sent, values)
        crash_point("relay.marked")

    async def _postpone(self, rows: Sequence[Row[Any]], error: Exception) -> None:
        attempts = max(r.attempts for r in rows) + 1
        values = {
            "these": [r.position for r in rows],
            "tried": attempts,
            "again_at": self._clock.now() + backoff(attempts, longest=LONGEST_PAUSE),
            "reason": type(error).__name__,
        }
        async with self._database.changing() as connection:
            await connection.execute(self._not_sent, values)

    def _select_ready(self) -> Any:
        t, failed = self._outbox, self._outbox.alias("failed")
        waits = exists().where(
            failed.c.aggregate_id == t.c.aggregate_id,
            failed.c.state == "pending",
            failed.c.next_attempt_at > bindparam("now"),
        )
        return (
            select(t.c.position, t.c.message_id, t.c.stream, t.c.body, t.c.attempts)
            .where(t.c.state == "pending", ~waits)
            .order_by(t.c.position)
            .limit(BATCH)
        )
