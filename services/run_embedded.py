"""What does `make run` do? Checks the ground, starts the platform, says where to look."""

import argparse
import asyncio
import contextlib
import errno
import fcntl
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import uvicorn

from services import sample
from services.embedded import Platform, platform
from shared.logging import configure_logging
from shared.settings import Settings
from shared.texts import text

STOP_SECONDS = 2


class CannotStart(Exception):
    """The ground is not right; the message is one sentence for the person who typed the command."""


def main() -> None:
    """Entry of `python -m services.embedded`."""
    parser = argparse.ArgumentParser(prog="make run", description=text("run.help"))
    parser.add_argument("--port", type=int, default=None)
    arguments = parser.parse_args()
    settings = Settings()
    if arguments.port is not None:
        settings = settings.model_copy(update={"port": arguments.port})
    configure_logging(settings.log_level)
    try:
        with _data_folder(settings.data_dir), _listening(settings) as listening:
            asyncio.run(_serve(settings, listening))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)


@contextlib.contextmanager
def _data_folder(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock: IO[str] = (folder / ".lock").open("w")
        (folder / ".probe").write_text("")
        (folder / ".probe").unlink()
    except OSError as error:
        raise CannotStart(text("run.not_writable", folder=folder, why=error.strerror)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CannotStart(text("run.already_running", folder=folder)) from error
    with lock:
        yield


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything else is done."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        code = "port_taken" if error.errno == errno.EADDRINUSE else "port_refused"
        raise CannotStart(
            text(f"run.{code}", port=settings.port, host=settings.host, why=error.strerror)
        ) from error
    with listening:
        yield listening


class _Server(uvicorn.Server):
    """A server that says when it accepts calls, and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()


async def _serve(settings: Settings, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    if settings.public_url is None:
        settings = settings.model_copy(update={"public_url": f"http://{host}:{port}"})
    async with platform(settings) as running:
        _say(running)
        server = _Server(
            uvicorn.Config(
                running.app,
                http="h11",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _stop, server)
        greeting = asyncio.create_task(_greet(running, server))
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve(sockets=[listening])
        greeting.cancel()
        await asyncio.gather(greeting, return_exceptions=True)
    _print(text("run.stopped"))


def _stop(server: _Server) -> None:
    server.should_exit = True


async def _greet(running: Platform, server: _Server) -> None:
    """Load the sample if this is the first start, then say what is here."""
    await server.accepting.wait()
    _print(text("run.started", url=running.settings.public_url))
    try:
        if running.sample_needed and running.admin_key is not None:
            _print(text("run.loading_sample"))
            await sample.load(running.app, key=running.admin_key.text, clock=running.clock)
            running.sample_loaded()
    except Exception as error:  # noqa: BLE001 - the platform runs on; the next start tries again
        _print(text("run.sample_failed", why=f"{type(error).__name__}: {error}"))
        running.start_loops()
    if running.admin_key is not None:
        for line in await sample.summary(running.app, key=running.admin_key.text):
            _print(line)
    _print(text("run.ready"))


def _say(running: Platform) -> None:
    if running.key_is_new and running.admin_key is not None:
        _print(text("run.admin_key", shown=running.admin_key.text))
    _print(text("run.key_file", file=running.settings.data_dir / "admin.key"))
    if running.settings.sandbox_start is not None:
        _print(text("run.sandbox_clock", now=running.clock.now().isoformat(timespec="seconds")))


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what a person who starts the platform reads
