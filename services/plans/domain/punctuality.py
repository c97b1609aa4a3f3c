"""Until when is something on time, and is it late now?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.working_calendar import HO_CHI_MINH, end_of_day


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How an obligation stands against its date. Days are calendar days; negative = overdue."""

    overdue: bool
    days_left: int | None
    done_on_time: bool | None


def on_time_until(
    due_on: date | None, *, exclusive: bool, named_day: bool, strict: bool = False
) -> datetime | None:
    """The last instant that is on time (SPEC §3), in Asia/Ho_Chi_Minh.

    "Trước" (before) a month, quarter or year means by the end of the day before it. Before a named
    day it means by the end of that day, as offices read it, or of the day before if the plan is
    set to strict. `named_day`: the text names a day ("trước ngày 01/10"), not a period ("trước
    tháng 10").
    """
    if due_on is None:
        return None
    if exclusive and (strict or not named_day):
        return end_of_day(due_on - timedelta(days=1))
    return end_of_day(due_on)


def punctuality(
    until: datetime | None, *, now: datetime, finished: bool, completed_on: date | None
) -> Punctuality:
    """Where an obligation stands now. Work counts on the day it was completed."""
    if until is None:
        return Punctuality(overdue=False, days_left=None, done_on_time=None)
    last_day = until.astimezone(HO_CHI_MINH).date()
    if completed_on is not None:
        return Punctuality(overdue=False, days_left=None, done_on_time=completed_on <= last_day)
    if finished:
        return Punctuality(overdue=False, days_left=None, done_on_time=None)
    days = (last_day - now.astimezone(HO_CHI_MINH).date()).days
    return Punctuality(overdue=now > until, days_left=days, done_on_time=None)
