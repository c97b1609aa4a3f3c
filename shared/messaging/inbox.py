"""How is an event applied once, in order, and never lost when its handler fails?

Receiving stores the bytes and nothing else. Handling runs the use case and marks the row in one
transaction. A failure waits longer each time; after MAX_ATTEMPTS the row is parked, visible and
replayable, and later events of the same aggregate wait behind it unless they carry the whole state.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from pydantic import ValidationError

from shared.clock import Clock
from shared.crash_points import crash_point
from shared.messaging.backoff import backoff
from shared.messaging.envelope import Envelope
from shared.messaging.inbox_rows import BATCH, InboxRows, Received
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.database import Database
from shared.persistence.platform_tables import PlatformTables

__all__ = ["BATCH", "ArrivedLate", "Inbox", "SequenceReused"]
MAX_ATTEMPTS = 8
log = structlog.get_logger(__name__)

# opens the unit of work in which events are applied: (type of the first, its traceparent)
OpenTransaction = Callable[[str, str | None], AbstractAsyncContextManager[Any]]


class ArrivedLate(Exception):
    """An event that is a step, not a state, came after its successors: a person must decide."""


class SequenceReused(Exception):
    """Two events claim one place: the sender was restored from a backup and began no epoch."""


class Inbox:
    """The events that arrived for one service."""

    def __init__(
        self,
        consumer: str,
        database: Database,
        tables: PlatformTables,
        subscriptions: Subscriptions,
        clock: Clock,
    ) -> None:
        self._consumer = consumer
        self._rows = InboxRows(consumer, database, tables, stateful=subscriptions.stateful_types)
        self._subscriptions = subscriptions
        self._clock = clock

    async def receive(self, bodies: Sequence[bytes], *, tell: bool = True) -> None:
        """Store what arrived; a message that is already there is left alone.

        `tell`: the loops run in another process, which must hear of it.
        """
        await self._rows.add([self._row(body) for body in bodies], tell=tell)

    def _row(self, body: bytes) -> dict[str, Any]:
        now = self._clock.now()
        row: dict[str, Any] = {
            "consumer": self._consumer,
            "body": body,
            "received_at": now,
            "stream": None,
            "type": None,
            "aggregate_id": None,
            "aggregate_seq": None,
            "last_error": None,
        }
        try:
            envelope = Envelope.model_validate_json(body)
        except ValidationError:
            # kept as it came, so that a person can see what was sent
            return row | {
                "message_id": f"undecodable-{hashlib.sha256(body).hexdigest()[:48]}",
                "state": "parked",
                "last_error": "undecodable",
            }
        return row | {
            "message_id": str(envelope.id),
            "stream": envelope.stream,
            "type": envelope.type,
            "aggregate_id": envelope.subject,
            "aggregate_seq": envelope.sequence,
            "state": "pending" if self._subscriptions.find(envelope.type) else "ignored",
        }

    async def run_once(self, open_transaction: OpenTransaction) -> int:
        """Handle what is ready, in order; the number of rows that left the pending state.

        A batch is one transaction. When something in it fails, all of it is rolled back and each
        event is handled alone, so that the one that fails is found and the others go on.
        """
        rows = self._newest(await self._rows.ready(self._clock.now()))
        if not rows:
            return 0
        try:
            await self._handle(rows, open_transaction)
        except Exception as error:  # noqa: BLE001 - the rows are kept; below each is tried alone
            if len(rows) == 1:
                await self._postpone(rows[0], error)
                return 0
            log.warning("batch_not_handled", number=len(rows), error=type(error).__name__)
            return await self._one_by_one(rows, open_transaction)
        return len(rows)

    async def _one_by_one(self, rows: Sequence[Received], open_transaction: OpenTransaction) -> int:
        handled = 0
        failed: set[tuple[str, str]] = set()
        for row in rows:
            aggregate = (row.stream, row.aggregate_id)
            if aggregate in failed:
                continue
            try:
                await self._handle([row], open_transaction)
                handled += 1
            except Exception as error:  # noqa: BLE001 - kept with the reason, and tried again
                failed.add(aggregate)
                await self._postpone(row, error)
        return handled

    def _newest(self, rows: Sequence[Received]) -> list[Received]:
        """Rows to handle: of events that carry the whole state only the newest of an aggregate."""
        stateful = set(self._subscriptions.stateful_types)
        newest = {(r.stream, r.aggregate_id): r.position for r in rows if r.type in stateful}
        return [
            row
            for row in rows
            if row.type not in stateful or newest[(row.stream, row.aggregate_id)] == row.position
        ]

    async def _handle(self, rows: Sequence[Received], open_transaction: OpenTransaction) -> None:
        """Apply events and mark them done, in one transaction."""
        envelopes = {row.position: Envelope.model_validate_json(row.body) for row in rows}
        first, now = envelopes[rows[0].position], self._clock.now()
        crash_point("inbox.claimed")
        async with open_transaction(first.type, first.traceparent) as uow:
            connection = await uow.session.connection()
            mine = await self._rows.take(connection, list(envelopes), now)
            taken = {p: envelope for p, envelope in envelopes.items() if p in mine}
            if not taken:
                return
            last = await self._rows.last_applied(connection, taken.values())
            stale = [p for p, one in taken.items() if not await self._apply(one, last, uow)]
            fresh = [one for p, one in taken.items() if p not in stale]
            await self._rows.remember(connection, fresh)
            ahead = [taken[r.position] for r in rows if r.follows and r.position in taken]
            states = [one for one in ahead if one.type in self._subscriptions.stateful_types]
            await self._rows.supersede_older(connection, states, now)
            await self._rows.mark_superseded(connection, stale)
            crash_point("inbox.applied")
        crash_point("inbox.handled")

    async def _apply(self, envelope: Envelope, last: dict[tuple[str, str], int], uow: Any) -> bool:
        """Hand an event to its use case, unless a newer one was; whether it was handed over."""
        found = self._subscriptions.find(envelope.type)
        assert found is not None  # noqa: S101 - ignored rows never become pending
        event_class, handler = found
        aggregate = (envelope.stream, envelope.subject)
        if envelope.sequence > last.get(aggregate, 0):
            await handler(event_class.model_validate(envelope.data), uow)
            last[aggregate] = envelope.sequence
            return True
        if await self._rows.place_is_taken(await uow.session.connection(), envelope):
            raise SequenceReused(f"{envelope.subject} has another event {envelope.sequence}")
        if not event_class.carries_state:
            raise ArrivedLate(f"later events of {envelope.subject} were applied before it")
        return False

    async def _postpone(self, row: Received, error: Exception) -> None:
        attempts = row.attempts + 1
        parked = attempts >= MAX_ATTEMPTS
        log.error(
            "event_not_handled",
            type=row.type,
            message_id=row.message_id,
            attempts=attempts,
            parked=parked,
            exc_info=error,
        )
        await self._rows.postpone(
            row.position,
            {
                "attempts": attempts,
                "state": "parked" if parked else "pending",
                "next_attempt_at": self._clock.now() + backoff(attempts),
                "last_error": f"{type(error).__name__}: {error}"[:500],
            },
        )
