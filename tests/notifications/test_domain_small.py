"""Who is behind a role, what becomes of late reminders, and what follows an attempt?"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.notifications.domain import delivery
from services.notifications.domain.catch_up import Due, judge
from services.notifications.domain.delivery import Outcome, after
from services.notifications.domain.duty import Duty, duty, is_overdue, last_day_on_time
from services.notifications.domain.recipients import Member, resolve
from services.notifications.domain.rules import Offset, Selector
from services.notifications.domain.wording import document_number
from shared.working_calendar import end_of_day

ANNA, BINH, CHI, DUNG = (UUID(int=n) for n in range(1, 5))
MEMBERS = [Member(ANNA, "head"), Member(BINH, "deputy"), Member(CHI, "officer"), Member(DUNG, None)]
NOON = datetime(2026, 12, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "assigned", "members", "gone", "expected"),
    [
        ("officer", [DUNG], MEMBERS, set(), [(DUNG, "assigned")]),
        ("officer", [DUNG, DUNG], MEMBERS, set(), [(DUNG, "assigned")]),
        ("officer", [DUNG], MEMBERS, {DUNG}, [(CHI, "unit_officers")]),
        ("officer", [], MEMBERS, set(), [(CHI, "unit_officers")]),
        ("officer", [], MEMBERS[:2], set(), [(ANNA, "unit_head")]),
        ("officer", [], MEMBERS[1:2], set(), [(BINH, "unit_deputies")]),
        ("head", [], MEMBERS, set(), [(ANNA, "unit_head")]),
        ("head", [], MEMBERS[1:], set(), [(BINH, "unit_deputies")]),
        ("head", [], MEMBERS[2:], set(), []),
        ("officer", [], [], set(), []),
    ],
)
def test_roles_become_people(role, assigned, members, gone, expected) -> None:
    found = resolve(role, assigned=assigned, members=members, gone=frozenset(gone))
    assert [(r.person_id, r.found_by) for r in found] == expected


def duty_until(day: date, *, stopped: str | None = None) -> Duty:
    return Duty(1, day, end_of_day(day), stopped)


def due(number: int, days: int, *, role: str = "officer", revision: int = 1) -> Due:
    at = datetime(2026, 12, 24, 1, tzinfo=UTC) + timedelta(days=days)
    return Due(UUID(int=number), revision, days, role, "email", at)


def test_of_several_missed_ones_the_latest_is_sent_for_all() -> None:
    verdicts = judge(duty_until(date(2026, 12, 24)), [due(1, -7), due(2, -3), due(3, -1)], now=NOON)
    assert [(v.due.id.int, v.send, v.reason) for v in verdicts] == [
        (3, True, None),
        (2, False, "missed_together"),
        (1, False, "missed_together"),
    ]
    assert {v.into for v in verdicts if not v.send} == {UUID(int=3)}


def test_before_and_after_the_deadline_are_different_occasions() -> None:
    now = NOON + timedelta(days=2)
    verdicts = judge(
        duty_until(date(2026, 12, 24)),
        [due(1, 0), due(2, 1), due(3, 1, role="head")],
        now=now,
    )
    assert {v.due.id.int: (v.send, v.reason) for v in verdicts} == {
        1: (False, "deadline_passed"),
        2: (True, None),
        3: (True, None),
    }


def test_what_was_planned_for_another_deadline_is_not_sent() -> None:
    (verdict,) = judge(duty_until(date(2026, 12, 24)), [due(1, -1, revision=0)], now=NOON)
    assert (verdict.send, verdict.state, verdict.reason) == (False, "superseded", "deadline_moved")


def test_what_is_no_longer_owed_is_not_sent() -> None:
    stopped = duty_until(date(2026, 12, 24), stopped="obligation_closed")
    (verdict,) = judge(stopped, [due(1, -1)], now=NOON)
    assert (verdict.state, verdict.reason) == ("cancelled", "obligation_closed")


@pytest.mark.parametrize(
    ("state", "stopped"),
    [
        ("open", None),
        ("acknowledged", None),
        ("submitted", "obligation_submitted"),
        ("suspended", "obligation_suspended"),
        ("closed", "obligation_closed"),
        ("cancelled", "obligation_cancelled"),
    ],
)
def test_only_open_work_is_reminded_of(state: str, stopped: str | None) -> None:
    day = date(2026, 12, 24)
    found = duty(state=state, deadline_revision=1, due_on=day, on_time_until=end_of_day(day))
    assert found.stopped == stopped


def test_the_last_day_is_the_one_in_vietnam() -> None:
    until = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert last_day_on_time(due_on=date(2027, 1, 1), on_time_until=until) == date(2026, 12, 31)
    assert last_day_on_time(due_on=date(2027, 1, 1), on_time_until=None) == date(2027, 1, 1)


def test_overdue_begins_after_the_last_second() -> None:
    until = end_of_day(date(2026, 12, 24))
    assert not is_overdue(state="open", on_time_until=until, now=until)
    assert is_overdue(state="open", on_time_until=until, now=until + timedelta(seconds=1))
    assert not is_overdue(state="closed", on_time_until=until, now=until + timedelta(days=1))


def test_temporary_failures_are_tried_again_later_each_time_and_then_given_up() -> None:
    pauses = []
    attempts = 0
    while True:
        attempts += 1
        following = after(Outcome("temporary"), attempts=attempts, unknown_resends=0)
        if following.pause is None:
            break
        assert following.state == delivery.TEMPORARY
        pauses.append(following.pause)
    assert following.state == delivery.TECHNICAL
    assert pauses == sorted(pauses)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=24)


def test_a_mail_without_an_answer_is_sent_once_more_and_not_again() -> None:
    first = after(Outcome("unknown"), attempts=1, unknown_resends=0)
    second = after(Outcome("unknown"), attempts=2, unknown_resends=1)
    assert (first.state, first.pause) == (delivery.UNKNOWN, delivery.UNKNOWN_PAUSE)
    assert (second.state, second.pause) == (delivery.UNKNOWN, None)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("sent", "sent"), ("permanent", "permanent_failure"), ("technical", "technical_failure")],
)
def test_final_outcomes_are_final(kind: str, state: str) -> None:
    following = after(Outcome(kind), attempts=1, unknown_resends=0)  # type: ignore[arg-type]
    assert (following.state, following.pause) == (state, None)


def test_selectors_choose_by_kind_and_subtree() -> None:
    above = frozenset({"SO", "VP"})
    assert Selector().matches(kind="task", unit_code="VP", above=above)
    assert Selector(unit_code="SO").matches(kind="task", unit_code="VP", above=above)
    assert Selector(unit_code="VP").matches(kind="task", unit_code="VP", above=frozenset())
    assert not Selector(unit_code="PKHTC").matches(kind="task", unit_code="VP", above=above)
    assert not Selector(kinds=("report",)).matches(kind="task", unit_code="VP", above=above)


def test_offsets_have_readable_keys() -> None:
    assert [Offset(-7).key, Offset(0).key, Offset(1).key, Offset(-3, working=True).key] == [
        "-7",
        "0",
        "+1",
        "-3w",
    ]


def test_a_document_is_named_by_its_number_and_never_by_an_id() -> None:
    assert document_number("plans/1205/KH-SVHTT") == "1205/KH-SVHTT"
    assert document_number("plans/018f6b1e-6c1a-7000-8000-000000000001") is None
    assert document_number("manual") is None
