"""Do the words of a deadline carried over to a later year mean the same in that year?"""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.deadlines import Deadline, parse_deadline, render_deadline

CORPUS = Path(__file__).parents[1] / "data" / "deadlines"
PHRASES = [
    (phrase["raw"], phrase["year"])
    for file in sorted(CORPUS.glob("*.json"))
    for phrase in json.loads(file.read_text("utf-8"))
]
# After 28 years every day, leap days too, returns (until 2100): dates shift exactly.
CYCLE = 28

# Each is the same deadline in any year y of the plan.
TEMPLATES = [
    "Trước ngày 30/6/{y}",
    "30-06-{short:02d}",
    "Chậm nhất ngày 15 tháng 11 năm {y}",
    "{y}-11-30",
    "Trước tháng 10/{y}",
    "Tháng 2/{y}",
    "Tháng 6-{short:02d}",
    "Quý II, III/{y}",
    "Năm {y}",
    "6 tháng cuối năm {y}",
    "Quý IV/{before} và quý I/{y}",
    "Từ tháng 11/{y} đến tháng 2/{after}",
    "Từ tháng 11 đến tháng 2/{after}",
    "Giai đoạn {y}–{in_five}",
    "15/3; 15/6; 15/9; 15/12/{y}",
    "30/11 và 15/01/{after}",
    "Đợt 1: 15/3/{y}; đợt 2: 15/9/{y}",
    "Hoàn thành dự thảo trước 15/3/{y}, ban hành trước 30/4/{y}",
    "Thường xuyên trong năm {y}",
    "Hằng tháng, năm {y}",
    "Hằng quý; hoàn thành trước 15/12/{y}",
    "Báo cáo năm {y} trước ngày 15/12/{y}",
    "Trước ngày 30/6/{y} theo Kế hoạch số 12/KH-UBND ngày 3/2/2020",
    "Trước ngày 30/6",
    "Quý IV",
    "Định kỳ hằng quý, 6 tháng, năm (trước ngày 15 của tháng cuối kỳ báo cáo)",
    "Trong 10 ngày kể từ ngày ban hành",
    "Theo Kế hoạch CCHC năm 2025 của tỉnh",
]


def write(template: str, y: int) -> str:
    return template.format(y=y, before=y - 1, after=y + 1, in_five=y + 5, short=y % 100)


@given(year=st.integers(2014, 2060), shift=st.integers(-12, 30))
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_words_are_those_one_would_write_for_the_later_year(template, year, shift):
    if year + shift <= 2013:
        shift = -shift
    deadline = parse_deadline(write(template, year), year=year)
    assert deadline.kind != "unrecognised"
    assert render_deadline(deadline, shift_years=shift) == write(template, year + shift)


@pytest.mark.parametrize(("text", "year"), PHRASES, ids=[text for text, _ in PHRASES])
def test_a_deadline_carried_over_is_the_same_deadline_later(text, year):
    deadline = parse_deadline(text, year=year)
    carried = render_deadline(deadline, shift_years=CYCLE)
    again = parse_deadline(carried, year=year + CYCLE)
    assert without_words(again) == without_words(later(deadline))


def test_a_deadline_carried_over_by_no_year_stays_as_written():
    carried = [
        render_deadline(parse_deadline(text, year=year), shift_years=0) for text, year in PHRASES
    ]
    assert carried == [text for text, _ in PHRASES]


def later(deadline: Deadline) -> Deadline:
    def shifted(day: date | None) -> date | None:
        return day and day.replace(year=day.year + CYCLE)

    return replace(
        deadline,
        starts_on=shifted(deadline.starts_on),
        due_on=shifted(deadline.due_on),
        dates=deadline.dates
        and tuple(day.replace(year=day.year + CYCLE) for day in deadline.dates),
        parts=deadline.parts and tuple(later(part) for part in deadline.parts),
    )


def without_words(deadline: Deadline) -> Deadline:
    parts = deadline.parts and tuple(without_words(part) for part in deadline.parts)
    return replace(deadline, raw="", parts=parts)


@pytest.mark.parametrize(
    ("text", "year", "shift", "carried"),
    [
        ("Trước ngày 29/02/2024", 2024, 1, "Trước ngày 28/02/2025"),
        ("29/02/2024", 2024, 4, "29/02/2028"),
        ("29/02", 2024, 1, "28/02"),
        ("29/02", 2024, 4, "29/02"),
        ("Từ 29/02 đến 15/6/2024", 2024, 1, "Từ 28/02 đến 15/6/2025"),
        ("15, 29/02/2024", 2024, 2, "15, 28/02/2026"),
        ("29/02 hằng năm", 2024, 1, "29/02 hằng năm"),
        ("Tháng 2/2024", 2024, 1, "Tháng 2/2025"),
        ("30/6/99", 2099, 2, "30/6/2101"),
        ("Tháng 6-13", 2013, -3, "Tháng 6-2010"),
    ],
)
def test_days_and_years_that_do_not_carry_over_as_they_are(text, year, shift, carried):
    deadline = parse_deadline(text, year=year)
    assert render_deadline(deadline, shift_years=shift) == carried
    again = parse_deadline(carried, year=year + shift)
    assert again.kind == deadline.kind
    assert again.due_on is None or again.due_on.year == year + shift


def test_letters_may_be_decomposed():
    deadline = parse_deadline("Tru\u031bo\u031b\u0301c nga\u0300y 30/6/2023", year=2023)
    assert render_deadline(deadline, shift_years=3) == "Trước ngày 30/6/2026"


def test_what_was_not_understood_stays_as_written():
    assert render_deadline(parse_deadline("Năm học 2024-2025", year=2025), shift_years=1) == (
        "Năm học 2024-2025"
    )


def test_a_deadline_whose_dates_were_corrected_by_hand_keeps_carrying_its_words():
    corrected = replace(parse_deadline("Quý IV/2023", year=2023), due_on=date(2024, 1, 15))
    assert render_deadline(corrected, shift_years=3) == "Quý IV/2026"


def test_a_year_the_grammar_could_not_read_again_is_refused():
    deadline = parse_deadline("Trước ngày 30/6/2023", year=2023)
    with pytest.raises(ValueError, match="2323"):
        render_deadline(deadline, shift_years=300)
