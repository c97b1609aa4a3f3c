"""What does a mail look like on the wire?"""

import email
import email.policy
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.addresses import is_address, is_reserved
from services.notifications.domain.wording import long_date, one_line, short_date, shortened
from services.notifications.gateways.mail import Mail, UnsafeHeader, to_bytes

MAIL = Mail(
    message_id=UUID("018f6b1e-6c1a-7000-8000-000000000001"),
    sender="CCHC Sở Văn hóa <khong-tra-loi@cchc.invalid>",
    to_address="lan@svhtt.example",
    to_name="Nguyễn Thị Lan",
    subject="Nhắc việc: còn 7 ngày (hạn 24/12/2026) – Rà soát, đơn giản hóa thủ tục hành chính",
    text="Kính gửi: Ông (Bà) Nguyễn Thị Lan,\n.\nHạn: thứ Năm.\n",
    html="<p>Kính gửi</p>\n",
    language="vi",
    at=datetime.fromisoformat("2026-12-17T01:00:05+00:00"),
)


def read(content: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def test_a_mail_reads_back_as_it_was_written() -> None:
    mail = read(to_bytes(MAIL))
    assert str(mail["Subject"]) == MAIL.subject
    assert str(mail["To"]) == "Nguyễn Thị Lan <lan@svhtt.example>"
    assert str(mail["From"]) == MAIL.sender
    assert str(mail["Message-ID"]) == f"<{MAIL.message_id}@cchc.invalid>"
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["Date"]) == "Thu, 17 Dec 2026 08:00:05 +0700"
    for kind, words in (("plain", MAIL.text), ("html", MAIL.html)):
        assert mail.get_body((kind,)).get_content().replace("\r\n", "\n") == words


def test_a_mail_has_crlf_line_ends_short_lines_and_ascii_only() -> None:
    content = to_bytes(MAIL)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 100


def test_every_try_is_the_same_mail_to_the_byte() -> None:
    assert to_bytes(MAIL) == to_bytes(replace(MAIL))


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Nhắc\r\nBcc: x@y.example"},
        {"subject": "Nhắc\n"},
        {"subject": "=?UTF-8?Q?=0ABcc:_x@y.example?="},
        {"to_name": "Lan\nBcc: x@y.example"},
        {"to_name": "=?utf-8?q?=0A?="},
        {"to_address": "a@b.example\nBcc: x@y.example"},
        {"to_address": "a@b.example, c@d.example"},
        {"sender": "CCHC"},
        {"sender": "CCHC <a@b.example>\nBcc: x@y.example"},
    ],
)
def test_nothing_can_break_out_of_a_header(change: dict) -> None:
    with pytest.raises(UnsafeHeader):
        to_bytes(replace(MAIL, **change))


@settings(deadline=None)
@given(words=st.text(max_size=300))
def test_any_title_becomes_a_subject_that_reads_back(words: str) -> None:
    subject = one_line(words)
    headers = read(to_bytes(replace(MAIL, subject=subject)))
    assert len(headers.keys()) == len(read(to_bytes(MAIL)).keys())
    assert "".join(str(headers["Subject"]).split()) == "".join(subject.split())


@pytest.mark.parametrize(
    ("address", "reserved"),
    [
        ("a@svhtt.example", True),
        ("a@SVHTT.Example", True),
        ("a@x.y.test", True),
        ("a@cchc.invalid", True),
        ("a@example.com", True),
        ("a@mail.example.org", True),
        ("a@notexample.com", False),
        ("a@example.com.vn", False),
        ("a@example.gov.vn", False),
        ("a@test.vn", False),
        ("a@svhtt.khanhhoa.gov.vn", False),
    ],
)
def test_reserved_domains_are_recognised(address: str, *, reserved: bool) -> None:
    assert is_address(address)
    assert is_reserved(address) is reserved


def test_dates_are_written_as_in_official_papers() -> None:
    day = datetime.fromisoformat("2026-02-05T00:00").date()
    assert long_date(day, "vi") == "thứ Năm, ngày 05 tháng 02 năm 2026"
    assert short_date(day, "vi") == "05/02/2026"
    assert long_date(day, "en") == "Thursday, 5 February 2026"
    sunday = datetime.fromisoformat("2026-06-28T00:00").date()
    assert long_date(sunday, "vi") == "Chủ nhật, ngày 28 tháng 6 năm 2026"
    assert short_date(sunday, "vi") == "28/6/2026"


@settings(deadline=None)
@given(words=st.text(max_size=300), longest=st.integers(10, 120))
def test_shortened_words_keep_their_length(words: str, longest: int) -> None:
    short = shortened(words, longest)
    assert len(short) <= longest
    assert short == words or short.endswith("…")
