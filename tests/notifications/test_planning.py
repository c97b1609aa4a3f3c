"""Which rows should there be for one obligation, and what becomes of those that should not?"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.duty import Duty, duty
from services.notifications.domain.forecast import coming
from services.notifications.domain.planning import Change, Known, plan
from services.notifications.domain.rules import (
    DEFAULT_OFFSETS,
    DEFAULT_REPEAT,
    Offset,
    Repeat,
    Rule,
)
from services.notifications.domain.schedule import Slot, slots
from shared.ids import NAMESPACE
from shared.working_calendar import HO_CHI_MINH, CalendarDay, DayKind, WorkingCalendar, end_of_day

CALENDAR = WorkingCalendar([])
WEDNESDAY = date(2026, 6, 24)


def rule(number: int, *offsets: Offset, repeat: Repeat | None = None, at: time = time(8)) -> Rule:
    return Rule(
        id=UUID(int=number),
        offsets=offsets,
        repeat=repeat,
        roles_until_due=("officer",),
        roles_after_due=("officer", "head"),
        channels=("email",),
        at=at,
    )


DEFAULT = rule(1, *DEFAULT_OFFSETS, repeat=DEFAULT_REPEAT)


def owed(last_day: date = WEDNESDAY, *, revision: int = 1, state: str = "open") -> Duty:
    return duty(
        state=state,
        deadline_revision=revision,
        due_on=last_day,
        on_time_until=end_of_day(last_day),
    )


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=HO_CHI_MINH)


def apply(rows: list[Known], changes: list[Change], *, revision: int = 1) -> list[Known]:
    """What the table holds after the changes."""
    by_id = {row.id: row for row in rows}
    for change in changes:
        slot, row = change.slot, change.known
        if row is None:
            assert slot is not None
            row = Known(
                id=uuid5(NAMESPACE, f"{slot.key}{revision}"),
                key=slot.key,
                deadline_revision=revision,
                repeat=slot.repeat,
                send_on=slot.send_on,
                due_at=slot.due_at,
                state=change.state,
                reason=change.reason,
            )
        if slot is not None:
            row = replace(row, send_on=slot.send_on, due_at=slot.due_at)
        by_id[row.id] = replace(
            row, state=change.state, reason=change.reason, coalesced_into=change.into
        )
    return list(by_id.values())


def planned(rows: list[Known]) -> list[tuple[str, str]]:
    waiting = [r for r in rows if r.state == "planned"]
    return [(r.key[1], r.key[2]) for r in sorted(waiting, key=lambda r: (r.due_at, r.key[2]))]


def all_slots(
    *rules: Rule, last_day: date = WEDNESDAY, calendar: WorkingCalendar = CALENDAR
) -> list[Slot]:
    return [s for r in rules for s in slots(r, last_day, calendar)]


def test_an_obligation_that_arrives_early_has_every_offset_and_the_first_repeat_planned() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    assert planned(rows) == [
        ("-7", "officer"),
        ("-3", "officer"),
        ("-1", "officer"),
        ("0", "officer"),
        ("+1", "head"),
        ("+1", "officer"),
        ("r1", "head"),
        ("r1", "officer"),
    ]


def test_offsets_already_past_are_rows_with_a_reason() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-06-22")))
    past = {r.key[1]: r.reason for r in rows if r.state == "skipped"}
    assert past == {"-7": "past_when_planned", "-3": "past_when_planned"}


def test_an_old_obligation_gets_only_the_next_repeat() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-07-10")))
    assert planned(rows) == [("r3", "head"), ("r3", "officer")]
    assert not [r for r in rows if r.key[1] in {"r1", "r2"}]


def test_after_the_last_repeat_nothing_comes_any_more() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2027-01-04")))
    assert planned(rows) == []


def test_several_that_land_on_one_day_become_one_and_the_others_say_so() -> None:
    monday = date(2026, 6, 22)  # -1 and -2 are the weekend before
    three = rule(1, Offset(-1), Offset(-2), Offset(-3))
    rows = apply(
        [], plan(owed(monday), all_slots(three, last_day=monday), [], now=at("2026-06-01"))
    )
    assert planned(rows) == [("-3", "officer")]  # the one that was not moved
    assert {(r.key[1], r.state, r.reason) for r in rows if r.state != "planned"} == {
        ("-1", "coalesced", "same_day"),
        ("-2", "coalesced", "same_day"),
    }


def test_two_rules_do_not_remind_twice_on_one_day() -> None:
    other = rule(2, Offset(-7), at=time(14))
    rows = apply([], plan(owed(), all_slots(DEFAULT, other), [], now=at("2026-05-04")))
    assert [r.state for r in rows if r.key[1] == "-7"].count("planned") == 1


def test_a_moved_deadline_supersedes_what_was_planned_and_plans_anew() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-06-18")))
    later = date(2026, 7, 15)
    changes = plan(
        owed(later, revision=2), all_slots(DEFAULT, last_day=later), rows, now=at("2026-06-18")
    )
    rows = apply(rows, changes, revision=2)
    assert {r.state for r in rows if r.deadline_revision == 1} == {"superseded", "skipped"}
    assert {r.reason for r in rows if r.state == "superseded"} == {"deadline_moved"}
    assert ("-7", "officer") in planned([r for r in rows if r.deadline_revision == 2])


def test_a_closed_obligation_cancels_what_was_to_come_and_keeps_what_was_sent() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    sent = [replace(r, state="materialised") if r.key[1] == "-7" else r for r in rows]
    after = apply(sent, plan(owed(state="closed"), [], sent, now=at("2026-06-18")))
    assert {r.state for r in after if r.key[1] == "-7"} == {"materialised"}
    assert {(r.state, r.reason) for r in after if r.key[1] != "-7"} == {
        ("cancelled", "obligation_closed")
    }


def test_a_suspended_obligation_that_goes_on_is_reminded_of_again() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    before = planned(rows)
    rows = apply(rows, plan(owed(state="suspended"), [], rows, now=at("2026-05-05")))
    assert planned(rows) == []
    rows = apply(rows, plan(owed(), all_slots(DEFAULT), rows, now=at("2026-05-06")))
    assert planned(rows) == before


def test_what_passed_while_suspended_stays_cancelled() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    rows = apply(rows, plan(owed(state="suspended"), [], rows, now=at("2026-05-05")))
    rows = apply(rows, plan(owed(), all_slots(DEFAULT), rows, now=at("2026-06-18")))
    (missed,) = [r for r in rows if r.key[1] == "-7"]
    assert (missed.state, missed.reason) == ("cancelled", "obligation_suspended")


def test_a_rule_switched_off_cancels_its_own_and_frees_what_it_had_displaced() -> None:
    other = rule(2, Offset(-7), Offset(-5))
    rows = apply([], plan(owed(), all_slots(DEFAULT, other), [], now=at("2026-05-04")))
    rows = apply(rows, plan(owed(), all_slots(other), rows, now=at("2026-05-05")))
    assert planned(rows) == [("-7", "officer"), ("-5", "officer")]
    assert {r.key[0] for r in rows if r.state == "planned"} == {other.id}


def test_a_reminder_waiting_for_the_sender_is_not_given_up_by_planning_again() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    assert plan(owed(), all_slots(DEFAULT), rows, now=at("2026-06-17", hour=9)) == []


def test_a_new_holiday_moves_only_the_reminders_on_it() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-05-04")))
    holiday = WorkingCalendar([CalendarDay(date(2026, 6, 23), DayKind.HOLIDAY, "Nghỉ lễ")])
    changes = plan(owed(), slots(DEFAULT, WEDNESDAY, holiday), rows, now=at("2026-05-04"))
    assert [(c.slot.offset, c.slot.send_on.isoformat()) for c in changes if c.slot] == [
        ("-1", "2026-06-22")
    ]


def test_the_next_repeat_comes_once_the_last_one_was_sent() -> None:
    rows = apply([], plan(owed(), all_slots(DEFAULT), [], now=at("2026-07-01")))
    assert planned(rows) == [("r1", "head"), ("r1", "officer")]
    sent = [replace(r, state="materialised") if r.key[1] == "r1" else r for r in rows]
    now = min(r.due_at for r in sent if r.key[1] == "r1")  # to the second, as a clock in a test
    rows = apply(sent, plan(owed(), all_slots(DEFAULT), sent, now=now))
    assert planned(rows) == [("r2", "head"), ("r2", "officer")]


moments = st.integers(0, 122 * 24 * 3600).map(
    lambda seconds: datetime(2026, 5, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
some_offsets = st.lists(
    st.builds(Offset, days=st.integers(-40, 20), working=st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda o: o.key,
)
some_repeat = st.none() | st.builds(Repeat, every_days=st.integers(1, 9), max=st.integers(1, 9))


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    return [
        rule(
            number, *draw(some_offsets), repeat=draw(some_repeat), at=time(draw(st.integers(7, 20)))
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]


@settings(deadline=None)
@given(rules=some_rules(), now=moments)
def test_planning_twice_changes_nothing_the_second_time(rules: list[Rule], now: datetime) -> None:
    wanted = all_slots(*rules)
    rows = apply([], plan(owed(), wanted, [], now=now))
    assert plan(owed(), wanted, rows, now=now) == []


@settings(deadline=None)
@given(rules=some_rules(), first=moments, second=moments, state=st.sampled_from(["open", "closed"]))
def test_there_is_never_more_than_one_a_day_for_a_role(
    rules: list[Rule], first: datetime, second: datetime, state: str
) -> None:
    wanted = all_slots(*rules)
    rows = apply([], plan(owed(), wanted, [], now=first))
    rows = apply(rows, plan(owed(state=state), wanted, rows, now=max(first, second)))
    days = [(r.key[2], r.send_on) for r in rows if r.state == "planned"]
    assert len(days) == len(set(days))
    assert len({(r.key, r.deadline_revision) for r in rows}) == len(rows)


holidays = st.lists(
    st.builds(
        CalendarDay,
        date=st.dates(date(2026, 5, 1), date(2026, 8, 31)),
        kind=st.sampled_from(DayKind),
    ),
    max_size=30,
    unique_by=lambda day: day.date,
).map(WorkingCalendar)


@settings(deadline=None)
@given(rules=some_rules(), start=moments, calendar=holidays)
def test_what_is_forecast_is_what_is_sent_later(
    rules: list[Rule], start: datetime, calendar: WorkingCalendar
) -> None:
    """A simulated year: send whatever is due, plan again, and compare with the forecast."""
    wanted = all_slots(*rules, calendar=calendar)
    expected = [
        (c.slot.due_at, c.slot.role, c.slot.key) for c in coming(owed(), wanted, [], now=start)
    ]
    rows = apply([], plan(owed(), wanted, [], now=start))
    sent, now = [], start
    while waiting := [r for r in rows if r.state == "planned"]:
        now = max(now, min(r.due_at for r in waiting)) + timedelta(seconds=1)
        due = [r for r in waiting if r.due_at <= now]
        sent += [(r.due_at, r.key[2], r.key) for r in due]
        ids = {r.id for r in due}
        rows = [replace(r, state="materialised") if r.id in ids else r for r in rows]
        rows = apply(rows, plan(owed(), wanted, rows, now=now))
    assert sorted(sent) == sorted(expected)
