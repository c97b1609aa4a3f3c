"""Until when is something on time, and is it late now?"""

from datetime import UTC, date, datetime

import pytest

from services.plans.domain.deadlines import is_written_as_day, parse_deadline
from services.plans.domain.punctuality import on_time_until, punctuality


@pytest.mark.parametrize(
    ("text", "strict", "expected"),
    [
        ("Trước ngày 30/6/2026", False, "2026-06-30T23:59:59+07:00"),
        ("Trước ngày 30/6/2026", True, "2026-06-29T23:59:59+07:00"),
        ("Chậm nhất 30/6/2026", True, "2026-06-30T23:59:59+07:00"),
        ("Trước tháng 10/2026", False, "2026-09-30T23:59:59+07:00"),
        ("Trước 01/10/2026", False, "2026-10-01T23:59:59+07:00"),
        ("Quý IV", False, "2026-12-31T23:59:59+07:00"),
    ],
)
def test_on_time_ends_with_the_day_the_words_mean(text: str, strict: bool, expected: str) -> None:
    deadline = parse_deadline(text, year=2026)
    until = on_time_until(
        deadline.due_on,
        exclusive=deadline.exclusive,
        named_day=is_written_as_day(deadline),
        strict=strict,
    )
    assert until == datetime.fromisoformat(expected)


def test_without_a_date_nothing_is_ever_late() -> None:
    assert on_time_until(None, exclusive=False, named_day=False) is None
    standing = punctuality(
        None, now=datetime(2026, 1, 1, tzinfo=UTC), finished=False, completed_on=None
    )
    assert (standing.overdue, standing.days_left) == (False, None)


UNTIL = datetime.fromisoformat("2026-06-30T23:59:59+07:00")


@pytest.mark.parametrize(
    ("now", "overdue", "days_left"),
    [
        ("2026-06-23T09:00:00+07:00", False, 7),
        ("2026-06-30T23:59:59+07:00", False, 0),
        ("2026-06-30T17:00:00+00:00", True, -1),
        ("2026-07-10T00:00:00+07:00", True, -10),
    ],
)
def test_days_are_counted_in_vietnam(now: str, overdue: bool, days_left: int) -> None:
    standing = punctuality(
        UNTIL, now=datetime.fromisoformat(now), finished=False, completed_on=None
    )
    assert (standing.overdue, standing.days_left) == (overdue, days_left)


@pytest.mark.parametrize(("completed", "on_time"), [("2026-06-30", True), ("2026-07-01", False)])
def test_work_counts_on_the_day_it_was_completed(completed: str, on_time: bool) -> None:
    standing = punctuality(
        UNTIL,
        now=datetime.fromisoformat("2026-12-01T00:00:00+07:00"),
        finished=True,
        completed_on=date.fromisoformat(completed),
    )
    assert (standing.overdue, standing.done_on_time) == (False, on_time)
