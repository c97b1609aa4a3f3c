"""What holds for every deadline text, not only for those of the corpus?"""

import json
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from services.plans.domain.deadlines import Deadline, parse_deadline
from services.plans.domain.deadlines.model import KINDS, PERIODS

CORPUS = Path(__file__).parents[1] / "data" / "deadlines"
PHRASES = [
    (phrase["raw"], phrase["year"])
    for file in sorted(CORPUS.glob("*.json"))
    for phrase in json.loads(file.read_text("utf-8"))
]
UNDERSTOOD = [
    (text, year)
    for text, year in PHRASES
    if parse_deadline(text, year=year).kind not in {"unrecognised", "unset"}
]
DATED = {"date", "window", "dates"}
JUNK = ["xyz", "nhé", "khoảng", "không", "chưa", "trừ", "~", "%", "?", "7777777", "Ω", "vân vân"]
WORDS = sorted({word for text, _ in PHRASES for word in text.split()})

phrases = st.sampled_from(PHRASES)
understood = st.sampled_from(UNDERSTOOD)
years = st.integers(1900, 2199)
word_salad = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
any_text = st.one_of(st.text(max_size=80), word_salad)


def meaning(deadline: Deadline) -> object:
    """A deadline without its words."""

    def bare(data: dict) -> dict:
        parts = data["parts"] and [bare(part) for part in data["parts"]]
        return data | {"raw": "", "parts": parts}

    return bare(deadline.as_json())


def same(one: str, other: str, *, year: int = 2025) -> bool:
    return meaning(parse_deadline(one, year=year)) == meaning(parse_deadline(other, year=year))


@given(text=any_text, year=years, issued_on=st.none() | st.dates())
@settings(max_examples=1500, deadline=None)
@example(text="\ud800", year=2025, issued_on=None)
@example(text="İ/ß ﬀ 30/6", year=2025, issued_on=None)
@example(text="31/12/2199", year=2199, issued_on=date.max)
@example(text="01 ngày kể từ ngày ban hành", year=2025, issued_on=date.max)
@example(text="09 tháng trước ngày ban hành", year=2025, issued_on=date.min)
def test_no_text_raises_and_every_answer_is_consistent(text, year, issued_on):
    deadline = parse_deadline(text, year=year, issued_on=issued_on)
    assert deadline.raw == text
    assert Deadline.from_json(deadline.as_json()) == deadline
    check(deadline)


def check(deadline: Deadline) -> None:
    """The rules of SPEC §4 that bind the fields of one object."""
    assert deadline.kind in KINDS
    assert (deadline.dates is not None) == (deadline.kind in {"date", "dates"})
    assert (deadline.starts_on is not None) == (deadline.kind == "window")
    assert (deadline.recurrence is not None) == (deadline.kind == "recurring")
    assert (deadline.relative is not None) == (deadline.kind == "relative")
    assert (deadline.parts is not None) == (deadline.kind == "parts")
    assert (deadline.confidence == 0) == (deadline.kind == "unrecognised")
    if deadline.kind in DATED:
        assert deadline.due_on is not None
    elif deadline.kind != "relative":
        assert deadline.due_on is None
    if deadline.dates is not None:
        assert list(deadline.dates) == sorted(set(deadline.dates))
        assert deadline.due_on == deadline.dates[-1]
        assert (len(deadline.dates) == 1) == (deadline.kind == "date")
    if deadline.starts_on is not None and deadline.due_on is not None:
        assert deadline.starts_on < deadline.due_on
    if deadline.recurrence is not None:
        every = deadline.recurrence.every
        assert every
        assert len(set(every)) == len(every)
        assert set(every) <= set(PERIODS)
    if deadline.parts is not None:
        assert len(deadline.parts) > 1
        for part in deadline.parts:
            assert part.kind not in {"parts", "unrecognised", "unset"}
            assert part.raw in unicodedata.normalize("NFC", deadline.raw)
            check(part)


@given(text=st.text(max_size=60))
@settings(max_examples=300)
def test_unset_is_what_has_neither_letter_nor_digit(text):
    has_content = any(character.isalnum() for character in text)
    assert (parse_deadline(text, year=2025).kind == "unset") == (not has_content)


@given(phrase=phrases, form=st.sampled_from(["NFC", "NFD"]))
def test_composed_and_decomposed_letters_mean_the_same(phrase, form):
    text, year = phrase
    assert same(text, unicodedata.normalize(form, text), year=year)


