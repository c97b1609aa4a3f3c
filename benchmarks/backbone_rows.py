"""How fast do events leave, travel and arrive? Publisher, relay and inbox beside their own limits."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
from sqlalchemy import insert

from benchmarks.frame import Row, Side
from benchmarks.stage import Distributed
from services.notifications.service import service as notifications
from shared.clock import SystemClock
from shared.contracts.plans import UnitChanged
from shared.files import DiskFileStore
from shared.ids import new_id
from shared.messaging.envelope import Envelope, wrap
from shared.messaging.in_process import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport, declare_topology
from shared.messaging.relay import Relay
from shared.messaging.topology import Topology
from shared.messaging.transport import OutgoingMessage
from shared.persistence.migrations import migrate
from shared.runtime.running import RunningService, database_of
from shared.runtime.server import keep_what_is_here
from shared.settings import Settings

MESSAGES = 5000
WINDOW = 500
ONE_BY_ONE = 300
EVENTS = 1000
_BATCH = 50
STREAM = UnitChanged.stream


@dataclass
class Backbone:
    """A topology, a database and a running service of the bench's own; no loop runs by itself."""

    transport: RabbitTransport
    service: RunningService
    relay: Relay
    channel: aio_pika.abc.AbstractChannel
    exchange: aio_pika.abc.AbstractExchange
    queue: aio_pika.abc.AbstractQueue
    raw: Any

    async def publish(self) -> float:
        """Our publisher, in batches as the relay sends them."""
        return await self._published(MESSAGES, self._ours)

    async def windowed(self) -> float:
        return await self._published(MESSAGES, self._windowed)

    async def one_by_one(self) -> float:
        return await self._published(ONE_BY_ONE, self._one_by_one)

    async def relayed(self) -> float:
        """The outbox drained: claimed, published, marked."""
        table = self.service.context.tables.outbox
        async with self.service.context.database.writing() as session:
            rows = [_outbox_row(envelope) for envelope in envelopes(MESSAGES)]
            await session.execute(insert(table), rows)
            await session.commit()
        await self.raw.execute("ANALYZE outbox")
        started = time.perf_counter()
        sent = 0
        while sent < MESSAGES:
            sent += await self.relay.run_once()
        took = time.perf_counter() - started
        await self.queue.purge()
        return MESSAGES / took

    async def handled(self) -> float:
        """Events received in batches, applied in order, marked done."""
        bodies = [envelope.to_json().encode() for envelope in envelopes(EVENTS)]
        inbox = self.service.inbox
        handle = partial(inbox.run_once, self.service._for_events)  # noqa: SLF001 - no loops here
        started = time.perf_counter()
        for first in range(0, EVENTS, 100):
            await inbox.receive(bodies[first : first + 100], tell=False)
        while await handle():
            pass
        return EVENTS / (time.perf_counter() - started)

    async def inserted(self) -> float:
        """The rows that this leaves, inserted bare in batches as large: received, then applied."""
        made = envelopes(EVENTS)
        started = time.perf_counter()
        for first in range(0, EVENTS, 100):
            await self._insert_received(made[first : first + 100])
        for first in range(0, EVENTS, _BATCH):
            await self._insert_applied(made[first : first + _BATCH])
        return EVENTS / (time.perf_counter() - started)

    async def _published(self, count: int, send: Any) -> float:
        messages = [
            OutgoingMessage(str(one.id), one.stream, one.to_json().encode())
            for one in envelopes(count)
        ]
        started = time.perf_counter()
        await send(messages)
        took = time.perf_counter() - started
        await self.queue.purge()
        return count / took

    async def _ours(self, messages: Sequence[OutgoingMessage]) -> None:
        for first in range(0, len(messages), WINDOW):
            await self.transport.publish(messages[first : first + WINDOW])

    async def _windowed(self, messages: Sequence[OutgoingMessage]) -> None:
        for first in range(0, len(messages), WINDOW):
            window = messages[first : first + WINDOW]
            await asyncio.gather(*(self._send(message) for message in window))

    async def _one_by_one(self, messages: Sequence[OutgoingMessage]) -> None:
        for message in messages:
            await self._send(message)

    async def _send(self, message: OutgoingMessage) -> None:
        wrapped = aio_pika.Message(
            message.body,
            message_id=message.message_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self.exchange.publish(wrapped, message.stream, mandatory=True)

    async def _insert_received(self, made: Sequence[Envelope]) -> None:
        await self.raw.execute(
            "INSERT INTO inbox (consumer, message_id, stream, type, aggregate_id, aggregate_seq,"
            " body, state, received_at) SELECT 'bare', * , 'done', now()"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])",
            [str(one.id) for one in made],
            [one.stream for one in made],
            [one.type for one in made],
            [one.subject for one in made],
            [one.sequence for one in made],
            [one.to_json().encode() for one in made],
        )

    async def _insert_applied(self, made: Sequence[Envelope]) -> None:
        async with self.raw.transaction():
            await self.raw.execute(
                "INSERT INTO unit_nodes SELECT code, 'Đơn vị', 'GOC', '/GOC/' || code, true, 1"
                " FROM unnest($1::text[]) AS given (code)",
                [one.subject for one in made],
            )
            await self.raw.execute(
                "INSERT INTO applied_sequences SELECT * FROM"
                " unnest($1::text[], $2::text[], $3::bigint[])",
                [one.stream for one in made],
                [one.subject for one in made],
                [one.sequence for one in made],
            )


