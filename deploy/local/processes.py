"""How is a private server started, asked whether it answers, stopped, killed and paused?"""

import contextlib
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.local.guard import descendants

LOOPBACK = "127.0.0.1"
_GUARD = Path(__file__).with_name("guard.py")
# below the range the kernel takes for outgoing connections, so that a server finds its port
# free again after a restart
_PORTS = range(15_000, 32_000)


class ServersUnavailable(Exception):
    """The servers cannot be had here. The message is for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a server runs as when we are root: servers refuse to be root, or should."""

    uid: int
    gid: int

    @classmethod
    def of_service(cls, name: str) -> "Account | None":
        """The service's own user, else nobody; None when we are not root and stay who we are."""
        if os.geteuid() != 0:
            return None
        for candidate in (name, "nobody"):
            with contextlib.suppress(KeyError):
                found = pwd.getpwnam(candidate)
                return cls(found.pw_uid, found.pw_gid)
        raise ServersUnavailable(
            f"Không có tài khoản hệ thống “{name}”.\nThere is no system account “{name}”."
        )

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, as whom, and how it is asked to stop (`stop_signal`, then SIGKILL after `seconds`)."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    seconds: float = 10.0
    remove: Path | None = None
    when_abandoned: str | None = None


class GuardedProcess:
    """A running server under its guard; it ends when this process does, however that ends."""

    def __init__(self, command: Command) -> None:
        with command.log.open("ab") as log:
            self._guard = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-I", "-S", str(_GUARD), *_options(command), "--", *command.argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(command.environment),
                cwd=command.log.parent,
                start_new_session=True,
            )
        self._orders, self._answers = _pipes(self._guard)
        self.log = command.log
        self.pid = int(self._answers.readline() or 0)
        self._paused: list[int] = []

    @property
    def alive(self) -> bool:
        return self._guard.poll() is None

    @property
    def guard_pid(self) -> int:
        return self._guard.pid

    def end(self, word: str) -> None:
        """Say `stop` (orderly) or `kill` (SIGKILL to it and all below it) and wait for the end."""
        self.resume()
        with contextlib.suppress(BrokenPipeError, ValueError):  # it may have ended by itself
            self._orders.write(word.encode() + b"\n")
            self._orders.flush()
        self._guard.wait()
        with contextlib.suppress(BrokenPipeError):
            self._orders.close()
        self._answers.close()

    def pause(self) -> None:
        """Freeze the server and everything below it, as an overloaded or suspended machine does."""
        self._paused = [self.pid, *descendants(self.pid)]
        _signal_all(self._paused, signal.SIGSTOP)

    def resume(self) -> None:
        paused, self._paused = self._paused, []
        _signal_all(paused, signal.SIGCONT)


def _options(command: Command) -> list[str]:
    options = [f"--stop-signal={int(command.stop_signal)}", f"--seconds={command.seconds}"]
    if command.account:
        options += [f"--uid={command.account.uid}", f"--gid={command.account.gid}"]
    if command.remove:
        options.append(f"--remove={command.remove}")
    if command.when_abandoned:
        options.append(f"--when-abandoned={command.when_abandoned}")
    return options


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise TypeError("the guard was started without pipes")
    return process.stdin, process.stdout


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def run_tool(
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    account: Account | None = None,
    folder: Path | None = None,
    seconds: float = 60,
) -> str:
    """Run a tool of a server to its end; what it printed.

    :raises RuntimeError: with what the tool said, when it fails.
    """
    done = subprocess.run(  # noqa: S603 - our own command
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=dict(environment),
        cwd=folder,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    for _ in range(200):
        port = random.choice(_PORTS)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise ServersUnavailable("Không còn cổng trống trên 127.0.0.1.\nNo free port on 127.0.0.1.")


def answers(port: int, greeting: bytes, first_byte: bytes) -> bool:
    """Whether a server answers a greeting of its protocol with the byte that means "ready"."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(greeting)
            return connection.recv(1) == first_byte
    except OSError:
        return False


def wait_until(
    condition: Callable[[], bool], *, seconds: float, alive: Callable[[], bool], what: str
) -> None:
    """Wait for a condition.

    :raises RuntimeError: when it did not come true in time, or the process ended before.
    """
    until = time.monotonic() + seconds
    while not condition():
        if not alive():
            raise RuntimeError(f"{what} ended before it answered")
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not answer within {seconds:g} s")
        time.sleep(0.02)
