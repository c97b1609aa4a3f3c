"""What matters of an obligation (nghĩa vụ) when people are to be reminded of it?"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.working_calendar import HO_CHI_MINH, end_of_day

# states in which somebody still owes something and is to be reminded
OWED = frozenset({"open", "acknowledged"})
# states in which lateness no longer grows
ENDED = frozenset({"submitted", "suspended", "closed", "cancelled"})

Stage = Literal["before", "on_the_day", "overdue"]


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation's deadline and whether it is still to be met.

    `last_day` is the last day that is on time, which is the day before a deadline written as
    "trước tháng 10"; `stopped` says why nobody is to be reminded, None while somebody is.
    """

    deadline_revision: int
    last_day: date | None
    on_time_until: datetime | None
    stopped: str | None

    def passed(self, now: datetime) -> bool:
        """Whether the deadline is over."""
        return self.on_time_until is not None and now > self.on_time_until


def duty(
    *,
    state: str,
    deadline_revision: int,
    due_on: date | None,
    on_time_until: datetime | None,
) -> Duty:
    """The duty of an obligation as it was announced."""
    last_day = last_day_on_time(due_on=due_on, on_time_until=on_time_until)
    stopped = None if state in OWED else f"obligation_{state}"
    if stopped is None and last_day is None:
        stopped = "no_deadline"
    if on_time_until is None and last_day is not None:
        on_time_until = end_of_day(last_day)
    return Duty(deadline_revision, last_day, on_time_until, stopped)


def last_day_on_time(*, due_on: date | None, on_time_until: datetime | None) -> date | None:
    """The last day in Vietnam on which it is still on time."""
    if on_time_until is None:
        return due_on
    try:
        return on_time_until.astimezone(HO_CHI_MINH).date()
    except OverflowError:  # the very last hours of the year 9999
        return due_on


def is_overdue(*, state: str, on_time_until: datetime | None, now: datetime) -> bool:
    """Whether it is late now: computed, never a state."""
    return on_time_until is not None and now > on_time_until and state not in ENDED


def stage(days_left: int) -> Stage:
    """Which of the three kinds of reminder suits the days that are left."""
    if days_left > 0:
        return "before"
    return "on_the_day" if days_left == 0 else "overdue"
