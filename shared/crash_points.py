"""Where may a test have a process killed? At named points on both sides of every commit, publish, ack.

A sandbox that is started with `CRASH_AT=relay.published:2` kills itself with SIGKILL when that point
is reached for the second time; nothing is cleaned up, flushed or answered, as in a power cut. Before
it dies it writes the point to the file that `CRASH_LOG` names, so that a run counts only if it
really died there. With `CRASH_GATE=file` the counting begins when that file is there: a process can
be started, come to rest, and be killed by what is asked of it afterwards.

Only a sandbox (CCHC_CLOCK) does this. A real installation that finds CRASH_AT in its environment
refuses to start (`shared/runtime/server.py`): somebody has taken it for a test. Without CRASH_AT the
points are calls of an empty function, chosen once, when this module is imported.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

CrashPoint = Literal[
    # a command over HTTP: its answer and idempotency key, written, committed, on its way out
    "command.answer_kept",
    "command.committed",
    # any unit of work: of a command, an event, a job, a reminder
    "unit_of_work.before_commit",
    "unit_of_work.after_commit",
    # from the outbox to the transport
    "relay.claimed",
    "relay.published",
    "relay.marking",
    "relay.marked",
    # from the transport to the broker
    "publisher.sending",
    "publisher.confirmed",
    # from the broker into the inbox
    "consumer.delivered",
    "consumer.stored",
    "consumer.acknowledged",
    "inbox.storing",
    "inbox.stored",
    # from the inbox into the service
    "inbox.claimed",
    "inbox.applied",
    "inbox.handled",
    # work behind a 202
    "job.claiming",
    "job.claimed",
    "job.finishing",
    "job.finished",
    # a message to the outside: intent, call, result
    "sender.intending",
    "sender.intended",
    "sender.called",
    "sender.recording",
    "sender.recorded",
    # what is numbered after the commit: the change feed, the audit chain
    "sweeper.numbering",
    "sweeper.numbered",
    "sweeper.chaining",
    "sweeper.chained",
]
CRASH_POINTS: tuple[CrashPoint, ...] = get_args(CrashPoint)
Environment = Mapping[str, str]


def refused(environment: Environment = os.environ) -> bool:
    """Whether somebody asks for a crash where none may be had."""
    return bool(environment.get("CRASH_AT")) and not environment.get("CCHC_CLOCK")


def bound(environment: Environment) -> Callable[[CrashPoint], None]:
    """What `crash_point` does in a process with this environment.

    :raises ValueError: CRASH_AT is not `name:n` with a name of the list and n from 1.
    """
    if not environment.get("CRASH_AT") or refused(environment):
        return _go_on
    name, _, times = environment["CRASH_AT"].partition(":")
    if name not in CRASH_POINTS or not times.isdecimal() or int(times) < 1:
        raise ValueError(f"CRASH_AT={environment['CRASH_AT']} names no crash point and number")
    return _Trap(
        name, int(times), log=environment.get("CRASH_LOG"), gate=environment.get("CRASH_GATE")
    )


def _go_on(_point: CrashPoint) -> None:
    """Nobody is to die here."""


class _Trap:
    """Kills the process when its point is reached for the n-th time."""

    def __init__(self, name: str, times: int, *, log: str | None, gate: str | None) -> None:
        self._name = name
        self._left = times
        self._log = log
        self._gate = Path(gate) if gate else None
        self._turn = threading.Lock()

    def __call__(self, point: CrashPoint) -> None:
        if point != self._name or (self._gate is not None and not self._gate.exists()):
            return
        with self._turn:
            self._left -= 1
            if self._left == 0:
                self._die()

    def _die(self) -> None:
        if self._log is not None:
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(log, f"{os.getpid()} {self._name}\n".encode())
            os.fsync(log)
        os.kill(os.getpid(), signal.SIGKILL)


crash_point = bound(os.environ)
