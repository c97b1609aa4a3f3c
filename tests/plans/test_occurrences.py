"""Does one written deadline become the obligations an officer would expect, and no other?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.deadlines import Deadline, Recurrence
from services.plans.domain.occurrences import Occurrence, occurrences, reporting_cut_off
from services.plans.domain.periods import load_schemes

UNITS = load_schemes()["cchc-don-vi"]
DEPARTMENT = load_schemes()["cchc-tinh"]
CALENDAR = load_schemes()["calendar"]
KINDS = ["month", "quarter", "half_year", "nine_months", "year"]


def deadline(kind, **written):
    blank = {
        "raw": "như văn bản",
        "kind": kind,
        "starts_on": None,
        "due_on": None,
        "dates": None,
        "exclusive": False,
        "recurrence": None,
        "relative": None,
        "parts": None,
        "confidence": 1.0,
    }
    return Deadline(**(blank | written))


def recurring(*every, day=None, month=None, of=None, exclusive=False):
    recurrence = Recurrence(every=every, day=day, month=month, of=of)
    return deadline("recurring", recurrence=recurrence, exclusive=exclusive)


def made(written, *, year=2026, scheme=UNITS, issued_on=None):
    return occurrences(written, year=year, scheme=scheme, issued_on=issued_on)


def codes(found):
    return [occurrence.period.code for occurrence in found]


def dues(found):
    return [occurrence.due_on for occurrence in found]


def test_quarter_six_months_and_year_are_four_reports_not_seven():
    found = made(recurring("quarter", "half_year", "year"))
    assert codes(found) == ["2026-Q1", "2026-H1", "2026-Q3", "2026-Y"]
    assert [o.label.text() for o in found] == [
        "quý I năm 2026",
        "6 tháng đầu năm 2026",
        "quý III năm 2026",
        "năm 2026",
    ]


def test_nine_months_replaces_the_third_quarter():
    found = made(recurring("quarter", "half_year", "nine_months", "year"))
    assert codes(found) == ["2026-Q1", "2026-H1", "2026-9M", "2026-Y"]


def test_a_single_kind_of_period_keeps_all_its_periods():
    assert codes(made(recurring("quarter"))) == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert codes(made(recurring("half_year"))) == ["2026-H1", "2026-H2"]
    assert codes(made(recurring("month"))) == [f"2026-M{month:02d}" for month in range(1, 13)]


def test_months_give_way_to_the_quarter_that_closes_with_them():
    found = made(recurring("month", "quarter"), scheme=CALENDAR)
    assert codes(found)[:4] == ["2026-M01", "2026-M02", "2026-Q1", "2026-M04"]
    assert len(found) == 12


def test_a_day_without_a_month_is_in_the_last_month_of_each_period():
    written = recurring(
        "quarter", "half_year", "year", day=15, of="last_month_of_period", exclusive=True
    )
    found = made(written, scheme=DEPARTMENT)
    assert dues(found) == [date(2026, month, 15) for month in (3, 6, 9, 12)]
    assert {(o.due_from, o.exclusive) for o in found} == {("text", True)}
    assert found[0].starts_on == date(2025, 12, 15)


def test_day_20_of_every_month_is_day_20_of_the_month_whose_data_close():
    found = made(recurring("month", day=20), scheme=UNITS)
    assert dues(found) == [date(2026, month, 20) for month in range(1, 13)]


def test_a_named_month_of_the_year_is_that_month():
    found = made(recurring("year", day=10, month=11, exclusive=True))
    assert [(o.due_on, o.exclusive, o.due_from) for o in found] == [
        (date(2026, 11, 10), True, "text")
    ]
    assert dues(made(recurring("nine_months", day=5, month=10))) == [date(2026, 10, 5)]


def test_a_named_month_speaks_of_the_period_that_closes_last_before_it():
    six_months_and_year = made(recurring("half_year", "year", day=10, month=12))
    assert [(o.due_on, o.due_from) for o in six_months_and_year] == [
        (date(2026, 6, 15), "scheme"),
        (date(2026, 12, 10), "text"),
    ]
    assert dues(made(recurring("half_year", day=10, month=7)))[0] == date(2026, 7, 10)


def test_a_month_named_without_a_day_is_due_when_the_scheme_says_for_that_month():
    june = made(recurring("year", month=6), scheme=DEPARTMENT)
    assert [(o.due_on, o.due_from) for o in june] == [(date(2026, 6, 20), "scheme")]
    december = made(recurring("year", month=12), scheme=DEPARTMENT)
    assert dues(december) == dues(made(recurring("year"), scheme=DEPARTMENT))


def test_a_day_the_month_lacks_is_its_last_day():
    found = made(recurring("month", day=31), scheme=CALENDAR)
    assert dues(found)[:4] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


@pytest.mark.parametrize(
    ("scheme", "first_due", "exclusive"),
    [
        (UNITS, date(2026, 3, 15), True),
        (DEPARTMENT, date(2026, 3, 20), False),
        (CALENDAR, date(2026, 3, 31), False),
    ],
)
def test_without_a_day_the_scheme_says_when(scheme, first_due, exclusive):
    first = made(recurring("quarter"), scheme=scheme)[0]
    assert (first.due_on, first.exclusive, first.due_from) == (first_due, exclusive, "scheme")


def test_what_was_due_before_the_plan_was_issued_is_not_owed():
    written = recurring("quarter", day=15)
    assert codes(made(written, issued_on=date(2026, 3, 16))) == ["2026-Q2", "2026-Q3", "2026-Q4"]
    assert len(made(written, issued_on=date(2026, 3, 15))) == 4
    assert made(written, issued_on=date(2027, 1, 4)) == ()


def test_daily_and_weekly_duties_make_no_obligation():
    assert made(recurring("day")) == ()
    assert made(recurring("week", day=2)) == ()
    assert codes(made(recurring("week", "year"))) == ["2026-Y"]


@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True),
    st.sampled_from([UNITS, DEPARTMENT, CALENDAR]),
    st.integers(2024, 2027),
    st.one_of(st.none(), st.dates(date(2023, 12, 1), date(2028, 1, 31))),
)
def test_no_two_occurrences_close_together_and_each_close_asked_for_is_met(
    every, scheme, year, issued_on
):
    found = made(recurring(*every), year=year, scheme=scheme, issued_on=issued_on)
    closings = [o.period.ends_on for o in found]
    assert closings == sorted(set(closings))
    asked = [p for p in scheme.periods(year) if p.kind in every]
    still_owed = [p for p in asked if issued_on is None or p.due_on >= issued_on]
    assert set(closings) == {p.ends_on for p in still_owed}
    for occurrence in found:
        together = [p for p in asked if p.ends_on == occurrence.period.ends_on]
        assert occurrence.period.starts_on == min(p.starts_on for p in together)


def test_a_date_or_window_is_one_occurrence_as_written():
    before = deadline("date", due_on=date(2026, 6, 30), dates=(date(2026, 6, 30),), exclusive=True)
    (found,) = made(before, issued_on=date(2026, 9, 1))
    assert found == Occurrence(
        None, None, date(2026, 6, 30), exclusive=True, due_from="text", label=found.label
    )
    window = deadline("window", raw="Quý II", starts_on=date(2026, 4, 1), due_on=date(2026, 6, 30))
    (quarter,) = made(window)
    assert (quarter.starts_on, quarter.due_on) == (date(2026, 4, 1), date(2026, 6, 30))
    assert quarter.label.text() == "Quý II"


def test_several_dates_are_one_occurrence_each():
    days = (date(2026, 3, 15), date(2026, 6, 15))
    found = made(deadline("dates", due_on=days[-1], dates=days, exclusive=True))
    assert dues(found) == list(days)
    assert all(o.exclusive and o.period is None for o in found)
    assert [o.label.text() for o in found] == ["ngày 15/3/2026", "ngày 15/6/2026"]


@pytest.mark.parametrize("kind", ["as_prescribed", "on_event", "unset", "unrecognised", "relative"])
def test_a_deadline_without_a_date_is_one_occurrence_for_a_person_to_date(kind):
    (found,) = made(deadline(kind), issued_on=date(2026, 1, 5))
    assert found.due_on is None
    assert found.period is None


def test_a_counted_term_with_a_known_start_keeps_its_date():
    (found,) = made(deadline("relative", due_on=date(2026, 2, 27)))
    assert (found.due_on, found.due_from) == (date(2026, 2, 27), "text")


def test_a_continuous_duty_is_checked_every_quarter_by_policy():
    found = made(deadline("continuous"), issued_on=date(2026, 4, 1))
    assert codes(found) == ["2026-Q2", "2026-Q3", "2026-Q4"]
    assert {o.due_from for o in found} == {"policy"}
    half_yearly = occurrences(
        deadline("continuous"),
        year=2026,
        scheme=UNITS,
        issued_on=None,
        check_points=("half_year",),
    )
    assert codes(half_yearly) == ["2026-H1", "2026-H2"]


def test_two_deadlines_in_one_cell_are_owed_together():
    issue = deadline("date", due_on=date(2026, 3, 31), dates=(date(2026, 3, 31),))
    undated = deadline("on_event", raw="Khi có yêu cầu")
    found = made(deadline("parts", parts=(recurring("half_year", day=20), issue, undated)))
    assert dues(found) == [date(2026, 3, 31), date(2026, 6, 20), date(2026, 12, 20), None]


def test_parts_that_ask_for_the_same_day_or_for_none_are_owed_once():
    end_of_june = date(2026, 6, 30)
    window = deadline("window", starts_on=date(2026, 4, 1), due_on=end_of_june)
    same_day = deadline("date", due_on=end_of_june, dates=(end_of_june,))
    undated = (deadline("on_event"), deadline("as_prescribed"))
    found = made(deadline("parts", parts=(window, same_day, *undated)))
    assert dues(found) == [end_of_june, None]
    assert found[0].starts_on == date(2026, 4, 1)


def test_parts_that_close_together_are_one_obligation_and_the_written_day_wins():
    quarterly = recurring("quarter", day=10)
    yearly = recurring("year", day=5)
    found = made(deadline("parts", parts=(deadline("continuous"), quarterly, yearly)))
    assert [(o.period.code, o.due_on.day, o.due_from) for o in found] == [
        ("2026-Q1", 10, "text"),
        ("2026-Q2", 10, "text"),
        ("2026-Q3", 10, "text"),
        ("2026-Y", 5, "text"),
    ]


def test_two_days_written_for_one_period_are_both_owed():
    twice_a_year = deadline(
        "parts", parts=(recurring("year", day=10, month=12), recurring("year", day=10, month=7))
    )
    found = made(twice_a_year)
    assert dues(found) == [date(2026, 7, 10), date(2026, 12, 10)]
    assert [o.label.text() for o in found] == ["ngày 10/7/2026", "năm 2026"]
    assert dues(made(twice_a_year, issued_on=date(2026, 8, 1))) == [date(2026, 12, 10)]
    twice_a_month = deadline("parts", parts=(recurring("month", day=5), recurring("month", day=20)))
    assert dues(made(twice_a_month))[:3] == [
        date(2026, 1, 5),
        date(2026, 1, 20),
        date(2026, 2, 5),
    ]
    periods = [o.period for o in made(twice_a_month) if o.period]
    assert len(periods) == len(set(periods)) == 12


def test_a_yearly_day_in_june_does_not_swallow_the_report_of_december():
    found = made(
        deadline("parts", parts=(recurring("half_year"), recurring("year", day=10, month=6)))
    )
    assert [(o.period.code, o.due_on) for o in found] == [
        ("2026-Y", date(2026, 6, 10)),
        ("2026-H1", date(2026, 6, 15)),
        ("2026-H2", date(2026, 12, 15)),
    ]


def test_a_window_to_the_end_of_the_year_shows_when_the_figures_are_taken():
    year = deadline("window", starts_on=date(2026, 1, 1), due_on=date(2026, 12, 31))
    assert reporting_cut_off(year, UNITS) == date(2026, 12, 14)
    (occurrence,) = made(year)
    assert reporting_cut_off(occurrence, DEPARTMENT) == date(2026, 12, 14)
    assert reporting_cut_off(year, CALENDAR) is None


def test_other_deadlines_show_no_cut_off():
    to_november = deadline("window", starts_on=date(2026, 1, 1), due_on=date(2026, 11, 30))
    on_the_day = deadline("date", due_on=date(2026, 12, 31), dates=(date(2026, 12, 31),))
    for other in (to_november, on_the_day, deadline("continuous")):
        assert reporting_cut_off(other, UNITS) is None


def test_a_monthly_day_31_is_no_window_though_it_falls_on_31_december():
    december = made(recurring("month", day=31))[-1]
    assert december.due_on == date(2026, 12, 31)
    assert reporting_cut_off(december, UNITS) is None
