"""Does every written deadline of the corpus mean what a careful officer says it means?

`tests/data/deadlines/*.json` was written by hand: the phrases of the three source documents
(sources.json), every example of SPEC §4, and wordings as plans have them, marked "invented".
"""

import json
from datetime import date
from pathlib import Path

import pytest

from services.plans.domain.deadlines import Deadline, is_written_as_day, parse_deadline
from services.plans.domain.deadlines.model import KINDS
from shared.working_calendar import CalendarDay, DayKind, WorkingCalendar

CORPUS = Path(__file__).parents[1] / "data" / "deadlines"
SOURCES = CORPUS.parent / "sources"
PHRASES = [
    (file.stem, phrase)
    for file in sorted(CORPUS.glob("*.json"))
    for phrase in json.loads(file.read_text("utf-8"))
]
KEYS = [
    "raw",
    "kind",
    "starts_on",
    "due_on",
    "dates",
    "exclusive",
    "recurrence",
    "relative",
    "parts",
    "confidence",
]


def read(phrase: dict) -> Deadline:
    issued_on = phrase.get("issued_on")
    return parse_deadline(
        phrase["raw"],
        year=phrase["year"],
        issued_on=date.fromisoformat(issued_on) if issued_on else None,
    )


@pytest.mark.parametrize("phrase", [p for _, p in PHRASES], ids=[p["raw"] for _, p in PHRASES])
def test_a_written_deadline_is_read_as_the_corpus_says(phrase):
    assert read(phrase).as_json() == phrase["expected"]


def test_the_corpus_is_large_and_covers_every_kind():
    kinds = {phrase["expected"]["kind"] for _, phrase in PHRASES}
    assert kinds == set(KINDS)
    assert len(PHRASES) >= 600
    assert len({(p["raw"], p["year"], p.get("issued_on")) for _, p in PHRASES}) == len(PHRASES)


def test_every_phrase_names_its_document_or_is_marked_invented():
    documents = {path.stem: words(path.read_text("utf-8")) for path in SOURCES.glob("*.txt")}
    assert {p["source"] for _, p in PHRASES} == {*documents, "SPEC §4", "invented"}
    printed = [p for _, p in PHRASES if p["source"] in documents]
    assert len(printed) >= 12
    for phrase in printed:
        assert words(phrase["raw"]) in documents[phrase["source"]]


def words(text):
    return " ".join(text.split())


def test_each_file_of_the_corpus_holds_its_own_kind():
    single = {name for name, _ in PHRASES} - {"sources", "undated"}
    assert single <= set(KINDS)
    assert all(phrase["expected"]["kind"] == name for name, phrase in PHRASES if name in single)


def test_the_json_object_has_exactly_the_keys_of_the_specification_in_order():
    assert list(parse_deadline("Quý IV", year=2025).as_json()) == KEYS


def test_a_deadline_comes_back_whole_from_its_json():
    deadlines = [read(phrase) for _, phrase in PHRASES]
    through_json = [json.loads(json.dumps(deadline.as_json())) for deadline in deadlines]
    assert [Deadline.from_json(data) for data in through_json] == deadlines