@given(phrase=phrases, change=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_upper_and_lower_case_mean_the_same(phrase, change):
    text, year = phrase
    assert same(text, change(text), year=year)


@given(phrase=phrases)
@pytest.mark.parametrize(
    ("one", "other"),
    [("hằng", "hàng"), ("quý", "quí"), ("kỳ", "kì"), ("Hằng", "Hàng"), ("Quý", "Quí")],
)
def test_either_spelling_means_the_same(one, other, phrase):
    text, year = (unicodedata.normalize("NFC", phrase[0]), phrase[1])
    assert same(text.replace(one, other), text.replace(other, one), year=year)


@given(phrase=phrases, space=st.sampled_from(["  ", "\u00a0", "\t", " \u200b"]))
def test_any_white_space_is_a_space(phrase, space):
    text, year = phrase
    assert same(text, text.replace(" ", space), year=year)


@given(phrase=understood, junk=st.sampled_from(JUNK), data=st.data())
@settings(max_examples=600)
def test_one_word_that_is_not_understood_makes_the_whole_phrase_unrecognised(phrase, junk, data):
    text, year = phrase
    words = text.split()
    place = data.draw(st.integers(0, len(words)))
    spoilt = " ".join([*words[:place], junk, *words[place:]])
    assume("(" not in junk)
    assert parse_deadline(spoilt, year=year).kind == "unrecognised"


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), plan_year=years)
@settings(max_examples=300)
@pytest.mark.parametrize(
    "form",
    [
        "{0.day}/{0.month}/{0.year}",
        "{0.day:02d}/{0.month:02d}/{0.year}",
        "{0.day}-{0.month}-{0.year}",
        "{0.day} – {0.month} – {0.year}",
        "{0.day}.{0.month}.{0.year}",
        "{0.year}-{0.month:02d}-{0.day:02d}",
        "ngày {0.day} tháng {0.month} năm {0.year}",
        "Chậm nhất ngày {0.day:02d} tháng {0.month:02d}/{0.year}",
    ],
)
def test_a_full_date_is_read_back_whatever_the_plan_year(form, day, plan_year):
    deadline = parse_deadline(form.format(day), year=plan_year)
    assert (deadline.kind, deadline.due_on) == ("date", day)


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
@pytest.mark.parametrize("sign", ["/", "-", "."])
def test_a_date_with_two_digits_of_the_year_or_none_is_read_back(sign, day):
    short = f"Trước ngày {day.day}{sign}{day.month}{sign}{day.year % 100:02d}"
    without = f"Trước ngày {day.day}{sign}{day.month}"
    for text in (short, without):
        deadline = parse_deadline(text, year=day.year)
        assert (deadline.due_on, deadline.exclusive) == (day, True)


@given(day=st.integers(0, 99), month=st.integers(0, 99), year=st.integers(2000, 2100))
@settings(max_examples=400)
def test_a_day_the_calendar_lacks_is_never_given_a_date(day, month, year):
    try:
        expected = date(year, month, day)
    except ValueError:
        expected = None
    assert parse_deadline(f"Trước ngày {day}/{month}/{year}", year=2025).due_on == expected


@given(months=st.sets(st.integers(1, 12), min_size=1), year=st.integers(2000, 2100))
def test_months_are_one_window_if_they_are_consecutive_and_dates_if_not(months, year):
    listed = sorted(months)
    deadline = parse_deadline(f"Tháng {', '.join(map(str, listed))}/{year}", year=1999)
    starts = [date(year, month, 1) for month in listed]
    ends = [date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in listed]
    if listed[-1] - listed[0] == len(listed) - 1:
        assert deadline.kind == "window"
        assert (deadline.starts_on, deadline.due_on) == (starts[0], ends[-1])
    else:
        assert deadline.kind == "dates"
        assert deadline.dates == tuple(ends)


@given(first=st.integers(1, 12), last=st.integers(1, 12))
def test_a_span_of_months_without_years_never_runs_backwards(first, last):
    deadline = parse_deadline(f"Từ tháng {first} đến tháng {last}", year=2025)
    assert (deadline.kind == "window") == (first <= last)
    assert (deadline.kind == "unrecognised") == (first > last)


@given(every=st.lists(st.sampled_from(PERIODS[1:]), min_size=1, unique=True))
def test_the_periods_of_a_recurrence_are_those_written_in_their_order(every):
    names = {
        "week": "tuần",
        "month": "tháng",
        "quarter": "quý",
        "half_year": "6 tháng",
        "nine_months": "9 tháng",
        "year": "năm",
    }
    text = "Báo cáo định kỳ " + ", ".join(names[period] for period in every)
    recurrence = parse_deadline(text, year=2025).recurrence
    assert recurrence is not None
    assert recurrence.every == tuple(every)
