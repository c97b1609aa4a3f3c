"""A RabbitMQ topology of a test's own, with stores behind it and a bad network in front of it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika

from deploy.local.rabbitmq import RabbitMQ
from shared.ids import new_id
from shared.messaging.rabbitmq import RabbitTransport, declare_topology
from shared.messaging.topology import Topology
from tests.shared.transport_behaviour import (
    Store,
    Subscriptions,
    messages,
    publish_until_accepted,
)
from tests.support.eventually import eventually
from tests.support.tcp_proxy import TcpProxy

BACK_WITHIN = 30.0


@dataclass
class RabbitWorld:
    """One transport that publishes and consumes through the proxy, quick to notice trouble."""

    broker: RabbitMQ
    proxy: TcpProxy
    topology: Topology
    transport: RabbitTransport
    stores: Mapping[str, Store]

    async def administer(
        self, act: Callable[[aio_pika.abc.AbstractChannel], Awaitable[object]]
    ) -> None:
        """Do something to the broker as an administrator would, past the proxy."""
        async with await aio_pika.connect(self.broker.url) as connection:
            await act(await connection.channel())

    async def unbind(self, consumer: str, stream: str) -> None:
        """Lose a binding, as by a mistake at the broker's console."""

        async def lose(channel: aio_pika.abc.AbstractChannel) -> None:
            queue = await channel.get_queue(self.topology.queue(consumer).name)
            await queue.unbind(self.topology.exchange, stream)

        await self.administer(lose)

    async def flows_again(self, body: bytes = b"after") -> None:
        """A message gets through to every store, within the time consumers have to come back."""
        started = time.monotonic()
        await publish_until_accepted(self.transport, messages(body))
        for store in self.stores.values():
            left = BACK_WITHIN - (time.monotonic() - started)
            await eventually(lambda store=store: body in store.bodies, within=left)


@asynccontextmanager
async def rabbit_world(
    broker: RabbitMQ,
    subscriptions: Subscriptions,
    *,
    publish_seconds: float = 2.0,
    watch_seconds: float = 0.5,
    settle_seconds: float = 0.0,
    query: str = "",
    start: bool = True,
) -> AsyncIterator[RabbitWorld]:
    """Declare, open, start; stopped at the end."""
    topology = Topology(f"t{new_id().hex[-12:]}", subscriptions)
    await declare_topology(broker.url, topology, settle_seconds=settle_seconds)
    async with TcpProxy(broker.port) as proxy:
        transport = RabbitTransport(
            proxy.url(broker.url) + query,
            topology,
            publish_seconds=publish_seconds,
            watch_seconds=watch_seconds,
        )
        stores = {consumer: Store() for consumer in subscriptions}
        for consumer, streams in subscriptions.items():
            transport.subscribe(consumer, streams, stores[consumer].receive)
        if start:
            await transport.start()
        try:
            yield RabbitWorld(broker, proxy, topology, transport, stores)
        finally:
            proxy.flow()
            await transport.stop()
