"""How does the whole platform run in one process? The only module that imports several services.

SQLite files instead of PostgreSQL, direct delivery instead of RabbitMQ; everything else is the very
code that runs distributed.
"""

import signal
import sys

if __name__ == "__main__":
    # before the imports below: they take seconds, in which Ctrl-C must not be a traceback
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))

    from services.run_embedded import main

    main()
    sys.exit(0)

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from services.notifications.service import service as notifications
from services.plans.service import service as plans
from services.scoring.service import service as scoring
from shared.clock import Clock
from shared.files import DiskFileStore
from shared.keys import FreshKey
from shared.messaging.in_process import InProcessTransport
from shared.runtime.bootstrap import administrator_key, secret_in, seed_administrator
from shared.runtime.running import RunningService, clock_of, database_of
from shared.settings import Settings
from shared.web.auth import find_principal
from shared.web.front_page import Front

SERVICES = (plans, scoring, notifications)
# there while the sample is not whole; a first start that was killed goes on with it
SAMPLE_MARK = "sample.loading"


@dataclass(slots=True)
class Platform:
    """The three services, running."""

    settings: Settings
    clock: Clock
    services: dict[str, RunningService]
    admin_key: FreshKey | None
    key_is_new: bool
    sample_needed: bool

    @property
    def app(self) -> ASGIApp:
        """One ASGI application for all paths."""
        return Front({name: service.app for name, service in self.services.items()})

    async def start_loops(self) -> None:
        """Let events, reminders and jobs flow."""
        for service in self.services.values():
            await service.start()

    async def sample_loaded(self) -> None:
        """The sample is in: remember it, be ready, let its events flow."""
        (self.settings.data_dir / SAMPLE_MARK).unlink(missing_ok=True)
        self.sample_needed = False
        await self.start_loops()

    async def settle(self, rounds: int = 50) -> None:
        """Let everything that waits happen, without waiting for a clock.

        :raises TimeoutError: when the services keep making each other work.
        """
        for _ in range(rounds):
            done = [await service.settle() for service in self.services.values()]
            if not any(done):
                return
        raise TimeoutError("the platform does not come to rest")


@asynccontextmanager
async def platform(
    settings: Settings, *, loops: bool = True, clock: Clock | None = None
) -> AsyncIterator[Platform]:
    """Start everything in order, and stop it in reverse.

    Without `loops` nothing happens by itself: `settle` does what waits. While the sample is needed
    the loops wait too: its events then travel in a few large batches. Tests bring their own clock.
    """
    data = settings.data_dir
    data.mkdir(parents=True, exist_ok=True)
    _sweep_drafts(data)
    first_start = not (data / "plans.db").exists()
    key, is_new = administrator_key(data, first_start=first_start)
    clock = clock or clock_of(settings)
    running = _assemble(settings, clock, secret_in(data))
    built = Platform(
        settings,
        clock,
        running,
        key,
        is_new,
        sample_needed=settings.sample
        and key is not None
        and _sample_unfinished(data, first_start=first_start),
    )
    for service in running.values():
        _watch_readiness(service, built)
    try:
        for service in running.values():
            await service.prepare()
            service.listen()
            if key is not None:
                await seed_administrator(service.context, key)
        if loops and not built.sample_needed:
            await built.start_loops()
        yield built
    finally:
        # no loop may still write to a database that another service has let go
        await asyncio.gather(*(service.pause() for service in running.values()))
        for service in reversed(running.values()):
            await service.stop()


def _sweep_drafts(data: Path) -> None:
    """Remove what a process that was killed had half written; nobody else writes here."""
    for folder in (data / "files", data / "mail"):
        for draft in folder.rglob("*.tmp"):
            draft.unlink(missing_ok=True)


def _sample_unfinished(data: Path, *, first_start: bool) -> bool:
    """Whether the sample is to be loaded: on a first start, or when one was interrupted."""
    mark = data / SAMPLE_MARK
    if first_start:
        mark.touch()
    return mark.exists()


def _assemble(settings: Settings, clock: Clock, secret: bytes) -> dict[str, RunningService]:
    transport = InProcessTransport()
    files = DiskFileStore(settings.data_dir / "files")
    return {
        service.name: RunningService(
            service,
            database=database_of(service.name, settings),
            transport=transport,
            clock=clock,
            settings=settings,
            files=files,
            secret=secret,
        )
        for service in SERVICES
    }


def _watch_readiness(service: RunningService, built: Platform) -> None:
    async def key_is_valid() -> str | None:
        if built.admin_key is None:
            return None
        known = await find_principal(service.context, built.admin_key.text)
        return None if known else "admin_key_unknown"

    async def sample_is_in() -> str | None:
        return "sample_loading" if built.sample_needed else None

    service.context.readiness["admin_key"] = key_is_valid
    service.context.readiness["sample"] = sample_is_in
