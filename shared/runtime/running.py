"""How does a manifest run? Loops that relay, receive, handle and tick, supervised and stoppable."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import FastAPI

from shared.clock import Clock, SandboxClock, SystemClock
from shared.context import ServiceContext
from shared.contracts import SUBSCRIPTIONS
from shared.files import FileStore
from shared.jobs.housekeeping import HOUSEKEEPING
from shared.jobs.queue import requeue_interrupted, run_next
from shared.messaging import inbox, relay
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import ANNOUNCED, RECEIVED
from shared.messaging.relay import Relay
from shared.messaging.transport import Transport
from shared.persistence.database import Database
from shared.persistence.migrations import at_head, migrate
from shared.runtime.loops import COLLECTING, EAGER, SHARING, STEADY, Loop
from shared.runtime.service import Service
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork
from shared.web.app import build_app

STOP_SECONDS = 3.0


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
        self._announced: list[asyncio.Event] = []
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

    def wake(self, announced: bool) -> None:
        """Something was committed, perhaps with events: look now rather than at the next tick."""
        _ring(self._committed)
        if announced:
            _ring(self._announced)

    def notice(self, what: str) -> None:
        """Another process announced or received something, or mended the flow of events."""
        if what != RECEIVED:
            self.wake(True)
        if what != ANNOUNCED:
            _ring(self._received)

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
        eager = SHARING if self.context.database.is_sqlite else EAGER
        handle = partial(self.inbox.run_once, self._for_events)
        self._begin(
            Loop("relay", 1.0, self.relay.run_once, eager, full=relay.BATCH), self._announced
        )
        self._begin(Loop("inbox", 1.0, handle, eager, full=inbox.BATCH), self._received)
        queue = partial(run_next, self.context, self.service.job_handlers)
        self._begin(Loop("jobs", 5.0, queue, COLLECTING), self._committed)
        for job in HOUSEKEEPING:
            step = partial(job.run, self.context)
            self._begin(Loop(job.name, job.every_seconds, step, STEADY), [])
        for job in self.service.periodic:
            step, pace = partial(job.run, self.context), COLLECTING if job.woken else eager
            alarms = self._committed if job.woken else []
            self._begin(Loop(job.name, job.every_seconds, step, pace), alarms)

    async def pause(self) -> None:
        """Stop the loops; what was half done is rolled back and done again after the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        self._tasks.clear()
        self._announced.clear()
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
        # while its loops run here nobody else need be told
        await self.inbox.receive(bodies, tell=not self._tasks)
        _ring(self._received)

    def _for_events(
        self, event_type: str, traceparent: str | None
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.context.unit_of_work(f"event {event_type}", traceparent=traceparent)

    async def _schema_is_current(self) -> str | None:
        current = await at_head(self.context.database, self.service.migrations)
        return None if current else "schema_outdated"

    def _begin(self, loop: Loop, alarms: list[asyncio.Event]) -> None:
        alarm = asyncio.Event()
        alarms.append(alarm)
        named = replace(loop, name=f"{self.service.name}.{loop.name}")
        self._tasks.append(asyncio.create_task(named.run(alarm), name=named.name))


def _ring(alarms: list[asyncio.Event]) -> None:
    for alarm in alarms:
        alarm.set()


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
