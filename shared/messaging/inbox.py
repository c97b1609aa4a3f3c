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
from sqlalchemy import Row, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.crash_points import crash_point
from shared.messaging.backoff import backoff
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import notify
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.database import Database
from shared.persistence.platform_tables import PlatformTables

MAX_ATTEMPTS = 8
BATCH = 50
log = structlog.get_logger(__name__)

Received = Row[Any]
# opens the unit of work in which events are applied: (type of the first, its traceparent)
OpenTransaction = Callable[[str, str | None], AbstractAsyncContextManager[Any]]


class ArrivedLate(Exception):
    """An event that is a step, not a state, came after its successors: a person must decide."""


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

    async def receive(self, bodies: Sequence[bytes]) -> None:
        """Store what arrived; a message that is already there is left alone."""
        rows = [self._row(body) for body in bodies]
        async with self._database.writing() as session:
            make = sqlite.insert if self._database.is_sqlite else postgresql.insert
            statement = make(self._t).on_conflict_do_nothing(
                index_elements=[self._t.c.consumer, self._t.c.message_id]
            )
            await session.execute(statement, rows)
            await notify(session, self._consumer)
            crash_point("inbox.storing")
            await session.commit()
        crash_point("inbox.stored")

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
        async with self._database.reading() as session:
            return list((await session.execute(statement)).all())

    async def _handle(self, rows: Sequence[Received], open_transaction: OpenTransaction) -> None:
        """Apply events and mark them done, in one transaction."""
        first = Envelope.model_validate_json(rows[0].body)
        crash_point("inbox.claimed")
        async with open_transaction(first.type, first.traceparent) as uow:
            mine = await self._lock(uow.session, rows)
            for row in rows:
                if row.position in mine:
                    await self._apply(row, uow)
            crash_point("inbox.applied")
        crash_point("inbox.handled")

    async def _lock(self, session: AsyncSession, rows: Sequence[Received]) -> set[int]:
        """The rows that are still pending, locked: another worker may have been quicker."""
        t = self._t
        statement = (
            select(t.c.position)
            .where(t.c.position.in_([row.position for row in rows]), t.c.state == "pending")
            .order_by(t.c.position)
            .with_for_update()
        )
        return set((await session.scalars(statement)).all())

    async def _apply(self, row: Received, uow: Any) -> None:
        envelope = Envelope.model_validate_json(row.body)
        found = self._subscriptions.find(envelope.type)
        assert found is not None  # noqa: S101 - ignored rows never become pending
        event_class, handler = found
        fresh = await self._is_newer(uow.session, envelope)
        if not fresh and not event_class.carries_state:
            raise ArrivedLate(f"later events of {envelope.subject} were applied before it")
        if fresh:
            await handler(event_class.model_validate(envelope.data), uow)
            await self._remember(uow.session, envelope)
        await self._finish(
            uow.session, row, "done" if fresh else "superseded", event_class.carries_state
        )

    async def _is_newer(self, session: AsyncSession, envelope: Envelope) -> bool:
        statement = select(self._applied.c.last_seq).where(
            self._applied.c.stream == envelope.stream,
            self._applied.c.aggregate_id == envelope.subject,
        )
        last = (await session.execute(statement)).scalar_one_or_none()
        return last is None or envelope.sequence > last

    async def _remember(self, session: AsyncSession, envelope: Envelope) -> None:
        make = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = make(self._applied).values(
            stream=envelope.stream, aggregate_id=envelope.subject, last_seq=envelope.sequence
        )
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[self._applied.c.stream, self._applied.c.aggregate_id],
                set_={"last_seq": envelope.sequence},
            )
        )

    async def _finish(
        self,
        session: AsyncSession,
        row: Received,
        state: str,
        carries_state: bool,
    ) -> None:
        t, now = self._t, self._clock.now()
        await session.execute(
            update(t)
            .where(t.c.position == row.position)
            .values(state=state, handled_at=now, last_error=None)
        )
        if carries_state:
            await session.execute(
                update(t)
                .where(
                    t.c.stream == row.stream,
                    t.c.aggregate_id == row.aggregate_id,
                    t.c.aggregate_seq < row.aggregate_seq,
                    t.c.state.in_(("pending", "parked")),
                )
                .values(state="superseded", handled_at=now)
            )

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
        async with self._database.writing() as session:
            await session.execute(
                update(self._t)
                .where(self._t.c.position == row.position)
                .values(
                    attempts=attempts,
                    state="parked" if parked else "pending",
                    next_attempt_at=self._clock.now() + backoff(attempts),
                    last_error=f"{type(error).__name__}: {error}"[:500],
                )
            )
            await session.commit()
