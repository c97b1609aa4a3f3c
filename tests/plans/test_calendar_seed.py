"""Is the delivered calendar the published one, complete, cited, and what its script writes?"""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from services.plans.domain.calendar_seed import load_calendar_seed
from services.plans.reference_data import seed_calendar
from shared.working_calendar import DayKind, is_weekend

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "cases" / "calendar_vn_2024_2026.json").read_text("utf-8")
)
SEED = load_calendar_seed()
PROVISIONAL = {entry["date"] for entry in CASES["provisional"] if "date" in entry}


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_weekdays_off_are_the_published_ones_of_the_same_kind(year):
    published = {day["date"]: day["kind"] for day in CASES["off"][year]}
    seeded = {
        row.date.isoformat(): row.kind.value
        for row in SEED
        if row.date.year == int(year) and not is_weekend(row.date)
    }
    assert seeded == published | {day: "holiday" for day in PROVISIONAL if day.startswith(year)}


def test_the_make_up_days_are_the_published_saturdays():
    worked = [row.date for row in SEED if row.kind is DayKind.MAKEUP_WORKING]
    assert [day.isoformat() for day in worked] == CASES["makeup_working"]
    assert all(is_weekend(day) for day in worked)


def test_what_was_not_announced_is_provisional_and_nothing_else():
    provisional = {row.date.isoformat() for row in SEED if row.provisional}
    all_of_2027 = {row.date.isoformat() for row in SEED if row.date.year == 2027}
    assert provisional == PROVISIONAL | all_of_2027


def test_every_day_has_a_name_and_cites_its_document_once():
    assert all(row.name and row.document for row in SEED)
    assert [row.date for row in SEED] == sorted({row.date for row in SEED})


def test_every_swapped_day_is_made_up_and_cites_the_same_document():
    swapped = Counter(row.document for row in SEED if row.kind is DayKind.SWAPPED_OFF)
    made_up = Counter(row.document for row in SEED if row.kind is DayKind.MAKEUP_WORKING)
    assert swapped == made_up
    assert sum(swapped.values()) == 4


@pytest.mark.parametrize(
    ("year", "tet"),
    [
        (2024, date(2024, 2, 10)),
        (2025, date(2025, 1, 29)),
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
    ],
)
def test_five_working_weekdays_are_off_around_the_first_day_of_the_lunar_year(year, tet):
    days = [r.date for r in SEED if r.name == "Tết Nguyên đán" and r.date.year == year]
    assert tet in days
    assert sum(not is_weekend(day) for day in days) == 5
    assert (days[-1] - days[0]).days == len(days) - 1


def test_the_file_is_what_the_script_writes():
    written = seed_calendar.CALENDAR_FILE.read_text("utf-8")
    assert written == seed_calendar.as_json(seed_calendar.calendar_days())
    assert tuple(seed_calendar.calendar_days()) == SEED


def test_a_swap_without_a_cited_document_stops_the_script():
    uncited = {off: swap for off, swap in seed_calendar.SWAPS.items() if off.year != 2025}
    with pytest.raises(ValueError, match="2025-05-02 with 2025-04-26"):
        seed_calendar.calendar_days(uncited)
