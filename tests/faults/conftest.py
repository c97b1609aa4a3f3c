"""What fault tests share: the broker of this run, and transports on it."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.private import Servers
from deploy.local.rabbitmq import RabbitMQ
from tests.shared.transport_behaviour import ONE, TWO
from tests.support.rabbit_world import RabbitWorld, rabbit_world


@pytest.fixture
def broker(servers: Servers) -> RabbitMQ:
    return servers.rabbitmq


@pytest.fixture
async def one_reader(broker: RabbitMQ) -> AsyncIterator[RabbitWorld]:
    async with rabbit_world(broker, ONE) as world:
        yield world


@pytest.fixture
async def two_readers(broker: RabbitMQ) -> AsyncIterator[RabbitWorld]:
    async with rabbit_world(broker, TWO) as world:
        yield world
