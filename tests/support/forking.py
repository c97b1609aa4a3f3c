"""How do tests start dozens of processes without importing the same libraries dozens of times?

One process, started once, has everything imported; it forks for each process that is asked for.
What is forked runs `python -m MODULE ARGUMENTS` as if it had just been started: own environment,
own output, own signals, own exit code.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LONGEST = 1 << 16
_PRELOADED = (
    "services.plans.service",
    "services.scoring.service",
    "services.notifications.service",
    "services.gateway",
    "shared.runtime.process",
)


class Forked:
    """A process; what `subprocess.Popen` offers, as far as tests need it."""

    def __init__(self, pid: int, stdout: IO[str]) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal.

        :raises subprocess.TimeoutExpired: it still runs.
        """
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def has_ended(self, code: int) -> None:
        self.returncode = code
        self._ended.set()


class Forkery:
    """The process that forks, seen from outside."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())],
                cwd=Path(__file__).parents[2],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._started: list[int] = []
        self._answered = threading.Semaphore(0)
        self._running: dict[int, Forked] = {}
        self._early: dict[int, int] = {}
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Forked:
        """Run `python -m ARGUMENTS…`; its output, both kinds, is one stream."""
        reading, writing = os.pipe()
        order = json.dumps({"arguments": list(arguments), "environment": dict(environment)})
        with self._turn:
            socket.send_fds(self._socket, [order.encode()], [writing])
            os.close(writing)
            self._answered.acquire()
            pid = self._started.pop()
        forked = Forked(pid, os.fdopen(reading, encoding="utf-8", errors="replace"))
        with self._lock:
            code = self._early.pop(pid, None)
            if code is None:
                self._running[pid] = forked
        if code is not None:
            forked.has_ended(code)
        return forked

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait(10)
        self._reader.join(5)
        self._socket.close()

    def _listen(self) -> None:
        while said := self._socket.recv(_LONGEST):
            news = json.loads(said)
            if "started" in news:
                self._started.append(news["started"])
                self._answered.release()
                continue
            with self._lock:
                forked = self._running.pop(news["ended"], None)
                if forked is None:
                    self._early[news["ended"]] = news["code"]
            if forked is not None:
                forked.has_ended(news["code"])


_forkery: Forkery | None = None


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> Forked:
    """Run `python -m ARGUMENTS…`, forked from a process that is started when first needed."""
    global _forkery  # noqa: PLW0603 - one for the test run
    if _forkery is None:
        _forkery = Forkery()
        atexit.register(_forkery.close)
    return _forkery.start(arguments, environment)


def main(channel: socket.socket) -> None:
    """Fork on demand and tell who ended, until nobody is on the other side."""
    for module in _PRELOADED:
        __import__(module)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([channel, woken], [], [])
        if woken in ready:
            os.read(woken, 512)
            _bury(channel, children)
        if channel in ready:
            order, descriptors, _, _ = socket.recv_fds(channel, _LONGEST, 1)
            if not order:
                break
            pid = os.fork()
            if pid == 0:
                channel.close()
                os.close(woken)
                _become(json.loads(order), descriptors[0], wakes)
            os.close(descriptors[0])
            children.add(pid)
            channel.send(json.dumps({"started": pid}).encode())
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _bury(channel: socket.socket, children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        children.discard(pid)
        code = os.waitstatus_to_exitcode(status)
        channel.send(json.dumps({"ended": pid, "code": code}).encode())


def _become(order: dict[str, object], output: int, wakes: int) -> None:
    """Be the process that was asked for; never returns."""
    import runpy
    import warnings

    signal.set_wakeup_fd(-1)
    os.close(wakes)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    warnings.simplefilter("ignore", RuntimeWarning)  # runpy's, of modules that are loaded already
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    arguments = order["arguments"]
    assert isinstance(arguments, list)
    sys.argv = arguments
    code = 1
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:  # noqa: BLE001 - what Python itself does with it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        main(inherited)
