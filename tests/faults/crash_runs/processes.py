"""What does a crash run need to know of a process? Its address, whether it lives, how it ended."""

import multiprocessing
import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.crash_runs.launching import launch
from tests.faults.killing import until

START_SECONDS = 120.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.02
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.crash_runs.preloaded"])


@dataclass(frozen=True, slots=True)
class Crash:
    """Where a process is to die, and how often it passes there first."""

    point: str
    times: int

    def __str__(self) -> str:
        return f"{self.point}:{self.times}"


class Running:
    """One process of the platform, armed with a crash or not."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        home: Path,
        crash: Crash | None,
        gated: bool = True,
    ) -> None:
        """Start it.

        :param home: a new folder for its output, its gate and what it writes when it dies.
        :param gated: whether the counting waits for `open_gate`.
        """
        home.mkdir(parents=True)
        self.crash = crash
        self._home = home
        self._process = _context.Process(
            target=launch,
            args=(module, arguments, self._armed(environment, gated=gated), home / "output"),
            daemon=True,
        )
        self._process.start()

    def _armed(self, environment: Mapping[str, str], *, gated: bool) -> dict[str, str]:
        if self.crash is None:
            return dict(environment)
        armed = {"CRASH_AT": str(self.crash), "CRASH_LOG": str(self._home / "crash")}
        if gated:
            armed["CRASH_GATE"] = str(self._home / "gate")
        return {**environment, **armed}

    def open_gate(self) -> None:
        """From now on it counts how often it comes to its point."""
        (self._home / "gate").touch()

    def close_gate(self) -> None:
        """It counts no more."""
        (self._home / "gate").unlink(missing_ok=True)

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def crashed(self) -> bool:
        """Whether it reached its point, said so, and died of SIGKILL."""
        log = self._home / "crash"
        if self.crash is None or self._process.exitcode != -signal.SIGKILL or not log.exists():
            return False
        return log.read_text() == f"{self._process.pid} {self.crash.point}\n"

    @property
    def output(self) -> str:
        file = self._home / "output"
        return file.read_text("utf-8") if file.exists() else ""

    def wait_address(self) -> str:
        """Wait for its address; empty when it died before it said one."""
        until(
            lambda: _ADDRESS.search(self.output) or not self.alive,
            seconds=START_SECONDS,
            every=LOOK_EVERY,
        )
        found = _ADDRESS.search(self.output)
        return found[0] if found else ""

    def wait(self) -> int | None:
        """Wait until it ends by itself; the exit code."""
        self._process.join(START_SECONDS)
        return self._process.exitcode

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, once it is so far that it would hear; the exit code."""
        until(lambda: self.output or not self.alive, seconds=START_SECONDS, every=LOOK_EVERY)
        if self.alive and self._process.pid:
            os.kill(self._process.pid, number)
        self._process.join(STOP_SECONDS)
        if self.alive:
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        assert code is not None
        return code
