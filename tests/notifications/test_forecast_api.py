"""Who will get what, when and why?"""

from services.embedded import Platform
from tests.notifications.conftest import Office
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, changed, obligation

BASE = "/notifications/v1"


async def test_the_forecast_names_people_days_and_reasons(
    admin: Api, plans: Publisher, office: Office
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    items = await admin.items(
        f"{BASE}/reminders/forecast", **{"from": "2026-12-01", "to": "2027-01-31"}
    )
    first = items[0]
    assert (first["send_on"], first["offset"], first["title"]) == ("2026-12-17", "-7", known.title)
    assert first["recipients"] == [
        {
            "person_id": str(office.officer),
            "found_by": "unit_officers",
            "display_name": "Nguyễn Thị Lan",
            "reachable": True,
            "delivery": "at_once",
        }
    ]
    assert first["why_text"].endswith("trước hạn 7 ngày.")
    repeats = [i for i in items if i["offset"] == "r1"]
    assert {i["role"] for i in repeats} == {"officer", "head"}
    assert repeats[0]["shift"]["from_day"] == "2027-01-01"
    assert "Chuyển từ 01/01/2027 sang" in repeats[0]["why_text"]


async def test_what_was_forecast_is_what_is_sent(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await plans.tell(obligation("2026-12-24"), obligation("2026-12-01", title="Việc khác"))
    forecast = await admin.items(f"{BASE}/reminders/forecast", to="2027-03-31")
    expected = sorted(
        (item["send_on"], item["obligation_id"], person["person_id"])
        for item in forecast
        for person in item["recipients"]
    )
    while waiting := await admin.items(f"{BASE}/reminders", state="planned"):
        clock.move_to(waiting[0]["due_at"])
        await running.settle()
    sent = sorted(
        (m["created_at"][:10], m["obligation_id"], m["person_id"])
        for m in await admin.items(f"{BASE}/messages", kind="reminder")
    )
    assert sent == expected


async def test_a_forecast_writes_nothing(
    admin: Api, plans: Publisher, office: Office, running: Platform
) -> None:
    await plans.tell(obligation("2026-12-24"))
    before = await admin.items(f"{BASE}/reminders")
    await admin.items(f"{BASE}/reminders/forecast")
    assert await admin.items(f"{BASE}/reminders") == before


async def test_a_forecast_is_read_page_by_page(admin: Api, plans: Publisher) -> None:
    await plans.tell(*(obligation("2026-12-24") for _ in range(3)))
    query = {"from": "2026-12-01", "to": "2026-12-31"}
    whole = await admin.items(f"{BASE}/reminders/forecast", **query)
    pages = await admin.items(f"{BASE}/reminders/forecast", **query, limit=2)
    assert [i["id"] for i in pages] == [i["id"] for i in whole]
    assert len({i["id"] for i in whole}) == len(whole) == 3 * 6


async def test_finished_work_is_not_in_the_forecast(admin: Api, plans: Publisher) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known, changed(known, state="closed"))
    assert await admin.items(f"{BASE}/reminders/forecast") == []


async def test_a_range_that_runs_backwards_or_for_years_is_refused(admin: Api) -> None:
    for last in ("2026-11-30", "2028-12-31"):
        answer = await admin.get(
            f"{BASE}/reminders/forecast", params={"from": "2026-12-01", "to": last}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "forecast_range"
