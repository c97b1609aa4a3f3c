"""When may somebody be written to, how, and what does a digest say?"""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import digest
from services.notifications.domain.digest import Line
from services.notifications.domain.preferences import Preferences, Way, way
from services.notifications.domain.quiet import QuietHours, opening
from services.notifications.domain.verification import (
    LASTS,
    TRIES,
    Asked,
    code_for,
    judge_code,
    may_send_again,
)
from shared.working_calendar import HO_CHI_MINH, CalendarDay, DayKind, WorkingCalendar

NIGHT = QuietHours(time(21), time(7))
NOON_REST = QuietHours(time(11, 30), time(13, 30))
# Tết 2027: off from Friday 2027-02-05 to Thursday 2027-02-11, Saturday 2027-02-20 worked instead
TET = WorkingCalendar(
    [
        *(CalendarDay(date(2027, 2, day), DayKind.HOLIDAY) for day in range(5, 12)),
        CalendarDay(date(2027, 2, 20), DayKind.MAKEUP_WORKING),
    ]
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+07:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "then", "because"),
    [
        ("2026-12-17T08:00", NIGHT, "2026-12-17T08:00", None),
        ("2026-12-17T20:59", NIGHT, "2026-12-17T20:59", None),
        ("2026-12-17T21:00", NIGHT, "2026-12-18T07:00", "quiet_hours"),
        ("2026-12-17T03:00", NIGHT, "2026-12-17T07:00", "quiet_hours"),
        ("2026-12-18T22:00", NIGHT, "2026-12-21T07:00", "quiet_hours"),  # over a weekend
        ("2026-12-19T10:00", NIGHT, "2026-12-21T07:00", "day_off"),
        ("2027-02-04T21:30", NIGHT, "2027-02-12T07:00", "quiet_hours"),  # over Tết
        ("2027-02-08T10:00", NIGHT, "2027-02-12T07:00", "day_off"),
        ("2027-02-20T10:00", NIGHT, "2027-02-20T10:00", None),  # a Saturday worked instead
        ("2026-12-17T12:00", NOON_REST, "2026-12-17T13:30", "quiet_hours"),
        ("2026-12-19T12:00", NOON_REST, "2026-12-21T00:00", "day_off"),
        ("2026-12-17T23:00", QuietHours(time(0), time(0)), "2026-12-17T23:00", None),
    ],
)
def test_nobody_is_written_to_at_night_or_on_a_day_off(now, quiet, then, because) -> None:
    found = opening(local(now), quiet, TET)
    assert (found.at, found.because) == (local(then), because)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(tzinfo=HO_CHI_MINH)
    ),
    st.times(),
    st.times(),
)
def test_the_moment_found_is_never_quiet_and_never_in_the_past(now, start, until) -> None:
    quiet = QuietHours(start, until)
    found = opening(now, quiet, TET)
    then = found.at.astimezone(HO_CHI_MINH)
    assert found.at >= now
    assert TET.is_working_day(then.date())
    assert not quiet.holds(then.time())
    assert (found.because is None) == (found.at == now)


def wishes(**more: object) -> Preferences:
    return Preferences(**({"quiet": NIGHT, "digest_at": time(7, 30), "cap": 3} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "severity", "told", "expected"),
    [
        ({}, "normal", 0, Way("at_once")),
        ({}, "normal", 2, Way("at_once")),
        ({}, "normal", 3, Way("daily", "over_daily_cap")),
        ({}, "critical", 99, Way("at_once")),
        ({"email": "weekly"}, "high", 0, Way("weekly", "preferred_digest")),
        ({"email": "weekly"}, "critical", 0, Way("at_once")),
        ({"email": "off"}, "normal", 0, Way("off", "switched_off")),
        ({"email": "off"}, "critical", 0, Way("at_once")),
        ({"sms": "off"}, "normal", 0, Way("at_once")),
    ],
)
def test_wishes_and_caps_are_kept_but_never_hide_what_is_critical(
    chosen, severity, told, expected
) -> None:
    mine = wishes(deliveries=chosen)
    assert way(mine, "email", severity=severity, told_today=told) == expected


TODAY = date(2026, 12, 16)  # a Wednesday


