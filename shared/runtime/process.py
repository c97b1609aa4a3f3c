"""What do the processes of a distributed service do? `api`, `worker`, `migrate`.

Any number of api and worker processes may run at once: of the workers one leads and runs the loops,
all of them take in what the broker delivers.
"""

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from shared.files import DiskFileStore
from shared.logging import configure_logging
from shared.messaging.in_process import InProcessTransport
from shared.messaging.rabbitmq import (
    BrokerUnusable,
    RabbitTransport,
    TopologyDrift,
    declare_topology,
)
from shared.messaging.transport import Transport
from shared.persistence.leadership import leadership
from shared.persistence.migrations import MigrationFailed
from shared.runtime.bootstrap import administrator_key, secret_in, seed_administrator
from shared.runtime.running import RunningService, clock_of, database_of
from shared.runtime.server import (
    CannotStart,
    Server,
    keep_what_is_here,
    leave,
    listening,
    on_stop_signals,
    run,
    settings_from_environment,
)
from shared.runtime.service import Service
from shared.runtime.worker_sign import leave_signs, worker_problem
from shared.settings import Settings
from shared.texts import text
from shared.web.auth import find_principal
from shared.web.front_page import Front

ROLES = ("api", "worker", "migrate")
log = structlog.get_logger(__name__)
# between two tries to lead, when the first one failed
_PAUSE_SECONDS = 1.0


def main(service: Service) -> None:
    """Entry of `python -m services.<name> api|worker|migrate`."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--port", type=int, default=None)
    arguments = parser.parse_args()
    try:
        settings = settings_from_environment(port=arguments.port)
        configure_logging(settings.log_level)
        if arguments.role == "api":
            with listening(settings) as taken:
                run(_api(service, settings, taken))
        else:
            run((_migrate if arguments.role == "migrate" else _work)(service, settings))
    except (CannotStart, BrokerUnusable, TopologyDrift) as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)
    leave()


async def _migrate(service: Service, settings: Settings) -> None:
    """Schema, reference data, the administrator's key, and the broker's topology."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key, is_new = administrator_key(settings.data_dir, first_start=True)
    try:
        async with _assembled(service, settings, InProcessTransport()) as running:
            await running.prepare()
            if key is not None:
                await seed_administrator(running.context, key)
    except (DBAPIError, MigrationFailed, CommandError) as error:
        why = getattr(error, "orig", None) or error
        raise CannotStart(text("run.unusable_database", service=service.name, why=why)) from error
    if settings.broker_url is not None:
        await declare_topology(settings.broker_url.get_secret_value())
    if is_new:
        _print(text("run.key_file", file=settings.data_dir / "admin.key"))
    _print(text("run.migrated", service=service.name))


async def _api(service: Service, settings: Settings, taken: socket.socket) -> None:
    """Answer HTTP; commits tell the worker by NOTIFY."""
    host, port = taken.getsockname()[:2]
    async with _assembled(service, settings, InProcessTransport()) as running:
        _watch_the_key(running, settings)
        server = Server(Front({service.name: running.app}), drain_seconds=settings.drain_seconds)
        on_stop_signals(server.stop)
        running.context.readiness["accepting"] = server.problem
        running.context.degraded["worker"] = partial(worker_problem, running.context)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        await server.accepting.wait()
        keep_what_is_here()
        _print(text("run.started", url=f"http://{host}:{port}"))
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _work(service: Service, settings: Settings) -> None:
    """Take in what the broker delivers, and lead when nobody else does."""
    if settings.broker_url is None:
        raise CannotStart(text("run.no_broker"))
    stopping = asyncio.Event()
    on_stop_signals(stopping.set)
    transport = RabbitTransport(settings.broker_url.get_secret_value())
    async with _assembled(service, settings, transport) as running:
        running.listen()
        await transport.start()
        keep_what_is_here()
        _print(text("run.working", service=service.name))
        leading = asyncio.create_task(_lead(running, transport, stopping))
        await stopping.wait()
        # side by side: each of them may have to wait for somebody who does not answer
        await asyncio.gather(leading, transport.stop())


async def _lead(
    running: RunningService, transport: RabbitTransport, stopping: asyncio.Event
) -> None:
    """Run the loops whenever this process leads, until it is to stop."""
    stopped = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        leads = asyncio.Event()
        turn = asyncio.create_task(_one_turn(running, transport, leads, stopped))
        await asyncio.wait({turn, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not leads.is_set():
            turn.cancel()
        try:
            await turn
        except asyncio.CancelledError:
            log.debug("never_led", service=running.context.name)
        except Exception as error:
            # the database went away at the wrong moment: the next turn begins like the first
            log.error("turn_failed", service=running.context.name, exc_info=error)
            await asyncio.wait({stopped}, timeout=_PAUSE_SECONDS)


async def _one_turn(
    running: RunningService,
    transport: RabbitTransport,
    leads: asyncio.Event,
    stopped: asyncio.Task[bool],
) -> None:
    database, name = running.context.database, running.context.name
    async with leadership(database, name, running.notice) as lost:
        leads.set()
        signs = asyncio.create_task(leave_signs(running.context, transport.problem))
        until = asyncio.create_task(lost.wait())
        try:
            await running.start()
            await asyncio.wait({until, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            until.cancel()
            signs.cancel()
            await running.pause()


@asynccontextmanager
async def _assembled(
    service: Service, settings: Settings, transport: Transport
) -> AsyncIterator[RunningService]:
    if settings.database_url is None:
        raise CannotStart(text("run.no_database"))
    running = RunningService(
        service,
        database=database_of(service.name, settings),
        transport=transport,
        clock=clock_of(settings),
        settings=settings,
        files=DiskFileStore(settings.data_dir / "files"),
        secret=secret_in(settings.data_dir),
    )
    try:
        yield running
    finally:
        await running.stop()


def _watch_the_key(running: RunningService, settings: Settings) -> None:
    key, _ = administrator_key(settings.data_dir, first_start=False)

    async def key_is_valid() -> str | None:
        if key is None:
            return None
        return None if await find_principal(running.context, key.text) else "admin_key_unknown"

    running.context.readiness["admin_key"] = key_is_valid


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what a person who starts a process reads
