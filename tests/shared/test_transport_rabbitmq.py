"""The transport over RabbitMQ keeps the promise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.rabbitmq import RabbitMQ
from shared.ids import new_id
from shared.messaging.rabbitmq import RabbitTransport, declare_topology
from shared.messaging.topology import Topology
from tests.shared.transport_behaviour import (
    OpenWorld,
    Store,
    Subscriptions,
    TransportBehaviour,
    World,
)
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.slow


class TestRabbitMQ(TransportBehaviour):
    @pytest.fixture
    def open_world(self, broker: RabbitMQ) -> OpenWorld:
        @asynccontextmanager
        async def opened(subscriptions: Subscriptions) -> AsyncIterator[World]:
            topology = Topology(f"t{new_id().hex[-12:]}", subscriptions)
            await declare_topology(broker.url, topology, settle_seconds=0)
            async with TcpProxy(broker.port) as proxy:
                transport = RabbitTransport(proxy.url(broker.url), topology)
                stores = {consumer: Store() for consumer in subscriptions}
                for consumer, streams in subscriptions.items():
                    transport.subscribe(consumer, streams, stores[consumer].receive)

                @asynccontextmanager
                async def cut_off() -> AsyncIterator[None]:
                    await proxy.refuse()
                    yield
                    await proxy.accept()

                await transport.start()
                try:
                    yield World(transport, stores, cut_off)
                finally:
                    await transport.stop()

        return opened