def line(number: int, last_day: str | None, state: str = "open", unit: str = "VP") -> Line:
    day = date.fromisoformat(last_day) if last_day else None
    days = (day - TODAY).days if day else None
    return Line(UUID(int=number), f"Việc {number}", unit, day, days, state)


def test_a_digest_tells_decisions_first_then_what_is_late_then_this_week() -> None:
    lines = [
        line(1, "2026-12-18"),
        line(2, "2026-12-10"),
        line(3, "2026-12-08"),
        line(4, "2026-12-20"),
        line(5, "2026-12-21"),
        line(6, "2026-12-28"),
        line(7, "2026-12-15", "submitted"),
        line(8, "2026-12-15", "submitted", "PKHTC"),
        line(9, None),
    ]
    found = digest.sections(lines, TODAY, decides=frozenset({"VP"}), asked=frozenset({UUID(int=6)}))
    assert {key: [x.obligation_id.int for x in some] for key, some in found.items()} == {
        "decide": [7],
        "overdue": [3, 2],
        "this_week": [1, 4],
        "later": [6],
    }
    assert list(found) == ["decide", "overdue", "this_week", "later"]


def test_a_long_section_says_how_many_more_there_are() -> None:
    listed, more = digest.shown([line(n, "2026-12-10") for n in range(25)])
    assert (len(listed), more) == (20, 5)


@pytest.mark.parametrize(
    ("kind", "found", "told", "repeats", "expected"),
    [
        ("daily", {"overdue": [1]}, False, False, False),
        ("daily", {"overdue": [1]}, True, False, True),
        ("daily", {"decide": [1]}, False, False, True),
        ("daily", {"decide": [1]}, False, True, False),
        ("weekly", {"overdue": [1]}, False, False, True),
        ("unit", {}, False, False, False),
    ],
)
def test_a_digest_without_news_is_not_sent(kind, found, told, repeats, expected) -> None:
    assert digest.worth_sending(kind, found, told=told, repeats=repeats) is expected


@pytest.mark.parametrize(
    ("kind", "today", "due"),
    [
        ("daily", "2026-12-16", "2026-12-16T07:30"),
        ("daily", "2026-12-19", None),
        ("weekly", "2026-12-14", "2026-12-14T07:30"),
        ("unit", "2026-12-16", "2026-12-14T07:30"),  # down on Monday: still useful
        ("unit", "2027-02-08", None),  # Tết
        ("unit", "2027-02-12", "2027-02-12T07:30"),  # the first working day of that week
    ],
)
def test_a_digest_of_the_week_goes_out_on_its_first_working_day(kind, today, due) -> None:
    found = digest.due_at(kind, date.fromisoformat(today), time(7, 30), TET)
    assert found == (local(due) if due else None)


SECRET = b"s" * 32
SENT = local("2026-12-17T08:00")


def test_only_the_code_that_was_sent_verifies_and_only_in_time() -> None:
    asked = Asked(UUID(int=1), SENT + LASTS, 0)
    code = code_for(UUID(int=1), SECRET)
    assert len(code) == 6
    assert code.isdigit()
    wrong = "000000" if code != "000000" else "000001"
    assert judge_code(asked, code, secret=SECRET, now=SENT) == "verified"
    assert judge_code(asked, wrong, secret=SECRET, now=SENT) == "wrong"
    assert judge_code(asked, code, secret=SECRET, now=local("2026-12-17T08:31")) == "expired"
    tried = Asked(UUID(int=1), SENT + LASTS, TRIES)
    assert judge_code(tried, code, secret=SECRET, now=SENT) == "too_many_tries"
    assert judge_code(Asked(None, None, 0), code, secret=SECRET, now=SENT) == "no_code"
    assert judge_code(asked, code, secret=b"t" * 32, now=SENT) == "wrong"


def test_codes_are_not_sent_twice_a_minute() -> None:
    asked = Asked(UUID(int=1), SENT + LASTS, 0)
    assert not may_send_again(asked, local("2026-12-17T08:00"))
    assert may_send_again(asked, local("2026-12-17T08:01"))
    assert may_send_again(Asked(None, None, 0), SENT)
