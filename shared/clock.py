"""What time is it? Asked here and nowhere else, so that a test or a sandbox can move the time."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

HO_CHI_MINH = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """A source of the present moment."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


def today(clock: Clock) -> date:
    """The business date in Vietnam."""
    return clock.now().astimezone(HO_CHI_MINH).date()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place


class SandboxClock:
    """A clock that runs on from a chosen instant and can be moved forward.

    The shift is kept in a file: a restart goes on where the sandbox was, and several processes
    share one time. It never moves back: leases, audit rows and reminders rely on time that grows.
    """

    def __init__(self, start: datetime, state: Path) -> None:
        self._system = SystemClock()
        self._state = state
        self._seen = 0
        if not state.exists():
            self._save(start - self._system.now())
        self._shift = self._read()

    def now(self) -> datetime:
        if self._state.stat().st_mtime_ns != self._seen:
            self._shift = self._read()
        return self._system.now() + self._shift

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward.

        :raises ValueError: for a step back.
        """
        if by < timedelta(0):
            raise ValueError("a sandbox clock never moves back")
        self._save(self._read() + by)
        return self.now()

    def _read(self) -> timedelta:
        self._seen = self._state.stat().st_mtime_ns
        return timedelta(seconds=json.loads(self._state.read_text())["shift_seconds"])

    def _save(self, shift: timedelta) -> None:
        draft = self._state.with_suffix(".tmp")
        draft.write_text(json.dumps({"shift_seconds": shift.total_seconds()}))
        draft.replace(self._state)
