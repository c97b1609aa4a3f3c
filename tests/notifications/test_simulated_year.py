"""Over months of moves, closures and stops: is what was forecast what was sent, and never at night?

By default some weeks over Tết; CCHC_SIMULATED_DAYS=365 CCHC_SIMULATED_OBLIGATIONS=500 for a year.
"""

import os
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest

from services.embedded import Platform
from services.notifications.domain.rules import Offset, Repeat, Rule
from services.notifications.domain.schedule import slots
from shared.clock import HO_CHI_MINH
from shared.contracts.obligation import Obligation
from shared.replicas import load_calendar
from shared.settings import Settings
from shared.working_calendar import WorkingCalendar
from tests.notifications.conftest import BASE, Office, add_contact
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, changed, moved, obligation

DAYS = int(os.environ.get("CCHC_SIMULATED_DAYS", "32"))
OBLIGATIONS = int(os.environ.get("CCHC_SIMULATED_OBLIGATIONS", "30"))
FIRST = date(2027, 1, 18)
# Tết Đinh Mùi 2027: Friday 5 to Thursday 11 February
TET = [f"2027-02-{day:02d}" for day in range(5, 12)]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(60 + DAYS * 20)]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock("2027-01-17T09:00:00+07:00")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(
        data_dir=tmp_path / "var", sample=False, daily_cap=500, storm_per_unit=10_000,
        storm_per_hour=10_000,
    )  # fmt: skip


async def calendar(running: Platform) -> WorkingCalendar:
    context = running.services["notifications"].context
    async with context.database.reading() as session:
        return await load_calendar(session, context.tables)


def change(owed: dict[UUID, Obligation], random: Random, today: date) -> list[Obligation]:
    """What happens in an office on an afternoon: something is done, returned, suspended or moved."""
    told = []
    for known in random.sample(sorted(owed.values(), key=lambda o: str(o.id)), k=3):
        later = (today + timedelta(days=random.randint(1, 60))).isoformat()
        told.append(
            random.choice(
                [
                    lambda o=known: changed(o, state="submitted"),
                    lambda o=known: changed(o, state="open"),
                    lambda o=known: changed(o, state="closed"),
                    lambda o=known: changed(o, state="suspended"),
                    lambda o=known, day=later: moved(o, day, state="open"),
                ]
            )()
        )
    for one in told:
        owed[one.id] = one
    return told


async def recomputes(message: dict, rule: dict, days: WorkingCalendar) -> bool:
    """Whether the reason on record leads to the very day the message was made on."""
    why = message["why"]
    again = Rule(
        id=UUID(rule["id"]),
        offsets=tuple(
            Offset(o["days"], working=o["day_kind"] == "working") for o in rule["offsets"]
        ),
        repeat=Repeat(**rule["repeat"]) if rule["repeat"] else None,
        roles_until_due=tuple(rule["roles_until_due"]),
        roles_after_due=tuple(rule["roles_after_due"]),
        channels=tuple(rule["channels"]),
        at=time.fromisoformat(rule["at_time"]),
    )
    [slot] = [
        s
        for s in slots(again, date.fromisoformat(why["last_day"]), days)
        if (s.offset, s.role) == (why["offset"], why["recipient"]["role"])
    ]
    shift = why["shift"]
    return (
        slot.due_at == datetime.fromisoformat(why["planned_for"])
        and (shift is None) == (slot.shifted_because is None)
        and (shift is None or shift["to"] == slot.send_on.isoformat())
    )


