"""Which days do offices work, and when does a counted term end?

Plans and notifications share this arithmetic; the days themselves are data (`CalendarDay` rows,
each citing its document), so that a swap announced in December needs no release.
Offices work Monday to Friday. Rows take weekdays off, or make a weekend day a working one
(làm bù). Nothing here reads a clock.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HO_CHI_MINH = ZoneInfo("Asia/Ho_Chi_Minh")

_SATURDAY = 5
_DAYS_OF_WEEK = 7
_WORKING_DAYS_OF_WEEK = 5
_MONTHS_OF_YEAR = 12


class DayKind(StrEnum):
    """Why a day differs from its weekday: ngày lễ, nghỉ bù, nghỉ hoán đổi, làm bù."""

    HOLIDAY = "holiday"
    COMPENSATORY_OFF = "compensatory_off"
    SWAPPED_OFF = "swapped_off"
    MAKEUP_WORKING = "makeup_working"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One row of the working calendar; `provisional` until its document has been seen."""

    date: date
    kind: DayKind
    name: str = ""
    document: str = ""
    provisional: bool = False


def is_weekend(day: date) -> bool:
    """Saturday or Sunday, whether or not it is worked."""
    return day.weekday() >= _SATURDAY


def end_of_day(day: date) -> datetime:
    """The last second of the day, 23:59:59 +07:00: the `on_time_until` of what is due that day.

    A term ends at 24:00 of its last day (Bộ luật Dân sự 2015, Điều 148 khoản 6). The instant one
    second earlier is used because 24:00 would be shown, and compared, as the next day.
    """
    return datetime.combine(day, time(23, 59, 59), tzinfo=HO_CHI_MINH)


class WorkingCalendar:
    """Working-day arithmetic over one set of calendar rows; immutable.

    Raises ValueError when two different rows speak of one date.
    """

    def __init__(self, days: Iterable[CalendarDay]) -> None:
        self._rows: dict[date, CalendarDay] = {}
        for row in days:
            if self._rows.setdefault(row.date, row) != row:
                raise ValueError(f"two calendar rows for {row.date.isoformat()}")
        self._weekdays_off = sorted(
            row.date.toordinal()
            for row in self._rows.values()
            if row.kind is not DayKind.MAKEUP_WORKING and not is_weekend(row.date)
        )
        self._weekends_worked = sorted(
            row.date.toordinal()
            for row in self._rows.values()
            if row.kind is DayKind.MAKEUP_WORKING and is_weekend(row.date)
        )

    def is_working_day(self, day: date) -> bool:
        """True for a weekday without a row of its own and for a make-up day (làm bù)."""
        row = self._rows.get(day)
        return not is_weekend(day) if row is None else row.kind is DayKind.MAKEUP_WORKING

    def why_off(self, day: date) -> CalendarDay | None:
        """The row that takes this day off; None on working days and plain weekends.

        A holiday that falls on a weekend has its row, so that the message can name it.
        """
        return None if self.is_working_day(day) else self._rows.get(day)

    def on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the nearest earlier working day."""
        return day if self.is_working_day(day) else self.add_working_days(day, -1)

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the nearest later working day."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after (before, if negative) the given day.

        The day itself is not counted, and is the answer for 0 even when it is a day off.
        Raises OverflowError beyond the years of `date`.
        """
        while count:
            # At least `count` calendar days are missing. Once a stride gains all its days, each
            # of them is worked, so the answer is exact and never a day off.
            stride = day + timedelta(days=count)
            count -= self.working_days_between(day, stride)
            day = stride
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`.

        Negative when `end` is earlier (then from the day before `start` back to `end`), so that
        `add_working_days(start, n)` is always n working days away.
        """
        if end >= start:
            return self._worked_until(end.toordinal()) - self._worked_until(start.toordinal())
        return self._worked_until(end.toordinal() - 1) - self._worked_until(start.toordinal() - 1)

    def end_of_term(
        self, event_day: date, *, amount: int, unit: str, direction: str = "after"
    ) -> date:
        """The last day of a term of `amount` day | month | working_day from an event.

        Bộ luật Dân sự 2015, Điều 147–148: the day of the event is not counted; a term in months
        ends on the same day of the last month, or on its last day where that day is missing; a
        last day that is a day off moves to the next working day. `direction="before"` counts
        back from the event, and moves a day off to the earlier working day, so that the term
        given before the event is never shortened by it.

        Raises ValueError for another unit or direction, an amount below 1, or a term that leaves
        the calendar.
        """
        if amount < 1 or direction not in {"after", "before"}:
            raise ValueError(f"not a term: {amount} {unit} {direction}")
        signed = amount if direction == "after" else -amount
        try:
            last = self._last_day(event_day, signed, unit=unit)
            return self.on_or_after(last) if direction == "after" else self.on_or_before(last)
        except OverflowError:
            raise ValueError(f"the term leaves the calendar: {amount} {unit}") from None

    def _last_day(self, event_day: date, amount: int, *, unit: str) -> date:
        match unit:
            case "day":
                return event_day + timedelta(days=amount)
            case "month":
                return _add_months(event_day, amount)
            case "working_day":
                return self.add_working_days(event_day, amount)
            case _:
                raise ValueError(f"a term is counted in day, month or working_day, not {unit!r}")

    def _worked_until(self, ordinal: int) -> int:
        """Working days from 0001-01-01, a Monday, up to this proleptic ordinal."""
        weeks, rest = divmod(ordinal, _DAYS_OF_WEEK)
        weekdays = weeks * _WORKING_DAYS_OF_WEEK + min(rest, _WORKING_DAYS_OF_WEEK)
        return (
            weekdays
            - bisect_right(self._weekdays_off, ordinal)
            + bisect_right(self._weekends_worked, ordinal)
        )


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_OF_YEAR + day.month - 1 + months, _MONTHS_OF_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("year out of range")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
