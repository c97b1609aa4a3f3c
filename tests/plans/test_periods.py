"""Do the delivered schemes unfold into the periods of the decree, the ministry and the calendar?"""

import itertools
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.periods import PERIOD_KINDS, load_schemes, scheme_from_data

DATA = tomllib.loads(
    files("services.plans").joinpath("reference_data", "period_schemes.toml").read_text("utf-8")
)
SCHEMES = st.sampled_from(sorted(load_schemes()))
YEARS = st.integers(2020, 2040)
PERIODS_OF_KIND = {"month": 12, "quarter": 4, "half_year": 2, "nine_months": 1, "year": 1}


def by_code(scheme, year):
    return {period.code: period for period in load_schemes()[scheme].periods(year)}


def edited(scheme, **changes):
    """The delivered data of one scheme, with the row `code` changed."""
    data = next(entry for entry in DATA["schemes"] if entry["code"] == scheme)
    rows = [row | changes if row["code"] == changes["code"] else row for row in data["rows"]]
    return data | {"rows": rows}


@given(SCHEMES, YEARS)
def test_codes_are_unique_and_every_kind_is_complete(scheme, year):
    periods = load_schemes()[scheme].periods(year)
    assert len({period.code for period in periods}) == len(periods)
    assert all(period.code.startswith(f"{year}-") for period in periods)
    kinds = [period.kind for period in periods]
    assert {kind: kinds.count(kind) for kind in PERIOD_KINDS} == PERIODS_OF_KIND


@given(SCHEMES, YEARS, st.sampled_from(["month", "quarter", "half_year", "year"]))
def test_periods_of_a_kind_follow_each_other_without_gap_across_years(scheme, year, kind):
    periods = [
        period
        for each in (year, year + 1)
        for period in load_schemes()[scheme].periods(each)
        if period.kind == kind
    ]
    for earlier, later in itertools.pairwise(periods):
        assert later.starts_on == earlier.ends_on + timedelta(days=1)


@given(SCHEMES, YEARS)
def test_longer_periods_are_made_of_whole_months_and_due_with_their_last_month(scheme, year):
    periods = load_schemes()[scheme].periods(year)
    months = {p.starts_on: p for p in periods if p.kind == "month"}
    closing = {p.ends_on: p for p in periods if p.kind == "month"}
    for period in periods:
        assert period.starts_on in months
        last = closing[period.ends_on]
        assert (period.due_on, period.due_exclusive) == (last.due_on, last.due_exclusive)


@given(SCHEMES, YEARS)
def test_nothing_is_due_before_its_data_end_and_each_period_cites_a_document(scheme, year):
    for period in load_schemes()[scheme].periods(year):
        assert period.starts_on < period.ends_on <= period.due_on
        assert period.document
        assert period.scheme == scheme


@pytest.mark.parametrize(
    ("code", "starts_on", "ends_on"),
    [
        ("2026-M01", date(2025, 12, 15), date(2026, 1, 14)),
        ("2026-M11", date(2026, 10, 15), date(2026, 11, 14)),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("2026-Q2", date(2026, 3, 15), date(2026, 6, 14)),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
        ("2026-Q3", date(2026, 6, 15), date(2026, 9, 14)),
        ("2026-H2", date(2026, 6, 15), date(2026, 12, 14)),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14)),
        ("2026-Y", date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_reform_reports_cover_the_administrative_periods_of_the_decree(code, starts_on, ends_on):
    for scheme in ("cchc-don-vi", "cchc-tinh"):
        period = by_code(scheme, 2026)[code]
        assert (period.starts_on, period.ends_on) == (starts_on, ends_on)


@pytest.mark.parametrize(("code", "month"), [("Q1", 3), ("H1", 6), ("Q3", 9), ("Y", 12)])
def test_units_report_before_day_15_so_that_the_department_reports_by_day_20(code, month):
    unit = by_code("cchc-don-vi", 2026)[f"2026-{code}"]
    department = by_code("cchc-tinh", 2026)[f"2026-{code}"]
    assert (unit.due_on, unit.due_exclusive) == (date(2026, month, 15), True)
    assert (department.due_on, department.due_exclusive) == (date(2026, month, 20), False)
    assert department.document == "Công văn 581/BNV-CCHC"
    assert "09/2019/NĐ-CP" in unit.document


def test_calendar_periods_end_on_the_last_day_of_the_month_in_leap_years_too():
    assert by_code("calendar", 2028)["2028-M02"].ends_on == date(2028, 2, 29)
    assert by_code("calendar", 2026)["2026-M02"].ends_on == date(2026, 2, 28)
    quarter = by_code("calendar", 2026)["2026-Q4"]
    assert (quarter.starts_on, quarter.ends_on) == (date(2026, 10, 1), date(2026, 12, 31))
    assert (quarter.due_on, quarter.due_exclusive) == (date(2026, 12, 31), False)


def test_periods_come_by_cut_off_and_shortest_first_where_they_close_together():
    codes = [period.code for period in load_schemes()["cchc-tinh"].periods(2026)]
    assert codes[:4] == ["2026-M01", "2026-M02", "2026-M03", "2026-Q1"]
    assert codes[-4:] == ["2026-M12", "2026-Q4", "2026-H2", "2026-Y"]


def test_labels_are_read_in_vietnamese_unless_english_is_asked_for():
    label = by_code("cchc-tinh", 2026)["2026-Q1"].label
    assert label.text() == label.text("fr") == "quý I năm 2026"
    assert label.text("en") == "quarter I of 2026"


def test_delivered_schemes_cannot_be_changed_by_a_caller():
    schemes = load_schemes()
    with pytest.raises(TypeError):
        schemes["calendar"] = replace(schemes["calendar"], code="mine")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"code": "Q1", "due": "y/13/20"}, "not a day of the year"),
        ({"code": "Q1", "due": "20/03"}, "not a day of the year"),
        ({"code": "M02", "ends": "y/02/31"}, "not a day of the year"),
        ({"code": "Q1", "due": "y/03/13"}, "not in this order"),
        ({"code": "Q2", "starts": "y/09/15"}, "not in this order"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_by_name(changes, complaint):
    with pytest.raises(ValueError, match=f"cchc-tinh {changes['code']}.*{complaint}"):
        scheme_from_data(edited("cchc-tinh", **changes), kinds=DATA["periods"])


def test_a_scheme_needs_each_period_exactly_once():
    data = edited("calendar", code="Q1")
    without_year = data | {"rows": [row for row in data["rows"] if row["code"] != "Y"]}
    twice = data | {"rows": [*data["rows"], data["rows"][0]]}
    unknown = data | {"rows": [*data["rows"], data["rows"][0] | {"code": "Q5"}]}
    for broken in (without_year, twice, unknown):
        with pytest.raises(ValueError, match="calendar"):
            scheme_from_data(broken, kinds=DATA["periods"])
    assert scheme_from_data(data, kinds=DATA["periods"]) == load_schemes()["calendar"]


def test_a_province_may_add_a_scheme_whose_reports_are_due_in_the_next_year():
    late = edited("calendar", code="Y", due="y+1/01/15")
    scheme = scheme_from_data(late, kinds=DATA["periods"])
    year = next(period for period in scheme.periods(2026) if period.kind == "year")
    assert year.due_on == date(2027, 1, 15)
