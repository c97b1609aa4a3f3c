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

from shared.files import DiskFileStore
from shared.logging import configure_logging
from shared.messaging.in_process import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport, declare_topology
from shared.messaging.transport import Transport
from shared.persistence.leadership import leadership
from shared.runtime.bootstrap import administrator_key, secret_in, seed_administrator
from shared.runtime.running import RunningService, clock_of, database_of
from shared.runtime.server import (
    CannotStart,
    Server,
    listening,
    on_stop_signals,
    run,
    settings_from_environment,
)
from shared.runtime.service import Service
from shared.settings import Settings
from shared.texts import text
from shared.web.auth import find_principal
from shared.web.front_page import Front

ROLES = ("api", "worker", "migrate")


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
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)


async def _migrate(service: Service, settings: Settings) -> None:
    """Schema, reference data, the administrator's key, and the broker's topology."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key, is_new = administrator_key(settings.data_dir, first_start=True)
    async with _assembled(service, settings, InProcessTransport()) as running:
        await running.prepare()
        if key is not None:
            await seed_administrator(running.context, key)
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
        server = Server(Front({service.name: running.app}))
        on_stop_signals(server.stop)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        await server.accepting.wait()
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
        _print(text("run.working", service=service.name))
        leading = asyncio.create_task(_lead(running, stopping))
        await stopping.wait()
        await leading
        await transport.stop()


async def _lead(running: RunningService, stopping: asyncio.Event) -> None:
    """Run the loops whenever this process leads, until it is to stop."""
    stopped = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        turn = asyncio.create_task(_one_turn(running, stopped))
        await asyncio.wait({turn, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not turn.done():
            turn.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await turn


async def _one_turn(running: RunningService, stopped: asyncio.Task[bool]) -> None:
    database, name = running.context.database, running.context.name
    async with leadership(database, name, running.notice) as lost:
        try:
            await running.start()
            until = asyncio.create_task(lost.wait())
            await asyncio.wait({until, stopped}, return_when=asyncio.FIRST_COMPLETED)
            until.cancel()
        finally:
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
