"""Which of our guards can be taken away, to see whether the crash runs would notice?

Only the launcher of the crash runs imports this, in a process of its own, when BROKEN_GUARD or
PLANTED_FAULT names one. A planted fault is the bad weather a guard is for; with the guard in place
it does no harm, which is tried as well.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

GUARDS: dict[str, Callable[[], None]] = {}
FAULTS: dict[str, Callable[[], None]] = {}
Break = Callable[[], None]


def apply(environment: Mapping[str, str]) -> None:
    """Take away the guard and plant the fault that an environment names."""
    for variable, known in (("BROKEN_GUARD", GUARDS), ("PLANTED_FAULT", FAULTS)):
        if name := environment.get(variable):
            known[name]()


def guard(make: Break) -> Break:
    """Register what takes a guard away, by its name."""
    GUARDS[make.__name__] = make
    return make


def fault(make: Break) -> Break:
    """Register bad weather, by its name."""
    FAULTS[make.__name__] = make
    return make


@guard
def inbox_without_unique_key() -> None:
    """What arrives is stored, whether it is there or not (the trial drops the key itself)."""
    from shared.messaging.inbox_rows import InboxRows
    from shared.persistence.batches import Rows, store

    async def add(self: Any, rows: Sequence[Any], *, tell: bool) -> None:
        del tell  # the loops look by themselves within a second
        async with self._database.changing() as connection:
            await store(connection, [Rows(self._t, rows)])
        _crash("inbox.stored")

    InboxRows.add = add  # type: ignore[method-assign]


@guard
def publish_result_ignored() -> None:
    """Whatever the broker says to a message, it counts as taken."""
    from aiormq.exceptions import AMQPException
    from pamqp.commands import Basic

    from shared.messaging.rabbitmq.publisher import Publisher

    send_one = Publisher._send_one

    async def careless(self: Any, channel: Any, message: Any) -> object:
        with contextlib.suppress(AMQPException):  # a returned message is one, in aiormq
            await send_one(self, channel, message)
        return Basic.Ack()

    Publisher._send_one = careless  # type: ignore[method-assign]


@guard
def not_mandatory() -> None:
    """The broker is not asked to return what it cannot route."""
    from aiormq import Channel

    publish = Channel.basic_publish

    async def optional(self: Any, *arguments: Any, **options: Any) -> Any:
        return await publish(self, *arguments, **(options | {"mandatory": False}))

    Channel.basic_publish = optional  # type: ignore[method-assign]


@guard
def acknowledged_before_stored() -> None:
    """The broker may forget what is not stored yet."""
    from shared.messaging.rabbitmq.consumer import Consumer

    store = Consumer._store

    async def hasty(self: Any, batch: Sequence[Any]) -> None:
        if batch:
            await self._channel.basic_ack(batch[-1].delivery_tag, multiple=True)
            await asyncio.sleep(0.05)  # until the broker has heard it
        acknowledge = self._acknowledge
        self._acknowledge = _nothing
        try:
            await store(self, batch)
        finally:
            self._acknowledge = acknowledge

    Consumer._store = hasty  # type: ignore[method-assign]


@guard
def marked_before_published() -> None:
    """An event counts as sent before it is."""
    from shared.messaging.relay import Relay
    from shared.messaging.transport import OutgoingMessage

    async def run_once(self: Any) -> int:
        rows = await self._claim()
        if rows:
            await self._mark_published(rows)
            messages = [OutgoingMessage(str(r.message_id), r.stream, r.body.encode()) for r in rows]
            await self._transport.publish(messages)
        return len(rows)

    Relay.run_once = run_once  # type: ignore[method-assign]


@guard
def done_before_handled() -> None:
    """An event counts as handled in a transaction before that of its effect."""
    from shared.messaging.envelope import Envelope
    from shared.messaging.inbox import Inbox

    async def handle(self: Any, rows: Sequence[Any], open_transaction: Any) -> None:
        now = self._clock.now()
        async with self._rows._database.changing() as connection:
            await self._rows.take(connection, [row.position for row in rows], now)
        told = [Envelope.model_validate_json(row.body) for row in rows]
        async with open_transaction(told[0].type, told[0].traceparent) as uow:
            connection = await uow.session.connection()
            last = await self._rows.last_applied(connection, told)
            fresh = [one for one in told if await self._apply(one, last, uow)]
            await self._rows.remember(connection, fresh)
            await self._rows.supersede_older(connection, fresh, now)
            _crash("inbox.applied")

    Inbox._handle = handle  # type: ignore[method-assign]


@guard
def sequence_ignored() -> None:
    """An old state is applied over a newer one."""
    from shared.messaging.inbox_rows import InboxRows

    async def nothing_yet(_self: Any, _connection: Any, _envelopes: Any) -> dict[Any, int]:
        return {}

    InboxRows.last_applied = nothing_yet  # type: ignore[method-assign]


@guard
def answer_kept_afterwards() -> None:
    """The idempotency key is stored in a transaction after that of the command."""
    from shared.persistence.batches import Rows, store
    from shared.unit_of_work import UnitOfWork

    put_beside = UnitOfWork.put_beside

    async def later(engine: Any, kept: Rows) -> None:
        await asyncio.sleep(0.02)
        async with engine.begin() as connection:
            await store(connection, [kept])

    def afterwards(self: Any, table: Any, row: Any) -> None:
        if table is self.tables.idempotency:
            _keep(asyncio.create_task(later(self.session.bind, Rows(table, [row]))))
        else:
            put_beside(self, table, row)

    UnitOfWork.put_beside = afterwards  # type: ignore[method-assign]


@guard
def events_after_commit() -> None:
    """A change is committed first, and announced in a transaction of its own."""
    from shared.messaging.outbox import outbox_rows
    from shared.persistence.batches import Rows, store
    from shared.unit_of_work import UnitOfWork

    commit = UnitOfWork.commit

    async def announce(uow: Any, events: Any, engine: Any) -> None:
        await asyncio.sleep(0.02)
        async with engine.begin() as connection:
            rows = await outbox_rows(
                connection, uow.tables, events, source=uow.service, at=uow.now(), traceparent=None
            )
            await store(connection, [Rows(uow.tables.outbox, rows)])

    async def twice(self: Any) -> None:
        events, self._events = self._events, []
        if events:
            _keep(asyncio.create_task(announce(self, events, self.session.bind)))
        await commit(self)

    UnitOfWork.commit = twice  # type: ignore[method-assign]


@guard
def everyone_leads() -> None:
    """A worker runs the loops without asking whether another does."""
    from shared.persistence import leadership

    async def at_once(database: Any, _service: str) -> Any:
        import asyncpg

        return await asyncpg.connect(leadership._address(database))

    leadership._lead = at_once


@guard
def sent_before_intended() -> None:
    """The mail goes out first; that it was to go out is written down afterwards."""
    from services.notifications.use_cases import send_messages as sending

    send_messages, outgoing = sending.send_messages, sending.outgoing

    async def sent(*_: Any, **__: Any) -> Any:
        return sending.Outcome("sent")

    async def first(context: Any, ways: Any, **options: Any) -> int:
        async with context.database.reading() as session:
            message = await session.scalar(sending._waiting(context.clock.now()))
        if message is None:
            return 0
        if message.to_address is None:
            return await send_messages(context, ways, **options)
        gateway = ways.choose(message.to_address, simulated=message.simulated)
        mail = outgoing(message, sender=context.settings.mail_from, secret=context.secret)
        await gateway.send(mail)
        _crash("sender.called")
        return await send_messages(context, ways, **options)

    sending._try = sent
    sending.BATCH = 1
    sending.send_messages = first


@guard
def leases_ignored() -> None:
    """A message that is being sent just now counts as left behind by a dead sender."""
    from services.notifications.domain import delivery
    from services.notifications.storage.tables import Message, MessageAttempt
    from services.notifications.use_cases import send_messages as sending

    async def impatient(context: Any, ways: Any) -> int:
        statement = (
            select(MessageAttempt, col(Message.fencing_token))
            .join(Message, col(Message.id) == col(MessageAttempt.message_id))
            .where(col(Message.state) == delivery.SENDING, col(MessageAttempt.ended_at).is_(None))
        )
        async with context.database.reading() as session:
            found = (await session.execute(statement)).all()
        for attempt, token in found:
            outcome = await sending._look(ways.named(attempt.gateway), attempt.message_id)
            await sending.record(context, attempt.message_id, token, attempt.id, outcome)
        return len(found)

    sending.settle_interrupted = impatient


@fault
def bindings_not_renewed() -> None:
    """A publisher that trusts the bindings to be there."""
    from shared.messaging.rabbitmq.publisher import Publisher

    Publisher._bind = _nothing  # type: ignore[method-assign]


@fault
def late_deliveries() -> None:
    """A slow relay, and a transport that hands over the newest event of each thing first."""
    from shared.messaging.envelope import Envelope
    from shared.messaging.in_process import InProcessTransport
    from shared.messaging.relay import Relay

    run_once, publish = Relay.run_once, InProcessTransport.publish

    async def slow(self: Any) -> int:
        await asyncio.sleep(0.3)
        return await run_once(self)

    async def newest_first(self: Any, messages: Sequence[Any]) -> None:
        read = [Envelope.model_validate_json(message.body) for message in messages]
        newest = {(one.stream, one.subject): number for number, one in enumerate(read)}
        first = sorted(newest.values())
        late = [n for n in range(len(messages)) if n not in set(first)]
        await publish(self, [messages[n] for n in first])
        if late:
            await asyncio.sleep(0.3)  # until the newest are applied
            await publish(self, [messages[n] for n in late])

    Relay.run_once = slow  # type: ignore[method-assign]
    InProcessTransport.publish = newest_first  # type: ignore[method-assign]


@fault
def slow_reading() -> None:
    """Documents take seconds to read."""
    from services.plans.use_cases import read_document as reading

    read_upload = reading.read_upload

    async def slowly(content: bytes, name: str) -> Any:
        await asyncio.sleep(5.0)
        return await read_upload(content, name)

    reading.read_upload = slowly


_tasks: set[Any] = set()


def _keep(task: Any) -> None:
    """Hold a task until it is done."""
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _nothing(*_: Any, **__: Any) -> None:
    """Do not do it."""


def _crash(point: Any) -> None:
    from shared.crash_points import crash_point

    crash_point(point)
