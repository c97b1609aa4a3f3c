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

    The shift is kept in a file, so a restart goes on where the sandbox was. It never moves back:
    leases, audit rows and reminders rely on time that only grows.
    """

    def __init__(self, start: datetime, state: Path | None = None) -> None:
        self._system = SystemClock()
        self._state = state
        if state is not None and state.exists():
            self._shift = timedelta(seconds=json.loads(state.read_text())["shift_seconds"])
        else:
            self._shift = start - self._system.now()
            self._save()

    def now(self) -> datetime:
        return self._system.now() + self._shift

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward.

        :raises ValueError: for a step back.
        """
        if by < timedelta(0):
            raise ValueError("a sandbox clock never moves back")
        self._shift += by
        self._save()
        return self.now()

    def _save(self) -> None:
        if self._state is None:
            return
        draft = self._state.with_suffix(".tmp")
        draft.write_text(json.dumps({"shift_seconds": self._shift.total_seconds()}))
        draft.replace(self._state)
