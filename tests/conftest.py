"""What every test may ask for: a clock that stands still, a running platform, a client."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from deploy.local.private import Servers, private_servers
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


def _is_backbone(path: Path) -> bool:
    return path.parent.name == "deploy" or path.name.startswith("test_rabbitmq")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, and keep it in one worker, so that they are started once."""
    for item in items:
        if _is_backbone(item.path):
            item.add_marker(pytest.mark.backbone)
        wanted = {"servers", "broker", "postgresql"} & set(getattr(item, "fixturenames", ()))
        if wanted or "[distributed]" in item.name or "/deploy/" in item.path.as_posix():
            item.add_marker(pytest.mark.distributed)
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and RabbitMQ of this test run's own, on free ports, gone afterwards."""
    with private_servers() as started:
        yield started


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