@asynccontextmanager
async def backbone(stage: Distributed, folder: Path) -> AsyncIterator[Backbone]:
    """Open everything on the stage's servers, beside what runs there."""
    broker = stage.servers.rabbitmq.url
    topology = Topology("bench", {"sink": frozenset({STREAM})})
    await declare_topology(broker, topology, settle_seconds=0)
    transport = RabbitTransport(broker, topology, name="bench")
    await transport.start()
    service = await _service(stage, folder)
    relay = Relay(
        service.context.database, service.context.tables, transport, service.context.clock
    )
    database_url = stage.servers.postgresql.database_url("bench_notifications")
    raw = await asyncpg.connect(database_url)
    connection = await aio_pika.connect(broker)
    try:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(topology.exchange)
        queue = await channel.get_queue(topology.queue("sink").name)
        keep_what_is_here()  # as the platform's own processes do
        yield Backbone(transport, service, relay, channel, exchange, queue, raw)
    finally:
        await connection.close()
        await raw.close()
        await service.stop()
        await transport.stop()


async def _service(stage: Distributed, folder: Path) -> RunningService:
    stage.servers.postgresql.create_database("bench_notifications")
    url = stage.servers.postgresql.database_url("bench_{service}")
    settings = Settings(
        data_dir=folder, database_url=url.replace("postgresql:", "postgresql+asyncpg:")
    )
    service = RunningService(
        notifications,
        database=database_of("notifications", settings),
        transport=InProcessTransport(),
        clock=SystemClock(),
        settings=settings,
        files=DiskFileStore(folder / "files"),
        secret=bytes(32),
    )
    await migrate(service.context.database, notifications.migrations)
    return service


def envelopes(count: int) -> list[Envelope]:
    """Events of as many units, all new."""
    now = SystemClock().now()
    made = []
    for _ in range(count):
        code = f"B{new_id().hex}"
        event = UnitChanged(
            code=code,
            name="Đơn vị",
            parent_code="GOC",
            path=f"/GOC/{code}",
            active=True,
            revision=1,
        )
        made.append(
            wrap(event, message_id=new_id(), source="bench", sequence=1, at=now, traceparent=None)
        )
    return made


def backbone_rows(bench: Backbone) -> list[Row]:
    """Publish, relay, inbox."""
    return [
        Row(
            "publish, persistent and confirmed, in batches of 500",
            "messages/s",
            Side("ours", bench.publish),
            [
                Side("aio-pika, windows of 500", bench.windowed),
                Side("aio-pika, one by one", bench.one_by_one),
            ],
        ),
        Row(
            "relay: the outbox drained (aim ≥ 0.70 of our own publish)",
            "events/s",
            Side("ours", bench.relayed),
            [Side("our own publish", bench.publish)],
        ),
        Row(
            "inbox: events received, applied in order, marked",
            "events/s",
            Side("ours", bench.handled),
            [Side("the same rows inserted bare in batches", bench.inserted)],
        ),
    ]


def _outbox_row(envelope: Envelope) -> dict[str, Any]:
    return {
        "message_id": envelope.id,
        "stream": envelope.stream,
        "type": envelope.type,
        "aggregate_id": f"{envelope.stream}/{envelope.subject}",
        "aggregate_seq": envelope.sequence,
        "occurred_at": envelope.time,
        "body": envelope.to_json(),
        "state": "pending",
    }
