"""What does `make run` do? Checks the ground, starts the platform, says where to look."""

import argparse
import asyncio
import contextlib
import socket
import sys
from functools import partial

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Receive, Scope, Send

from services import sample
from services.embedded import Platform, platform
from shared.logging import configure_logging
from shared.persistence.migrations import MigrationFailed
from shared.runtime.data_folder import data_folder
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
from shared.settings import Settings
from shared.texts import text

STOP_SECONDS = 2


def main() -> None:
    """Entry of `python -m services.embedded`."""
    parser = argparse.ArgumentParser(prog="make run", description=text("run.help"))
    parser.add_argument("--port", type=int, default=None)
    arguments = parser.parse_args()
    try:
        settings = settings_from_environment(port=arguments.port)
        configure_logging(settings.log_level)
        with data_folder(settings.data_dir), listening(settings) as taken:
            run(_serve(settings, taken))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)


async def _serve(settings: Settings, taken: socket.socket) -> None:
    starting = asyncio.current_task()
    assert starting is not None  # noqa: S101 - the runner made one
    on_stop_signals(partial(_cancel, starting))  # until there is a server to stop
    try:
        await _run(settings, taken)
    except asyncio.CancelledError:
        starting.uncancel()
    except (DBAPIError, MigrationFailed, CommandError, OSError) as error:
        why = getattr(error, "orig", None) or error
        raise CannotStart(text("run.unusable_data", folder=settings.data_dir, why=why)) from error
    _print(text("run.stopped"))
    leave()


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


async def _run(settings: Settings, taken: socket.socket) -> None:
    host, port = taken.getsockname()[:2]
    if settings.public_url is None:
        settings = settings.model_copy(update={"public_url": f"http://{host}:{port}"})
    async with platform(settings) as running:
        _say(running)
        server = Server(running.app, stop_seconds=STOP_SECONDS)
        for service in running.services.values():
            service.context.readiness["accepting"] = server.problem
        on_stop_signals(server.stop)
        keep_what_is_here()
        greeting = asyncio.create_task(_greet(running, server))
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve(sockets=[taken])
        await asyncio.wait({greeting}, timeout=STOP_SECONDS)
        greeting.cancel()
        await asyncio.gather(greeting, return_exceptions=True)


async def _greet(running: Platform, server: Server) -> None:
    """Load the sample if this is the first start, then say what is here."""
    await server.accepting.wait()
    _print(text("run.started", url=running.settings.public_url))
    try:
        if running.sample_needed and running.admin_key is not None:
            _print(text("run.loading_sample"))
            await sample.load(
                _until_stopped(running.app, server), key=running.admin_key.text, clock=running.clock
            )
            await running.sample_loaded()
    except Exception as error:  # noqa: BLE001 - the platform runs on; the next start tries again
        _print(text("run.sample_failed", why=f"{type(error).__name__}: {error}"))
        await running.start_loops()
    if running.admin_key is not None:
        app = _until_stopped(running.app, server)
        for line in await sample.summary(app, key=running.admin_key.text):
            _print(line)
    _print(text("run.ready"))


def _until_stopped(app: ASGIApp, server: Server) -> ASGIApp:
    """The same application; once the server stops, a call that has begun ends and no other begins."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if server.should_exit:
            raise asyncio.CancelledError
        await app(scope, receive, send)

    return gate


def _say(running: Platform) -> None:
    if running.key_is_new and running.admin_key is not None:
        _print(text("run.admin_key", shown=running.admin_key.text))
    _print(text("run.key_file", file=running.settings.data_dir / "admin.key"))
    if running.settings.sandbox_start is not None:
        _print(text("run.sandbox_clock", now=running.clock.now().isoformat(timespec="seconds")))


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what a person who starts the platform reads
