"""The transport of one process keeps the promise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.messaging.in_process import InProcessTransport
from tests.shared.transport_behaviour import (
    OpenWorld,
    Store,
    Subscriptions,
    TransportBehaviour,
    World,
)

FOREVER = 1_000_000


class TestInProcess(TransportBehaviour):
    @pytest.fixture
    def open_world(self) -> OpenWorld:
        @asynccontextmanager
        async def opened(subscriptions: Subscriptions) -> AsyncIterator[World]:
            transport = InProcessTransport()
            stores = {consumer: Store() for consumer in subscriptions}
            for consumer, streams in subscriptions.items():
                transport.subscribe(consumer, streams, stores[consumer].receive)

            @asynccontextmanager
            async def cut_off() -> AsyncIterator[None]:
                for store in stores.values():
                    store.failing = FOREVER
                yield
                for store in stores.values():
                    store.failing = 0

            await transport.start()
            yield World(transport, stores, cut_off)
            await transport.stop()

        return opened
