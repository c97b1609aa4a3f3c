"""What fault tests share: transports on the broker of this run, and the platform apart."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.private import Servers
from deploy.local.rabbitmq import RabbitMQ
from tests.shared.transport_behaviour import ONE, TWO
from tests.support.apart import Apart, apart
from tests.support.rabbit_world import RabbitWorld, rabbit_world


@pytest.fixture
async def one_reader(broker: RabbitMQ) -> AsyncIterator[RabbitWorld]:
    async with rabbit_world(broker, ONE) as world:
        yield world


@pytest.fixture
async def two_readers(broker: RabbitMQ) -> AsyncIterator[RabbitWorld]:
    async with rabbit_world(broker, TWO) as world:
        yield world


@pytest.fixture(scope="session")
def _apart(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart(servers, tmp_path_factory.mktemp("apart")) as opened:
        yield opened


@pytest.fixture
def platform_apart(_apart: Apart) -> Iterator[Apart]:
    """Two copies of every process behind a network that can be made bad; whole again afterwards."""
    yield _apart
    _apart.restore()
