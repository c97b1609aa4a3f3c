"""Who hears of it next when something stays overdue, and when? A ladder up the organisation.

Officer → head of the unit → deputy in charge → director, the standing CCHC office informed (SPEC
§6). Rungs are climbed on working days. An answer pauses the ladder until the day it names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from services.notifications.domain.duty import Duty
from services.notifications.domain.planning import DEADLINE_MOVED
from services.notifications.domain.recipients import OFFICE, SUPERIOR_DEPUTY, SUPERIOR_HEAD
from services.notifications.domain.rules import HEAD
from shared.working_calendar import HO_CHI_MINH, WorkingCalendar

WAITING = "waiting"
ACKNOWLEDGED = "acknowledged"
EXHAUSTED = "exhausted"
RESOLVED = "resolved"
CANCELLED = "cancelled"
CLIMBING = (WAITING, ACKNOWLEDGED)
UNSOLVED = (*CLIMBING, EXHAUSTED)
# after which an answer no longer holds the ladder back
LONGEST_ANSWER_DAYS = 20  # working days

Move = Literal["climb", "end", "nothing"]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: who must act, who is informed, working days until the next rung."""

    role: str
    wait_days: int
    inform: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """A policy as it was when the ladder began. `at` is local time in Asia/Ho_Chi_Minh."""

    start_after_days: int
    rungs: tuple[Rung, ...]
    at: time

    def start(self, last_day: date, calendar: WorkingCalendar) -> datetime:
        """When the first rung is climbed, counted in working days after the last day on time."""
        return self._moment(last_day, self.start_after_days, calendar)

    def following(self, number: int, today: date, calendar: WorkingCalendar) -> datetime | None:
        """When the rung after `number` is climbed; None after the last one."""
        if number + 1 >= len(self.rungs):
            return None
        return self._moment(today, self.rungs[number].wait_days, calendar)

    def resume(self, until: date, calendar: WorkingCalendar) -> datetime:
        """When the ladder goes on if the answer's day passes without a result."""
        return self._moment(until, 1, calendar)

    def _moment(self, day: date, count: int, calendar: WorkingCalendar) -> datetime:
        target = calendar.on_or_after(calendar.add_working_days(day, count))
        return datetime.combine(target, self.at, tzinfo=HO_CHI_MINH).astimezone(UTC)


def ladder_from(data: Mapping[str, Any]) -> Ladder:
    """A ladder as it is stored."""
    return Ladder(
        start_after_days=data["start_after_days"],
        rungs=tuple(
            Rung(step["role"], step["wait_days"], tuple(step.get("inform", ())))
            for step in data["steps"]
        ),
        at=time.fromisoformat(data["at_time"]),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a ladder now; `state` and `reason` when it ends."""

    move: Move
    state: str = ""
    reason: str | None = None


def judge(
    duty: Duty | None,
    *,
    state: str,
    deadline_revision: int,
    next_at: datetime | None,
    now: datetime,
) -> Verdict:
    """Whether a ladder ends, climbs, or waits. What was reported done or closed is resolved."""
    if state not in UNSOLVED:
        return Verdict("nothing")
    if duty is None:
        return Verdict("end", CANCELLED, "obligation_unknown")
    if duty.stopped in {"obligation_submitted", "obligation_closed"}:
        return Verdict("end", RESOLVED, duty.stopped)
    if duty.stopped is not None:
        return Verdict("end", CANCELLED, duty.stopped)
    if duty.deadline_revision != deadline_revision:
        return Verdict("end", CANCELLED, DEADLINE_MOVED)
    due = state in CLIMBING and next_at is not None and next_at <= now
    return Verdict("climb" if due else "nothing")


DEFAULT_START_AFTER = 3
DEFAULT_RUNGS: Sequence[Rung] = (
    Rung(HEAD, 5),
    Rung(SUPERIOR_DEPUTY, 5, (OFFICE,)),
    Rung(SUPERIOR_HEAD, 5, (OFFICE,)),
)
DEFAULT_AT = time(8, 30)
