"""Is what people read right for every stage, role and language?"""

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest

from services.notifications.domain.recipients import Recipient
from services.notifications.storage.tables import ObligationCopy
from services.notifications.use_cases.compose_message import Occasion, Words, compose, link_to

LAST_DAY = date(2026, 12, 24)
PERSON = UUID(int=7)


def write(
    days_left: int,
    *,
    role: str = "officer",
    found_by: str = "assigned",
    language: str = "vi",
    name: str = "Nguyễn Thị Lan",
    **changes: str,
) -> Words:
    values = {
        "title": "Rà soát thủ tục",
        "kind": "task",
        "due_text": "Trước ngày 24/12/2026",
        "source": "plans/1205/KH-SVHTT",
        "subject_url": "/plans/v1/obligations/1",
        "unit_code": "VP",
    } | changes
    occasion = Occasion(
        obligation=ObligationCopy(**values),
        unit_name="Văn phòng Sở",
        last_day=LAST_DAY,
        days_left=days_left,
        working_days_left=max(0, days_left - 2),
        public_url="https://cchc.tinh.gov.vn/",
    )
    return compose(occasion, Recipient(PERSON, found_by), role=role, name=name, language=language)


@pytest.mark.parametrize(
    ("days_left", "subject"),
    [
        (7, "Nhắc việc: còn 7 ngày (hạn 24/12/2026) – Rà soát thủ tục"),
        (0, "Nhắc việc: hôm nay là hạn cuối (24/12/2026) – Rà soát thủ tục"),
        (-5, "Quá hạn 5 ngày (hạn 24/12/2026) – Rà soát thủ tục"),
    ],
)
def test_the_subject_says_how_much_time_is_left(days_left: int, subject: str) -> None:
    assert write(days_left).subject == subject


@pytest.mark.parametrize(
    ("role", "found_by", "reason"),
    [
        ("officer", "assigned", "vì được giao thực hiện"),
        ("officer", "unit_officers", "đơn vị chưa phân công người thực hiện"),
        ("officer", "unit_head", "là lãnh đạo Văn phòng Sở; đơn vị chưa phân công"),
        ("head", "unit_head", "là lãnh đạo Văn phòng Sở."),
        ("head", "unit_deputies", "là lãnh đạo Văn phòng Sở."),
    ],
)
def test_the_letter_says_why_its_reader_gets_it(role: str, found_by: str, reason: str) -> None:
    assert reason in write(-1, role=role, found_by=found_by).text


@pytest.mark.parametrize(
    ("days_left", "role", "found_by", "language"),
    list(
        product(
            (30, 1, 0, -1, -40),
            ("officer", "head"),
            ("assigned", "unit_officers", "unit_head", "unit_deputies"),
            ("vi", "en"),
        )
    ),
)
def test_every_letter_is_whole(days_left: int, role: str, found_by: str, language: str) -> None:
    words = write(days_left, role=role, found_by=found_by, language=language)
    for part in (words.text, words.html):
        assert "Rà soát thủ tục" in part
        assert "https://cchc.tinh.gov.vn/plans/v1/obligations/1" in part
        assert "1205/KH-SVHTT" in part
        assert "{" not in part.replace("{ ", "")
        assert "None" not in part
    assert "\n\n\n" not in words.text
    assert words.text.startswith("Kính gửi: Ông (Bà) Nguyễn" if language == "vi" else "Dear ")
    assert "\n" not in words.subject


def test_somebody_without_a_name_is_addressed_politely() -> None:
    assert write(1, name="").text.startswith("Kính gửi: Ông (Bà) phụ trách công việc,")


def test_what_was_typed_into_a_plan_is_shown_and_never_run() -> None:
    title = "<script>alert(1)</script> {{ 7*7 }} & =?utf-8?q?x?=\r\nBcc: a@b.example"
    words = write(7, title=title, due_text="<b>{{ kind }}</b>")
    assert "<script>" not in words.html
    assert "&lt;script&gt;" in words.html
    assert "{{ 7*7 }}" in words.text
    assert "49" not in words.text
    assert "\n" not in words.subject
    assert "=?" not in words.subject


def test_a_long_title_is_cut_in_the_subject_and_whole_in_the_letter() -> None:
    title = "Rà soát, đơn giản hóa thủ tục hành chính " * 20
    words = write(7, title=title)
    assert len(words.subject) <= 150
    assert words.subject.endswith("…")
    assert title.strip() in words.text


@pytest.mark.parametrize(
    ("subject_url", "link"),
    [
        ("/plans/v1/obligations/1", "https://x.gov.vn/plans/v1/obligations/1"),
        ("https://other.gov.vn/a", "https://other.gov.vn/a"),
        ("//evil.example/a", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_links_lead_to_web_pages_only(subject_url: str, link: str) -> None:
    assert link_to("https://x.gov.vn/", subject_url) == link


def test_reports_are_called_reports_and_what_has_no_name_is_work() -> None:
    assert "báo cáo dưới đây" in write(7, kind="report").text
    assert "công việc dưới đây" in write(7, kind="something_new").text


def test_working_days_are_named_only_where_they_differ() -> None:
    assert "còn 7 ngày (5 ngày làm việc)" in write(7).text
    occasion_day = LAST_DAY - timedelta(days=1)
    assert occasion_day.isoformat() not in write(1).text
