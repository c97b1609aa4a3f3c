"""What every test may ask for: a clock that stands still, a running platform, a client."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from deploy.local.private import Servers, private_servers
from deploy.local.rabbitmq import RabbitMQ
from services.embedded import Platform, platform
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

# one JSON object a line, as in operation: the default console renderer takes seconds a traceback
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    logger_factory=structlog.PrintLoggerFactory(),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, and keep what shares some in one process, so that they start once.

    Two groups for two processes: what stops the broker itself has one of its own.
    """
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        apart = "[distributed]" in item.name or item.path.parent.name == "deploy"
        if apart or {"servers", "broker"} & wanted:
            item.add_marker(pytest.mark.distributed)
        if "broker" in wanted:
            item.add_marker(pytest.mark.xdist_group("broker"))
        elif "servers" in wanted or "[distributed]" in item.name:
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and RabbitMQ of this test run's own, on free ports, gone afterwards."""
    with private_servers() as started:
        yield started


@pytest.fixture(scope="session")
def broker() -> Iterator[RabbitMQ]:
    """A RabbitMQ that may be stopped, killed and starved without disturbing anybody else."""
    with private_servers("rabbitmq") as started:
        yield started.rabbitmq


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock("2026-11-21T09:00:00+07:00")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", sample=False)


@pytest.fixture
async def running(settings: Settings, clock: FrozenClock) -> AsyncIterator[Platform]:
    """The three services without their loops: `settle` makes everything happen."""
    async with platform(settings, loops=False, clock=clock) as built:
        yield built


@pytest.fixture
async def admin(running: Platform) -> AsyncIterator[Api]:
    """The administrator's client."""
    assert running.admin_key is not None
    async with Api(running, running.admin_key.text) as api:
        yield api
