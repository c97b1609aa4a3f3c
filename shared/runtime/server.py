"""How does an application listen? uvicorn on a socket that is taken before anything else is done."""

import asyncio
import contextlib
import errno
import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, Never

import uvicorn
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import crash_points
from shared.errors import Unavailable
from shared.settings import Settings
from shared.texts import text
from shared.web.problem_details import render

STOP_SECONDS = 5
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CannotStart(Exception):
    """The ground is not right; the message is one sentence for the person who typed the command."""


class _SayGoodbye:
    """What callers see of a stop: no connection is kept, and who still waits is told to ask again.

    Only a stop cancels requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.leaving = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = True
            if self.leaving and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except asyncio.CancelledError:
            if started:
                raise
            problem = Unavailable("stopping", headers={"Retry-After": "5"})
            await render(problem)(scope, receive, watching)


class Server(uvicorn.Server):
    """A server that says when it accepts calls, and leaves signals to whoever runs it."""

    def __init__(
        self, app: ASGIApp, *, stop_seconds: int = STOP_SECONDS, drain_seconds: float = 0
    ) -> None:
        """Nothing listens yet.

        :param stop_seconds: how long answers that are being made may take after a stop.
        :param drain_seconds: how long calls are still taken after `stop`, while readiness says no:
            a balancer needs that long to notice.
        """
        self._goodbye = _SayGoodbye(app)
        self._drain_seconds = drain_seconds
        super().__init__(
            uvicorn.Config(
                self._goodbye,
                http="h11",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=stop_seconds,
            )
        )
        self.accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    async def problem(self) -> str | None:
        """For readiness: whether this server is about to go."""
        return "stopping" if self._goodbye.leaving else None

    def stop(self) -> None:
        """Say that we go, take calls until the balancers know, then finish what is being answered."""
        self._goodbye.leaving = True
        asyncio.get_running_loop().call_later(self._drain_seconds, self._close)

    def _close(self) -> None:
        self.should_exit = True


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a process's work to its end, on the quicker event loop where there is one."""
    with asyncio.Runner(loop_factory=_new_event_loop) as runner:
        runner.run(work)


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:  # not made for every system
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def keep_what_is_here() -> None:
    """What was made at the start stays; the garbage collector need not look at it ever again.

    It is a few hundred thousand objects (modules, models, routes), and looking at all of them takes a
    tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()


def settings_from_environment(*, port: int | None = None) -> Settings:
    """The settings; a port given on the command line goes before CCHC_PORT.

    :raises CannotStart: a value cannot be used (the values themselves are not repeated), or somebody
        asks an installation that is no sandbox to crash.
    """
    if crash_points.refused():
        raise CannotStart(text("run.crash_refused"))
    try:
        return Settings() if port is None else Settings(port=port)
    except ValidationError as error:
        names = sorted({f"CCHC_{str(problem['loc'][0]).upper()}" for problem in error.errors()})
        raise CannotStart(text("run.bad_settings", names=", ".join(names))) from error


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the port.

    :raises CannotStart: somebody else has it, or it may not be had.
    """
    # asyncio switches Nagle off only where the protocol is named: 40 ms an answer otherwise
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
        # two that are only bound may share a port; who calls meanwhile waits
        taken.listen()
    except OSError as error:
        taken.close()
        code = "port_taken" if error.errno == errno.EADDRINUSE else "port_refused"
        raise CannotStart(
            text(f"run.{code}", port=settings.port, host=settings.host, why=error.strerror)
        ) from error
    with taken:
        yield taken


def on_stop_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on the first Ctrl-C or SIGTERM; those that follow change nothing.

    Not by the loop's own handlers: those are gone with the loop, and then a second SIGTERM would
    kill what is about to end well.
    """
    loop = asyncio.get_running_loop()

    def first(_number: int, _frame: FrameType | None) -> None:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        loop.call_soon_threadsafe(stop)

    for number in _STOP_SIGNALS:
        signal.signal(number, first)


def leave() -> Never:
    """End the process well, now that all is closed.

    At once, because a thread that still reads a long document must not keep anybody waiting.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
