"""The platform with its sample, in a moment: loaded once a process, copied for each module."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event
from starlette.types import ASGIApp

from services import sample
from services.embedded import Platform, platform
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

NOW = "2026-11-21T09:00:00+07:00"


@dataclass(slots=True)
class World:
    """The running platform and its administrator."""

    platform: Platform
    admin: Api
    clock: FrozenClock

    @property
    def app(self) -> ASGIApp:
        return self.platform.app

    def forget_everything(self) -> None:
        """From now on every commit is undone as it happens: answers are real, nothing stays."""
        for service in self.platform.services.values():
            event.listen(service.context.database.writer.sync_engine, "commit", _undo)


def _undo(connection: object) -> None:
    connection.exec_driver_sql("ROLLBACK")  # type: ignore[attr-defined]
    connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]


@asynccontextmanager
async def sample_world(folder: Path) -> AsyncIterator[World]:
    """A platform with the sample in it, in a folder of its own."""
    if not _loaded:
        _loaded.append(await _load())
    shutil.copytree(_loaded[0], folder)
    clock = FrozenClock(NOW)
    async with (
        platform(Settings(data_dir=folder, sample=False), loops=False, clock=clock) as running,
        Api(running, running.admin_key.text if running.admin_key else None) as admin,
    ):
        yield World(running, admin, clock)


_loaded: list[Path] = []


async def _load() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cchc-sample-"))
    clock = FrozenClock(NOW)
    async with platform(Settings(data_dir=folder), loops=False, clock=clock) as running:
        assert running.admin_key is not None
        await sample.load(running.app, key=running.admin_key.text, clock=clock)
        await running.settle()
    return folder