class TestTermsCountedFromTheIssue:
    """Bộ luật Dân sự 2015, Điều 147–148; days off come from the calendar that is passed in."""

    TEXT = "Trong {} kể từ ngày ban hành"
    # 30/4 and 01/5 are holidays, 02/5 was swapped for Saturday 26/4 in 2025
    CALENDAR = WorkingCalendar(
        [
            CalendarDay(date(2025, 4, 26), DayKind.MAKEUP_WORKING),
            CalendarDay(date(2025, 4, 30), DayKind.HOLIDAY),
            CalendarDay(date(2025, 5, 1), DayKind.HOLIDAY),
            CalendarDay(date(2025, 5, 2), DayKind.SWAPPED_OFF),
        ]
    )

    @pytest.mark.parametrize(
        ("term", "due_on"),
        [
            ("01 ngày làm việc", date(2025, 4, 26)),
            ("05 ngày làm việc", date(2025, 5, 6)),
            ("05 ngày", date(2025, 5, 5)),
            ("01 ngày", date(2025, 4, 26)),
            ("02 ngày", date(2025, 4, 28)),
            ("01 tuần", date(2025, 5, 5)),
        ],
    )
    def test_days_off_and_make_up_days_are_those_of_the_calendar(self, term, due_on):
        deadline = parse_deadline(
            self.TEXT.format(term),
            year=2025,
            issued_on=date(2025, 4, 25),
            add_working_days=self.CALENDAR.add_working_days,
        )
        assert deadline.due_on == due_on

    def test_without_a_calendar_the_week_is_monday_to_friday(self):
        deadline = parse_deadline(
            self.TEXT.format("05 ngày làm việc"), year=2025, issued_on=date(2025, 4, 25)
        )
        assert deadline.due_on == date(2025, 5, 2)

    def test_a_term_before_the_issue_moves_to_the_earlier_working_day(self):
        deadline = parse_deadline(
            "06 ngày trước ngày ban hành", year=2025, issued_on=date(2025, 4, 25)
        )
        assert deadline.due_on == date(2025, 4, 18)
        weekend = parse_deadline(
            "05 ngày trước ngày ban hành", year=2025, issued_on=date(2025, 4, 25)
        )
        assert weekend.due_on == date(2025, 4, 18)

    def test_a_term_from_an_event_has_no_date_even_when_the_issue_is_known(self):
        deadline = parse_deadline(
            "05 ngày kể từ ngày nhận văn bản", year=2025, issued_on=date(2025, 4, 25)
        )
        assert deadline.due_on is None
        assert deadline.relative is not None
        assert deadline.relative.anchor == "event"

    def test_a_term_beyond_the_calendar_is_unrecognised(self):
        deadline = parse_deadline(
            "9999 năm kể từ ngày ban hành", year=2025, issued_on=date(2025, 4, 25)
        )
        assert deadline.kind == "unrecognised"

    def test_a_written_date_on_a_day_off_is_not_moved(self):
        deadline = parse_deadline(
            "Trước ngày 26/4/2025", year=2025, add_working_days=self.CALENDAR.add_working_days
        )
        assert deadline.due_on == date(2025, 4, 26)


class TestBeforeADayAndBeforeAPeriod:
    """A due date *before* a period is late on its first day (SPEC §3, `on_time_until`)."""

    @pytest.mark.parametrize(
        "text",
        ["Trước ngày 01/10/2025", "Trước 30/6", "Trước ngày 15/6 và 15/12", "Hằng tháng", "Quý IV"],
    )
    def test_a_written_day_is_a_day(self, text):
        assert is_written_as_day(parse_deadline(text, year=2025))

    @pytest.mark.parametrize(
        "text",
        ["Trước tháng 10/2025", "Trước quý IV", "Trước năm 2026", "Từ 15/3 đến trước tháng 6"],
    )
    def test_a_written_period_is_not(self, text):
        deadline = parse_deadline(text, year=2025)
        assert deadline.exclusive
        assert not is_written_as_day(deadline)

    def test_a_part_of_two_deadlines_is_told_apart_by_its_own_words(self):
        parts = parse_deadline("Trước tháng 6; trước ngày 01/10", year=2025).parts
        assert parts is not None
        assert [is_written_as_day(part) for part in parts] == [False, True]


def test_the_year_of_the_plan_fills_in_for_a_missing_one():
    assert parse_deadline("30/6", year=2031).due_on == date(2031, 6, 30)
    assert parse_deadline("Quý IV", year=2031).due_on == date(2031, 12, 31)
    assert parse_deadline("29/02", year=2028).due_on == date(2028, 2, 29)
    assert parse_deadline("29/02", year=2027).kind == "unrecognised"


def test_the_raw_words_are_kept_to_the_letter():
    for text in ("  Trước  ngày 30/6 ", "Tru\u031bo\u031b\u0301c 30/6", "…", "xyz\n"):
        assert parse_deadline(text, year=2025).raw == text


def test_a_text_longer_than_a_cell_is_not_searched_for_a_date():
    assert parse_deadline("Trước ngày 30/6/2025" + " " * 600, year=2025).kind == "unrecognised"
    assert parse_deadline("-" * 10_000, year=2025).kind == "unset"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "repeated",
    [
        "15/3; ",
        "hằng quý, ",
        "theo quy định và ",
        "tháng 6 - ",
        "1-",
        "((",
        "sau khi có văn bản, ",
        "10 ngày ",
        "trước ",
        "báo cáo ",
        "quý I, ",
        "của ",
        "từ đến ",
        "hằng tháng ngày 15 ",
        "khi có nghị định, ",
        "năm ",
        "1" * 50,
    ],
)
def test_no_repetition_makes_the_parser_slow(repeated):
    for length in (500, 10_000):
        for _ in range(20):
            parse_deadline((repeated * 10_000)[:length], year=2025)