async def test_what_was_forecast_each_morning_is_what_was_sent_that_day(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    random = Random(20270117)  # noqa: S311 - the same dice each time
    await plans.holiday("2027-01-01", *TET, name="Tết Nguyên đán")
    owed = {}
    for number in range(OBLIGATIONS):
        due = FIRST + timedelta(days=random.randint(-3, DAYS + 20))
        one = obligation(due.isoformat(), title=f"Việc {number}")
        if random.random() < 0.1:
            one = one.model_copy(update={"severity": "critical"})
        owed[one.id] = one
    await plans.tell(*owed.values())
    days, told = await calendar(running), 0
    (rule,) = await admin.items(f"{BASE}/reminder-rules")
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        clock.move_to(f"{day}T00:30:00+07:00")
        expected = sorted(
            (item["obligation_id"], person["person_id"])
            for item in await admin.items(
                f"{BASE}/reminders/forecast", **{"from": str(day), "to": str(day)}
            )
            for person in item["recipients"]
        )
        for hour in ("08:00:05", "08:31:00"):
            clock.move_to(f"{day}T{hour}+07:00")
            await running.settle()
        if not days.is_working_day(day):
            assert expected == []
            continue
        sent = await admin.items(f"{BASE}/messages", kind="reminder", sort="-created_at", limit=200)
        today = [m for m in sent if _local(m["created_at"]).date() == day]
        assert sorted((m["obligation_id"], m["person_id"]) for m in today) == expected, day
        for message in today[:3]:
            detail = await admin.ok("GET", f"{BASE}/messages/{message['id']}")
            assert await recomputes(detail, rule, days), detail["why"]
        told += len(today)
        clock.move_to(f"{day}T17:00:00+07:00")
        await plans.tell(*change(owed, random, day))
    assert told > OBLIGATIONS
    await nothing_went_out_when_people_rest(admin, days)


async def nothing_went_out_when_people_rest(admin: Api, days: WorkingCalendar) -> None:
    for message in await admin.items(f"{BASE}/messages", state="sent", limit=200):
        if message["urgent"]:
            continue
        at = _local(message["sent_at"])
        assert days.is_working_day(at.date()), message
        assert time(7) <= at.time() < time(21), message


@pytest.mark.parametrize(
    ("stopped_at", "hours"),
    [("2027-01-20T07:50", 1), ("2027-01-20T07:50", 26), ("2027-02-03T07:50", 8 * 24)],
    ids=["1 hour", "26 hours", "8 days over Tết"],
)
async def test_after_a_stop_every_reminder_was_sent_once_or_has_its_reason(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office,
    stopped_at: str, hours: int,
) -> None:  # fmt: skip
    await plans.holiday("2027-01-01", *TET, name="Tết Nguyên đán")
    start = datetime.fromisoformat(f"{stopped_at}:00+07:00")
    clock.move_to(start.isoformat())
    owed = [
        obligation((start.date() + timedelta(days=n)).isoformat(), title=f"Việc {n}")
        for n in range(-3, 22)
    ]
    await plans.tell(*owed)
    missed = {
        r["id"]
        for r in await admin.items(f"{BASE}/reminders", state="planned", limit=200)
        if datetime.fromisoformat(r["due_at"]) <= start + timedelta(hours=hours)
    }
    assert missed
    # nothing runs meanwhile; then time goes on hour by hour until everybody is back at work
    clock.move_to((start + timedelta(hours=hours)).isoformat())
    for _ in range(12):
        await running.settle()
        clock.advance(hours=1)
    days = await calendar(running)
    if hours == 8 * 24:  # up again on a day off: Thursday 11 February
        assert await admin.items(f"{BASE}/messages", kind="reminder") == []
        clock.move_to("2027-02-12T08:31:00+07:00")
        await running.settle()
    rows = [await admin.ok("GET", f"{BASE}/reminders/{reminder}") for reminder in missed]
    assert {r["state"] for r in rows} <= {"materialised", "coalesced", "skipped"}
    assert all(r["reason_text"] for r in rows if r["state"] != "materialised")
    sent = {r["id"]: r for r in rows if r["state"] == "materialised"}
    assert all(r["late_by_seconds"] >= 0 for r in sent.values())
    messages = await admin.items(f"{BASE}/messages", kind="reminder", limit=200)
    seen = [(m["obligation_id"], m["person_id"], _local(m["created_at"]).date()) for m in messages]
    assert len(seen) == len(set(seen))
    assert set(sent) <= {m["reminder_id"] for m in messages}
    # a reminder before a deadline that has passed is of no use any more
    due = {str(o.id): o.on_time_until for o in owed}
    for r in sent.values():
        until = due[r["obligation_id"]]
        assert until is not None
        assert r["days"] > 0 or datetime.fromisoformat(r["materialised_at"]) <= until
    await nothing_went_out_when_people_rest(admin, days)


def _local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(HO_CHI_MINH)


async def test_people_of_many_units_each_get_their_own(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher
) -> None:
    """One morning of a whole department: each person hears of the work of their unit alone."""
    people = {}
    for number in range(6):
        unit = f"P{number}"
        people[unit] = await plans.person(unit, "officer")
        await add_contact(admin, people[unit], f"p{number}@svhtt.example", f"Người {number}")
    owed = [obligation("2027-01-25", unit_code=f"P{n % 6}", title=f"Việc {n}") for n in range(30)]
    await plans.tell(*owed)
    clock.move_to("2027-01-18T08:00:05+07:00")
    await running.settle()
    messages = await admin.items(f"{BASE}/messages", kind="reminder", limit=200)
    unit_of = {str(o.id): o.unit_code for o in owed}
    assert len(messages) == 30
    assert all(m["person_id"] == str(people[unit_of[m["obligation_id"]]]) for m in messages)
