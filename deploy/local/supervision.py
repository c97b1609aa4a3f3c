"""Who starts a process again when it dies? A supervisor: after a pause that grows, saying so in one line."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from deploy.local.processes import Command, GuardedProcess
from deploy.local.server import Server

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# a process that ran this long was no part of the trouble before it
STEADY_SECONDS = 60.0


class Part(Protocol):
    """Something that runs until it is told to end."""

    name: str

    @property
    def alive(self) -> bool: ...

    def launch(self) -> None:
        """Start it, or start it again; without waiting."""
        ...

    def last_words(self) -> str:
        """The last thing it wrote."""
        ...

    def end(self) -> None:
        """Ask it to end, and wait."""
        ...


class ProcessPart:
    """One of our own processes under a guard, which ends it should we disappear."""

    def __init__(self, name: str, command: Command) -> None:
        self.name = name
        self._command = command
        self._process: GuardedProcess | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def launch(self) -> None:
        self._command.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = GuardedProcess(self._command)

    def last_words(self) -> str:
        return last_line(self._command.log.read_text(errors="replace"))

    def end(self) -> None:
        if self._process is not None:
            self._process.end("stop")


class ServerPart:
    """PostgreSQL or RabbitMQ, already started by whoever holds it."""

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self._server = server

    @property
    def alive(self) -> bool:
        return self._server.alive

    def launch(self) -> None:
        self._server.launch()

    def last_words(self) -> str:
        return last_line(self._server.log_tail())

    def end(self) -> None:
        self._server.stop()


@dataclass(slots=True)
class _Watch:
    part: Part
    began: float
    failures: int = 0
    due: float | None = None


class Supervisor:
    """Parts that run together and end together."""

    def __init__(
        self,
        say: Callable[[str, float, str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """:param say: told the name of a part that died, the pause before its next start in s, and
        its last words.
        """
        self._say = say
        self._clock = clock
        self._first_pause = first_pause
        self._watched: list[_Watch] = []

    @property
    def parts(self) -> Sequence[Part]:
        return [watch.part for watch in self._watched]

    def start(self, part: Part) -> None:
        """Launch a part and look after it from now on."""
        self.adopt(part)
        part.launch()

    def adopt(self, part: Part) -> None:
        """Look after a part that runs already."""
        self._watched.append(_Watch(part, self._clock()))

    def look(self) -> None:
        """Notice what died and start what is due. Called a few times a second."""
        now = self._clock()
        for watch in self._watched:
            if watch.due is not None:
                if now >= watch.due:
                    watch.due, watch.began = None, now
                    watch.part.launch()
            elif not watch.part.alive:
                steady = now - watch.began > STEADY_SECONDS
                watch.failures = 1 if steady else watch.failures + 1
                pause = min(LONGEST_PAUSE, self._first_pause * 2 ** (watch.failures - 1))
                watch.due = now + pause
                self._say(watch.part.name, pause, watch.part.last_words())

    def stop(self) -> None:
        """End our own processes side by side, then the servers they work with."""
        for kind in (ProcessPart, ServerPart):
            ending = [part for part in self.parts if isinstance(part, kind)]
            if ending:
                with ThreadPoolExecutor(len(ending)) as pool:
                    list(pool.map(_end, ending))
        self._watched.clear()


def _end(part: Part) -> None:
    part.end()


def last_line(log: str) -> str:
    """The last line with anything in it."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "—"
