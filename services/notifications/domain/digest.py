"""What does a digest (bản tổng hợp) say, and when is it due?

One mail instead of many: what waits for the reader's decision comes first, then what is overdue,
then what is due this week, then what was asked to be told early (SPEC §6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from shared.working_calendar import HO_CHI_MINH, WorkingCalendar

Kind = Literal["daily", "weekly", "unit"]
Section = Literal["decide", "overdue", "this_week", "later"]
SECTIONS: tuple[Section, ...] = ("decide", "overdue", "this_week", "later")

# what became of a reminder that waited for a digest
WAITING = "waiting"
TOLD = "told"
DROPPED = "dropped"

SHOWN = 20  # lines of a section; more are counted, not listed
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation as a digest tells it; `days` are left until the last day on time."""

    obligation_id: UUID
    title: str
    unit_code: str
    last_day: date | None
    days: int | None
    state: str


def section(line: Line, today: date, *, decides: bool) -> Section | None:
    """Where an obligation belongs; None when there is nothing to say of it now.

    What was reported done (`submitted`) waits for those who decide, and for nobody else.
    """
    if line.state == "submitted":
        return "decide" if decides else None
    if line.last_day is None or line.days is None:
        return None
    if line.days < 0:
        return "overdue"
    return "this_week" if line.last_day <= end_of_week(today) else "later"


def sections(
    lines: Iterable[Line],
    today: date,
    *,
    decides: frozenset[str],
    asked: frozenset[UUID],
) -> dict[Section, list[Line]]:
    """The lines of each section, the most pressing first; sections without lines are left out.

    `decides` are the units whose reports the reader decides on; what is due later than this week
    is only told when a reminder `asked` for it.
    """
    found: dict[Section, list[Line]] = {}
    for line in lines:
        place = section(line, today, decides=line.unit_code in decides)
        if place is None or (place == "later" and line.obligation_id not in asked):
            continue
        found.setdefault(place, []).append(line)
    for those in found.values():
        those.sort(key=lambda x: (x.last_day or date.max, x.title, str(x.obligation_id)))
    return {place: found[place] for place in SECTIONS if place in found}


def worth_sending(
    kind: Kind, found: Mapping[Section, Sequence[Line]], *, told: bool, repeats: bool
) -> bool:
    """Whether there is anything to say that was not said today already.

    `told`: a reminder waits for it; `repeats`: today's digest of the week said the rest. A daily
    digest that only repeats yesterday's list would teach people not to read it.
    """
    if kind == "daily":
        return told or ("decide" in found and not repeats)
    return bool(found)


def end_of_week(day: date) -> date:
    """The Sunday of the week."""
    return day + timedelta(days=_SUNDAY - day.weekday()) if day < date.max else day


def key_day(kind: Kind, today: date) -> date:
    """The day a digest is counted under: itself, or the Monday of its week."""
    return today if kind == "daily" else today - timedelta(days=today.weekday())


def due_at(kind: Kind, today: date, at: time, calendar: WorkingCalendar) -> datetime | None:
    """From when the digest of today, or of this week, is to go out; None: not today.

    A weekly one goes on the first working day of the week (thứ Hai, or after a holiday the next),
    and on a later one when the platform was down then.
    """
    if not calendar.is_working_day(today):
        return None
    first = today if kind == "daily" else calendar.on_or_after(key_day(kind, today))
    return datetime.combine(first, at, tzinfo=HO_CHI_MINH).astimezone(UTC)


def shown(lines: Sequence[Line]) -> tuple[Sequence[Line], int]:
    """The lines that are listed, and how many more there are."""
    return lines[:SHOWN], max(0, len(lines) - SHOWN)
