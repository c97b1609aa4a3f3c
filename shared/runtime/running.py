"""How does a manifest run? Loops that relay, receive, handle and tick, supervised and stoppable."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI

from shared.clock import Clock, SandboxClock, SystemClock
from shared.context import ServiceContext
from shared.contracts import SUBSCRIPTIONS
from shared.files import FileStore
from shared.jobs.housekeeping import HOUSEKEEPING
from shared.jobs.queue import requeue_interrupted, run_next
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.transport import Transport
from shared.persistence.database import Database
from shared.persistence.migrations import at_head, migrate
from shared.runtime.service import Service
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork
from shared.web.app import build_app

log = structlog.get_logger(__name__)
STOP_SECONDS = 3.0
# a burst of commits is one round of work, not one each
PACE_SECONDS = 0.03


class RunningService:
    """A service bound to a database, a transport and a clock."""

    def __init__(
        self,
        service: Service,
        *,
        database: Database,
        transport: Transport,
        clock: Clock,
        settings: Settings,
        files: FileStore,
        secret: bytes,
    ) -> None:
        self.service = service
        self._transport = transport
        self._committed: list[asyncio.Event] = []
        self._received: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.context = ServiceContext(
            name=service.name,
            database=database,
            tables=service.tables,
            clock=clock,
            settings=settings,
            secret=secret,
            files=files,
            wake=self.wake,
            example_ids=service.example_ids,
            readiness={"schema": self._schema_is_current},
        )
        self.relay = Relay(database, service.tables, transport, clock)
        self.inbox = Inbox(service.name, database, service.tables, service.subscriptions, clock)
        self.app: FastAPI = build_app(
            service.name, self.context, routers=service.routers, examples=service.examples
        )

    def wake(self) -> None:
        """Something was committed: send it now rather than at the next tick."""
        for alarm in self._committed:
            alarm.set()

    def notice(self) -> None:
        """Another process committed or received something."""
        for alarm in (*self._committed, *self._received):
            alarm.set()

    async def prepare(self) -> None:
        """Bring the schema up to date and seed what belongs to the code."""
        await migrate(self.context.database, self.service.migrations)
        if self.service.prepare:
            await self.service.prepare(self.context)

    def listen(self) -> None:
        """Take what the other services announce. Before any relay of any service runs."""
        streams = SUBSCRIPTIONS[self.service.name]
        if streams:
            self._transport.subscribe(self.service.name, streams, self._receive)

    async def start(self) -> None:
        """Start the loops; what a dead process left half done is done again."""
        await requeue_interrupted(self.context)
        self._loop("relay", 1.0, self.relay.run_once, self._committed)
        self._loop("inbox", 1.0, partial(self.inbox.run_once, self._for_events), self._received)
        queue = partial(run_next, self.context, self.service.job_handlers)
        self._loop("jobs", 0.5, queue, [])
        for job in (*HOUSEKEEPING, *self.service.periodic):
            alarms = self._committed if job.woken else []
            self._loop(job.name, job.every_seconds, partial(job.run, self.context), alarms)

    async def pause(self) -> None:
        """Stop the loops; what was half done is rolled back and done again after the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        self._tasks.clear()
        self._committed.clear()
        self._received.clear()

    async def stop(self) -> None:
        """Stop the loops and let the database go."""
        await self.pause()
        await self.context.database.close()

    async def settle(self) -> int:
        """Do everything that waits, once; for tests and the sandbox. The amount of work done."""
        done = await self.relay.run_once()
        done += await self.inbox.run_once(self._for_events)
        done += await run_next(self.context, self.service.job_handlers)
        for job in (*HOUSEKEEPING, *self.service.periodic):
            done += await job.run(self.context)
        return done

    async def _receive(self, bodies: Any) -> None:
        await self.inbox.receive(bodies)
        for alarm in self._received:
            alarm.set()

    def _for_events(
        self, event_type: str, traceparent: str | None
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.context.unit_of_work(f"event {event_type}", traceparent=traceparent)

    async def _schema_is_current(self) -> str | None:
        current = await at_head(self.context.database, self.service.migrations)
        return None if current else "schema_outdated"

    def _loop(
        self,
        name: str,
        every: float,
        step: Callable[[], Awaitable[int]],
        alarms: list[asyncio.Event],
    ) -> None:
        alarm = asyncio.Event()
        alarms.append(alarm)
        self._tasks.append(
            asyncio.create_task(
                _repeat(f"{self.service.name}.{name}", every, step, alarm), name=name
            )
        )


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the sandbox's when CCHC_CLOCK is set."""
    if settings.sandbox_start is None:
        return SystemClock()
    return SandboxClock(settings.sandbox_start, settings.data_dir / "clock.json")


def database_of(service: str, settings: Settings) -> Database:
    """A service's database: PostgreSQL when CCHC_DATABASE_URL is set, else a file of its own."""
    if settings.database_url is None:
        return Database.sqlite(settings.data_dir / f"{service}.db")
    return Database(settings.database_url.replace("{service}", service))


async def _repeat(
    name: str, every: float, step: Callable[[], Awaitable[int]], alarm: asyncio.Event
) -> None:
    while True:
        alarm.clear()
        try:
            worked = await step()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("loop_failed", loop=name, exc_info=error)
            await asyncio.sleep(min(every, 5.0))
            continue
        if worked:
            await asyncio.sleep(PACE_SECONDS)
            continue
        try:
            await asyncio.wait_for(alarm.wait(), every)
        except TimeoutError:
            continue
