"""When may somebody be written to? Not in their quiet hours and not on a day off.

What is critical goes out at any hour (SPEC §6). All times of day are those of Asia/Ho_Chi_Minh.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.working_calendar import HO_CHI_MINH, WorkingCalendar

QUIET_HOURS = "quiet_hours"
DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day up to another, over midnight when `until` is earlier; equal: never."""

    start: time
    until: time

    def holds(self, at: time) -> bool:
        """Whether this is a quiet time of day."""
        if self.start <= self.until:
            return self.start <= at < self.until
        return at >= self.start or at < self.until


@dataclass(frozen=True, slots=True)
class Opening:
    """The first instant at which somebody may be written to; `because` is why it is not now."""

    at: datetime
    because: str | None = None


def opening(now: datetime, quiet: QuietHours, calendar: WorkingCalendar) -> Opening:
    """When somebody may next be written to: now, or at the end of the quiet hours or days off."""
    local = now.astimezone(HO_CHI_MINH)
    if not calendar.is_working_day(local.date()):
        return Opening(_morning(calendar.on_or_after(local.date()), quiet), DAY_OFF)
    if not quiet.holds(local.time()):
        return Opening(now)
    if quiet.start <= quiet.until or local.time() < quiet.until:
        return Opening(_at(local.date(), quiet.until), QUIET_HOURS)
    following = calendar.on_or_after(local.date() + timedelta(days=1))
    return Opening(_morning(following, quiet), QUIET_HOURS)


def _morning(day: date, quiet: QuietHours) -> datetime:
    """The first moment of a working day that is not quiet."""
    return _at(day, quiet.until if quiet.holds(time(0)) else time(0))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=HO_CHI_MINH).astimezone(UTC)
