"""Does working-day arithmetic hold around Tết, swaps and make-up Saturdays, in every year?"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.plans.domain.calendar_seed import load_calendar_seed
from shared.working_calendar import (
    HO_CHI_MINH,
    CalendarDay,
    DayKind,
    WorkingCalendar,
    end_of_day,
    is_weekend,
)

CASES = Path(__file__).parents[1] / "data" / "cases" / "calendar_vn_2024_2026.json"
VIETNAM = WorkingCalendar(load_calendar_seed())
NO_HOLIDAYS = WorkingCalendar([])
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
COUNTS = st.integers(-300, 300)
ONE_DAY_OFF = CalendarDay(date(2026, 3, 3), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi")


def published_days_off() -> set[date]:
    years = json.loads(CASES.read_text("utf-8"))["off"].values()
    return {date.fromisoformat(day["date"]) for year in years for day in year}


def published_saturdays_worked() -> set[date]:
    return {date.fromisoformat(d) for d in json.loads(CASES.read_text("utf-8"))["makeup_working"]}


@given(DAYS, COUNTS)
def test_adding_working_days_lands_on_a_working_day(day, count):
    assume(count != 0)
    assert VIETNAM.is_working_day(VIETNAM.add_working_days(day, count))


@given(DAYS, COUNTS)
def test_adding_working_days_agrees_with_counting_them_one_by_one(day, count):
    walked, left, step = day, abs(count), 1 if count > 0 else -1
    while left:
        walked += timedelta(days=step)
        left -= VIETNAM.is_working_day(walked)
    assert VIETNAM.add_working_days(day, count) == walked


@given(DAYS, COUNTS)
def test_going_back_undoes_going_forward_from_a_working_day(day, count):
    assume(VIETNAM.is_working_day(day))
    there = VIETNAM.add_working_days(day, count)
    assert VIETNAM.add_working_days(there, -count) == day
    assert VIETNAM.working_days_between(day, there) == count


@given(DAYS, DAYS)
def test_working_days_between_counts_the_end_but_not_the_start(start, end):
    assume(start <= end)
    counted = sum(
        VIETNAM.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)
    )
    assert VIETNAM.working_days_between(start, end) == counted


@given(DAYS)
def test_the_nearest_working_days_enclose_every_day_with_nothing_worked_between(day):
    before, after = VIETNAM.on_or_before(day), VIETNAM.on_or_after(day)
    assert before <= day <= after
    assert VIETNAM.is_working_day(before)
    assert VIETNAM.is_working_day(after)
    if VIETNAM.is_working_day(day):
        assert before == day == after
    else:
        assert VIETNAM.add_working_days(before, 1) == after


@given(DAYS)
def test_only_days_off_that_are_no_plain_weekend_have_a_reason(day):
    reason = VIETNAM.why_off(day)
    if VIETNAM.is_working_day(day):
        assert reason is None
    elif reason is None:
        assert is_weekend(day)
    else:
        assert reason.date == day
        assert reason.name
        assert reason.document


def test_offices_work_exactly_the_weekdays_and_saturdays_that_were_published():
    off, worked = published_days_off(), published_saturdays_worked()
    day = date(2024, 1, 1)
    provisional = date(2026, 11, 24)
    while day <= date(2026, 12, 31):
        expected = day in worked or (day.weekday() < 5 and day not in off and day != provisional)
        assert VIETNAM.is_working_day(day) is expected, day
        day += timedelta(days=1)


def test_five_working_days_after_the_last_friday_before_tet_2026_is_after_the_holiday():
    assert VIETNAM.add_working_days(date(2026, 2, 13), 5) == date(2026, 2, 27)


def test_the_make_up_saturday_after_new_year_2026_is_a_working_day():
    assert VIETNAM.add_working_days(date(2026, 1, 9), 1) == date(2026, 1, 10)
    assert not VIETNAM.is_working_day(date(2026, 1, 2))
    assert VIETNAM.on_or_before(date(2026, 1, 11)) == date(2026, 1, 10)


def test_a_reason_names_the_swap_and_the_holiday_that_falls_on_a_weekend():
    swapped = VIETNAM.why_off(date(2026, 8, 31))
    assert swapped is not None
    assert swapped.kind is DayKind.SWAPPED_OFF
    tet_saturday = VIETNAM.why_off(date(2024, 2, 10))
    assert tet_saturday is not None
    assert tet_saturday.name == "Tết Nguyên đán"
    assert VIETNAM.why_off(date(2026, 1, 10)) is None
    assert VIETNAM.why_off(date(2026, 3, 7)) is None


def test_adding_no_days_is_the_day_itself_even_on_a_sunday():
    assert NO_HOLIDAYS.add_working_days(date(2026, 3, 8), 0) == date(2026, 3, 8)


@pytest.mark.parametrize(
    ("event", "amount", "unit", "last_day"),
    [
        (date(2025, 11, 3), 10, "day", date(2025, 11, 13)),
        (date(2025, 11, 5), 10, "day", date(2025, 11, 17)),  # 15/11 is a Saturday
        (date(2026, 2, 11), 5, "day", date(2026, 2, 23)),  # 16/02 is within Tết
        (date(2026, 1, 5), 5, "day", date(2026, 1, 10)),  # a make-up Saturday is no day off
        (date(2025, 1, 31), 1, "month", date(2025, 2, 28)),
        (date(2024, 1, 31), 1, "month", date(2024, 2, 29)),
        (date(2025, 11, 30), 3, "month", date(2026, 3, 2)),  # 28/02/2026 is a Saturday
        (date(2025, 12, 15), 1, "month", date(2026, 1, 15)),
        (date(2026, 2, 13), 5, "working_day", date(2026, 2, 27)),
        (date(2026, 1, 8), 2, "working_day", date(2026, 1, 10)),
    ],
)
def test_a_term_ends_as_the_civil_code_counts_it(event, amount, unit, last_day):
    assert VIETNAM.end_of_term(event, amount=amount, unit=unit) == last_day


@pytest.mark.parametrize(
    ("event", "amount", "unit", "last_day"),
    [
        (date(2026, 3, 20), 5, "day", date(2026, 3, 13)),  # 15/03 is a Sunday
        (date(2026, 3, 31), 1, "month", date(2026, 2, 27)),  # 28/02 is a Saturday
        (date(2026, 2, 23), 1, "working_day", date(2026, 2, 13)),
    ],
)
def test_a_term_before_an_event_counts_back_and_is_never_shortened(event, amount, unit, last_day):
    ends = VIETNAM.end_of_term(event, amount=amount, unit=unit, direction="before")
    assert ends == last_day


@given(DAYS, st.integers(1, 60), st.sampled_from(["day", "month", "working_day"]))
def test_a_term_ends_on_a_working_day_after_its_event(event, amount, unit):
    last = VIETNAM.end_of_term(event, amount=amount, unit=unit)
    assert last > event
    assert VIETNAM.is_working_day(last)


@pytest.mark.parametrize(
    ("amount", "unit", "direction"),
    [
        (0, "day", "after"),
        (-3, "day", "after"),
        (3, "hour", "after"),
        (3, "day", "around"),
        (10**9, "day", "after"),
        (10**6, "month", "after"),
        (10**9, "working_day", "after"),
        (10**6, "month", "before"),
    ],
)
def test_what_is_no_term_is_refused(amount, unit, direction):
    with pytest.raises(ValueError, match="term"):
        VIETNAM.end_of_term(date(2026, 3, 2), amount=amount, unit=unit, direction=direction)


def test_two_different_rows_for_one_day_are_refused_and_a_repeated_row_is_not():
    again = CalendarDay(ONE_DAY_OFF.date, DayKind.HOLIDAY, "Ngày lễ")
    with pytest.raises(ValueError, match="2026-03-03"):
        WorkingCalendar([ONE_DAY_OFF, again])
    assert not WorkingCalendar([ONE_DAY_OFF, ONE_DAY_OFF]).is_working_day(ONE_DAY_OFF.date)


def test_the_end_of_a_day_is_its_last_second_in_vietnam():
    end = end_of_day(date(2026, 6, 30))
    assert end.isoformat() == "2026-06-30T23:59:59+07:00"
    assert end + timedelta(seconds=1) == datetime(2026, 7, 1, tzinfo=HO_CHI_MINH)
