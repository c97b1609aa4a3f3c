"""How is an event applied once, in order, and never lost when its handler fails?

Receiving stores the bytes and nothing else. Handling runs the use case and marks the row in one
transaction. A failure waits longer each time; after MAX_ATTEMPTS the row is parked, visible and
replayable, and later events of the same aggregate wait behind it unless they carry the whole state.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Row, and_, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock
from shared.messaging.backoff import backoff
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import RECEIVED
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.batches import Rows, among, store
from shared.persistence.database import Database, notice_channel
from shared.persistence.platform_tables import PlatformTables

MAX_ATTEMPTS = 8
BATCH = 50
log = structlog.get_logger(__name__)

Received = Row[Any]
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
        self._database = database
        self._t = tables.inbox
        self._applied = tables.applied_sequences
        self._subscriptions = subscriptions
        self._clock = clock

    async def receive(self, bodies: Sequence[bytes], *, tell: bool = True) -> None:
        """Store what arrived; a message that is already there is left alone.

        `tell`: the loops run in another process, which must hear of it.
        """
        arrived = Rows(self._t, [self._row(body) for body in bodies], ("consumer", "message_id"))
        notice = (notice_channel(self._consumer), RECEIVED) if tell else None
        async with self._database.changing() as connection:
            await store(connection, [arrived], notice=notice)

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
        rows = self._newest(await self._ready())
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

    async def _ready(self) -> list[Received]:
        """Pending rows whose time has come and that have no earlier row of their aggregate waiting."""
        t, earlier = self._t, self._t.alias("earlier")
        blocked = exists().where(
            and_(
                earlier.c.stream == t.c.stream,
                earlier.c.aggregate_id == t.c.aggregate_id,
                earlier.c.aggregate_seq < t.c.aggregate_seq,
                or_(
                    and_(
                        earlier.c.state == "pending",
                        earlier.c.next_attempt_at > self._clock.now(),
                    ),
                    earlier.c.state == "parked",
                ),
            )
        )
        statement = (
            select(t)
            .where(
                t.c.state == "pending",
                or_(t.c.next_attempt_at.is_(None), t.c.next_attempt_at <= self._clock.now()),
                or_(t.c.type.in_(self._subscriptions.stateful_types), ~blocked),
            )
            .order_by(t.c.position)
            .limit(BATCH)
        )
        async with self._database.asking() as connection:
            return list((await connection.execute(statement)).all())

    async def _handle(self, rows: Sequence[Received], open_transaction: OpenTransaction) -> None:
        """Apply events and mark them done, in one transaction."""
        envelopes = {row.position: Envelope.model_validate_json(row.body) for row in rows}
        first = envelopes[rows[0].position]
        async with open_transaction(first.type, first.traceparent) as uow:
            connection = await uow.session.connection()
            mine = await self._take(connection, rows)
            taken = {p: envelope for p, envelope in envelopes.items() if p in mine}
            if not taken:
                return
            last = await self._last_applied(connection, taken.values())
            stale = [
                p for p, envelope in taken.items() if not await self._apply(envelope, last, uow)
            ]
            await self._remember(connection, [e for p, e in taken.items() if p not in stale])
            await self._supersede(connection, taken.values(), stale)

    async def _take(self, connection: AsyncConnection, rows: Sequence[Received]) -> set[int]:
        """Mark as done the rows that still wait: another worker may have been quicker."""
        t = self._t
        positions = [row.position for row in rows]
        statement = (
            update(t)
            .where(among(t.c.position, positions, self._database.dialect), t.c.state == "pending")
            .values(state="done", handled_at=self._clock.now(), last_error=None)
            .returning(t.c.position)
        )
        return set((await connection.scalars(statement)).all())

    async def _last_applied(
        self, connection: AsyncConnection, envelopes: Collection[Envelope]
    ) -> dict[tuple[str, str], int]:
        """The last number applied of each aggregate; read after the rows are ours."""
        t = self._applied
        wanted = {(envelope.stream, envelope.subject) for envelope in envelopes}
        statement = select(t).where(
            among(t.c.aggregate_id, [subject for _, subject in wanted], self._database.dialect)
        )
        found = (await connection.execute(statement)).all()
        return {(row.stream, row.aggregate_id): row.last_seq for row in found}

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
        if await self._place_is_taken(await uow.session.connection(), envelope):
            raise SequenceReused(f"{envelope.subject} has another event {envelope.sequence}")
        if not event_class.carries_state:
            raise ArrivedLate(f"later events of {envelope.subject} were applied before it")
        return False

    async def _place_is_taken(self, connection: AsyncConnection, envelope: Envelope) -> bool:
        """Whether another event of the same number was received: dropping this one would lose it."""
        t = self._t
        other = select(t.c.position).where(
            t.c.stream == envelope.stream,
            t.c.aggregate_id == envelope.subject,
            t.c.aggregate_seq == envelope.sequence,
            t.c.message_id != str(envelope.id),
        )
        return await connection.scalar(other.limit(1)) is not None

    async def _remember(self, connection: AsyncConnection, applied: Sequence[Envelope]) -> None:
        """Keep how far each aggregate has come; each number greater than the one before."""
        if not applied:
            return
        make = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = make(self._applied)
        statement = statement.on_conflict_do_update(
            index_elements=[self._applied.c.stream, self._applied.c.aggregate_id],
            set_={"last_seq": statement.excluded.last_seq},
        )
        rows = [
            {"stream": e.stream, "aggregate_id": e.subject, "last_seq": e.sequence} for e in applied
        ]
        await connection.execute(statement, rows)

    async def _supersede(
        self, connection: AsyncConnection, taken: Collection[Envelope], stale: Sequence[int]
    ) -> None:
        """What is older than a whole state that was applied need not be handled any more."""
        t, stateful = self._t, self._subscriptions.stateful_types
        older = (
            update(t)
            .where(
                t.c.stream == bindparam("of_stream"),
                t.c.aggregate_id == bindparam("of_aggregate"),
                t.c.aggregate_seq < bindparam("newer"),
                or_(t.c.state == "pending", t.c.state == "parked"),
            )
            .values(state="superseded", handled_at=self._clock.now())
        )
        newer = [
            {"of_stream": e.stream, "of_aggregate": e.subject, "newer": e.sequence}
            for e in taken
            if e.type in stateful
        ]
        if newer:
            await connection.execute(older, newer)
        if stale:
            these = among(t.c.position, stale, self._database.dialect)
            await connection.execute(update(t).where(these).values(state="superseded"))

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
        values = {
            "attempts": attempts,
            "state": "parked" if parked else "pending",
            "next_attempt_at": self._clock.now() + backoff(attempts),
            "last_error": f"{type(error).__name__}: {error}"[:500],
        }
        async with self._database.changing() as connection:
            await connection.execute(
                update(self._t).where(self._t.c.position == row.position).values(values)
            )
