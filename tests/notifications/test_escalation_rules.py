"""Who hears of it next, when, and who stands in for whom?"""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from services.notifications.domain.duty import Duty
from services.notifications.domain.escalation import Ladder, Rung, judge
from services.notifications.domain.recipients import (
    Member,
    Recipient,
    resolve_above,
    with_stand_ins,
)
from shared.working_calendar import CalendarDay, DayKind, WorkingCalendar, end_of_day

TET = WorkingCalendar(
    CalendarDay(date(2027, 2, day), DayKind.HOLIDAY) for day in range(5, 12)
)  # Friday 5 to Thursday 11 February 2027
LADDER = Ladder(
    3, (Rung("head", 5), Rung("superior_deputy", 5), Rung("superior_head", 5)), time(8, 30)
)
A, B, C, D = (UUID(int=n) for n in range(1, 5))


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("last_day", "start"),
    [
        ("2026-12-17", "2026-12-22T08:30"),  # over a weekend
        ("2027-02-03", "2027-02-15T08:30"),  # Thursday 4, then Tết, Friday 12, Monday 15
        ("2026-12-19", "2026-12-23T08:30"),  # a Saturday counts from Monday on
    ],
)
def test_a_ladder_begins_so_many_working_days_after_the_deadline(last_day, start) -> None:
    assert LADDER.start(date.fromisoformat(last_day), TET) == local(start)


def test_rungs_follow_each_other_on_working_days_and_end() -> None:
    assert LADDER.following(0, date(2027, 2, 2), TET) == local("2027-02-16T08:30")
    assert LADDER.following(2, date(2027, 2, 2), TET) is None


def test_an_answer_holds_the_ladder_until_the_working_day_after_the_day_it_names() -> None:
    assert LADDER.resume(date(2027, 2, 4), TET) == local("2027-02-12T08:30")


def duty(stopped: str | None = None, revision: int = 1) -> Duty:
    return Duty(revision, date(2026, 12, 17), end_of_day(date(2026, 12, 17)), stopped)


@pytest.mark.parametrize(
    ("known", "state", "next_at", "move", "becomes"),
    [
        (duty(), "waiting", "2026-12-22T08:30", "climb", ""),
        (duty(), "acknowledged", "2026-12-22T08:30", "climb", ""),
        (duty(), "waiting", "2026-12-22T08:31", "nothing", ""),
        (duty(), "exhausted", None, "nothing", ""),
        (duty("obligation_submitted"), "waiting", "2026-12-22T08:30", "end", "resolved"),
        (duty("obligation_closed"), "exhausted", None, "end", "resolved"),
        (duty("obligation_suspended"), "waiting", None, "end", "cancelled"),
        (duty(revision=2), "waiting", "2026-12-22T08:30", "end", "cancelled"),
        (None, "waiting", "2026-12-22T08:30", "end", "cancelled"),
        (duty("obligation_closed"), "resolved", None, "nothing", ""),
    ],
)
def test_a_ladder_climbs_only_while_the_same_work_is_still_owed(
    known, state, next_at, move, becomes
) -> None:
    found = judge(
        known,
        state=state,
        deadline_revision=1,
        next_at=local(next_at) if next_at else None,
        now=local("2026-12-22T08:30"),
    )
    assert (found.move, found.state) == (move, becomes)


def test_the_nearest_unit_above_with_such_people_is_told() -> None:
    above = [[Member(A, "officer")], [Member(B, "deputy"), Member(C, "head")], [Member(D, "head")]]
    deputies = resolve_above("superior_deputy", above=above, office=[])
    assert deputies == [Recipient(B, "superior_deputies")]
    assert resolve_above("superior_head", above=above, office=[])[0].person_id == C
    assert resolve_above("office", above=above, office=[D])[0].found_by == "standing_office"
    assert resolve_above("superior_head", above=[[], []], office=[]) == []


@pytest.mark.parametrize(
    ("away", "told"),
    [
        ({}, [A]),
        ({A: B}, [B]),
        ({A: B, B: C}, [C]),
        ({A: B, B: A}, [B]),  # both away, for each other: somebody must be told
        ({A: A}, [A]),
    ],
)
def test_somebody_away_is_replaced_by_who_stands_in(away, told) -> None:
    found = with_stand_ins([Recipient(A, "unit_head")], away.get)
    assert [r.person_id for r in found] == told
    assert [r.instead_of for r in found] == [A if told != [A] else None]


def test_a_stand_in_who_is_told_already_is_told_once() -> None:
    both = [Recipient(B, "assigned"), Recipient(A, "unit_head")]
    assert with_stand_ins(both, {A: B}.get) == [Recipient(B, "assigned")]
