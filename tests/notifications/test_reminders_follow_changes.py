"""What becomes of planned reminders when the obligation, the calendar or the rules change?"""

from datetime import datetime

from services.embedded import Platform
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mails import reminder_mails as mails
from tests.support.obligations import Publisher, changed, moved, obligation

BASE = "/notifications/v1"


async def test_a_deadline_moved_twice_in_a_day_leaves_one_series_of_reminders(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    first = obligation("2026-11-30")
    second = moved(first, "2026-12-01")
    third = moved(second, "2026-12-31")
    await plans.tell(first)
    await plans.tell(second)
    await plans.tell(third)
    rows = await admin.items(f"{BASE}/reminders", state="planned")
    assert {row["deadline_revision"] for row in rows} == {3}
    old = [r for r in await admin.items(f"{BASE}/reminders") if r["deadline_revision"] < 3]
    assert {r["state"] for r in old} <= {"superseded", "skipped", "coalesced"}
    clock.move_to("2026-12-24T08:00:05+07:00")
    await running.settle()
    assert [str(m["Subject"])[:22] for m in mails(running)] == ["Nhắc việc: còn 7 ngày "]


async def test_each_deadline_has_its_own_reminder_even_on_one_day(
    running: Platform, clock: FrozenClock, plans: Publisher, office: object, admin: Api
) -> None:
    afternoon = {
        "code": "chieu",
        "name": "Nhắc buổi chiều",
        "offsets": [{"days": -10}],
        "at_time": "15:00",
        "roles_after_due": [],
    }
    await admin.ok("POST", f"{BASE}/reminder-rules", afternoon)
    known = obligation("2026-12-24")
    await plans.tell(known)
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    await plans.tell(moved(known, "2026-12-27"))  # ten days before it, this afternoon
    clock.move_to("2026-12-17T15:00:05+07:00")
    await running.settle()
    assert [str(m["Subject"]).split(" – ")[0] for m in mails(running)] == [
        "Nhắc việc: còn 7 ngày (hạn 24/12/2026)",
        "Nhắc việc: còn 10 ngày (hạn 27/12/2026)",
    ]


async def test_what_is_announced_last_is_right_even_with_a_lower_revision(
    admin: Api, plans: Publisher
) -> None:
    """After a restore of its database the plans service begins again further back."""
    known = obligation("2026-12-24")
    await plans.tell(moved(known, "2026-12-31"))
    await plans.tell(known)
    answer = await admin.ok("GET", f"{BASE}/obligations/{known.id}")
    assert (answer["due_on"], answer["revision"]) == ("2026-12-24", 1)


async def test_the_same_event_twice_plans_once(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    before = await admin.items(f"{BASE}/reminders")
    await plans.tell(known)
    assert await admin.items(f"{BASE}/reminders") == before


async def test_a_new_holiday_moves_the_reminder_and_says_why(
    admin: Api, plans: Publisher, office: object
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    await plans.holiday("2026-12-23", name="Nghỉ theo thông báo")
    (row,) = [
        r
        for r in await admin.items(f"{BASE}/reminders", obligation_id=str(known.id))
        if r["offset"] == "-1"
    ]
    assert row["due_at"] == "2026-12-22T08:00:00+07:00"
    assert row["shift"] == {
        "from_day": "2026-12-23",
        "to_day": "2026-12-22",
        "because": "Nghỉ theo thông báo",
    }


async def test_before_a_month_counts_from_the_day_before_it(admin: Api, plans: Publisher) -> None:
    """Trước tháng 01/2027: due on the 1st, and on time until the end of December."""
    known = obligation("2027-01-01").model_copy(
        update={"on_time_until": datetime.fromisoformat("2026-12-31T23:59:59+07:00")}
    )
    await plans.tell(known)
    rows = await admin.items(f"{BASE}/reminders", obligation_id=str(known.id))
    on_the_day = next(r for r in rows if r["offset"] == "0")
    assert on_the_day["send_on"] == "2026-12-31"


async def test_an_obligation_without_a_date_has_no_reminders(admin: Api, plans: Publisher) -> None:
    known = obligation(None)
    await plans.tell(known)
    assert await admin.items(f"{BASE}/reminders", obligation_id=str(known.id)) == []
    answer = await admin.ok("GET", f"{BASE}/obligations/{known.id}")
    assert (answer["overdue"], answer["days_left"]) == (False, None)


async def test_deadlines_at_the_ends_of_time_are_kept_without_harm(
    admin: Api, plans: Publisher
) -> None:
    early, late = obligation("0001-01-01"), obligation("9999-12-31")
    await plans.tell(early, late)
    answer = await admin.items(f"{BASE}/obligations")
    assert [row["due_on"] for row in answer] == ["0001-01-01", "9999-12-31"]


async def test_open_work_that_moves_to_another_unit_takes_its_reminders_along(
    admin: Api, plans: Publisher
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    await plans.tell(changed(known, unit_code="PKHTC"))
    rows = await admin.items(f"{BASE}/reminders", obligation_id=str(known.id))
    assert {row["unit_code"] for row in rows} == {"PKHTC"}
