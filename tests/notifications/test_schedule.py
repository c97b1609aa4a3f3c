"""On which days does a rule remind?"""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.rules import (
    DEFAULT_OFFSETS,
    DEFAULT_REPEAT,
    Offset,
    Repeat,
    Rule,
)
from services.notifications.domain.schedule import reach, slots
from shared.working_calendar import HO_CHI_MINH, CalendarDay, DayKind, WorkingCalendar

PLAIN = WorkingCalendar([])
TET = WorkingCalendar(
    [
        *(CalendarDay(date(2026, 2, d), DayKind.HOLIDAY, "Tết Nguyên đán") for d in range(16, 21)),
        CalendarDay(date(2026, 2, 28), DayKind.MAKEUP_WORKING, "Làm bù"),
    ]
)


def rule(*offsets: Offset, repeat: Repeat | None = None) -> Rule:
    return Rule(
        id=UUID(int=1),
        offsets=offsets,
        repeat=repeat,
        roles_until_due=("officer",),
        roles_after_due=("officer", "head"),
        channels=("email",),
        at=time(8),
    )


def days(found: list, role: str = "officer") -> dict[str, str]:
    return {s.offset: s.send_on.isoformat() for s in found if s.role == role}


def test_the_default_rule_reminds_before_on_and_after_and_then_weekly() -> None:
    default = rule(*DEFAULT_OFFSETS, repeat=DEFAULT_REPEAT)
    found = days(slots(default, date(2026, 6, 24), PLAIN))  # a Wednesday
    assert list(found.items())[:6] == [
        ("-7", "2026-06-17"),
        ("-3", "2026-06-19"),  # the 21st is a Sunday
        ("-1", "2026-06-23"),
        ("0", "2026-06-24"),
        ("+1", "2026-06-25"),
        ("r1", "2026-07-02"),
    ]
    assert found["r8"] == "2026-08-20"
    assert "r9" not in found


def test_up_to_the_deadline_a_day_off_moves_earlier_and_after_it_later() -> None:
    sunday = date(2026, 6, 28)
    found = slots(rule(Offset(0), Offset(6), Offset(-1)), sunday, PLAIN)
    assert days(found) == {"-1": "2026-06-26", "0": "2026-06-26", "+6": "2026-07-06"}
    assert {s.shifted_because for s in found} == {"weekend"}


def test_a_holiday_is_named_as_the_reason_of_the_shift() -> None:
    (slot,) = slots(rule(Offset(-1)), date(2026, 2, 18), TET)
    assert (slot.send_on, slot.shifted_because) == (date(2026, 2, 13), "Tết Nguyên đán")


def test_a_makeup_saturday_is_a_day_like_any_other() -> None:
    (slot,) = slots(rule(Offset(0)), date(2026, 2, 28), TET)
    assert (slot.send_on, slot.shifted_because) == (date(2026, 2, 28), None)


def test_offsets_in_working_days_step_over_tet() -> None:
    found = slots(rule(Offset(-3, working=True)), date(2026, 2, 24), TET)
    assert days(found) == {"-3w": "2026-02-12"}


def test_reminders_are_sent_at_eight_in_vietnam() -> None:
    (slot,) = slots(rule(Offset(0)), date(2026, 6, 24), PLAIN)
    assert slot.due_at.isoformat() == "2026-06-24T01:00:00+00:00"


def test_before_the_deadline_officers_are_told_and_after_it_heads_too() -> None:
    found = slots(rule(Offset(0), Offset(1)), date(2026, 6, 24), PLAIN)
    assert [(s.offset, s.role) for s in found] == [
        ("0", "officer"),
        ("+1", "head"),
        ("+1", "officer"),
    ]


@pytest.mark.parametrize("last_day", [date.min, date.max, date(1, 1, 5), date(9999, 12, 28)])
def test_deadlines_at_the_ends_of_time_do_not_break_the_schedule(last_day: date) -> None:
    far = rule(
        Offset(-366), Offset(-366, working=True), Offset(0), Offset(366), repeat=Repeat(7, 8)
    )
    assert all(date.min <= s.send_on <= date.max for s in slots(far, last_day, PLAIN))


calendars = st.lists(
    st.builds(
        CalendarDay,
        date=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        kind=st.sampled_from(DayKind),
        name=st.just("Nghỉ"),
    ),
    max_size=60,
    unique_by=lambda day: day.date,
).map(WorkingCalendar)
offsets = st.builds(Offset, days=st.integers(-60, 60), working=st.booleans())
rules = st.builds(
    lambda chosen, repeat: rule(*chosen, repeat=repeat),
    st.lists(offsets, min_size=1, max_size=8, unique_by=lambda o: o.key),
    st.none() | st.builds(Repeat, every_days=st.integers(1, 14), max=st.integers(1, 10)),
)


@settings(deadline=None)
@given(rule=rules, calendar=calendars, last_day=st.dates(date(2026, 2, 1), date(2026, 11, 30)))
def test_no_reminder_is_ever_sent_on_a_day_off(
    rule: Rule, calendar: WorkingCalendar, last_day: date
) -> None:
    for slot in slots(rule, last_day, calendar):
        assert calendar.is_working_day(slot.send_on)
        assert slot.due_at.astimezone(HO_CHI_MINH).date() == slot.send_on
        # a shift never crosses the deadline
        assert (slot.nominal_on <= last_day) == (slot.send_on <= last_day)
        earliest, latest = reach(rule)
        assert last_day - timedelta(earliest + 60) <= slot.send_on
        assert slot.send_on <= last_day + timedelta(latest + 60)
