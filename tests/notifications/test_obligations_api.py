"""What does this service know of obligations, and how is it asked?"""

from services.embedded import Platform
from shared.contracts.plans import ObligationChanged
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, changed, obligation

BASE = "/notifications/v1"


async def test_days_left_and_overdue_are_computed_when_asked(
    admin: Api, clock: FrozenClock, plans: Publisher
) -> None:
    known = obligation("2026-11-24")
    await plans.tell(known)
    path = f"{BASE}/obligations/{known.id}"
    seen = []
    for moment in ("2026-11-21T10:00", "2026-11-24T23:59", "2026-11-25T00:00"):
        clock.move_to(f"{moment}:00+07:00")
        answer = await admin.ok("GET", path)
        seen.append((answer["days_left"], answer["overdue"]))
    assert seen == [(3, False), (0, False), (-1, True)]


async def test_finished_work_is_not_overdue(
    admin: Api, clock: FrozenClock, plans: Publisher
) -> None:
    known = obligation("2026-11-24")
    await plans.tell(known, changed(known, state="closed"))
    clock.move_to("2026-12-24T10:00:00+07:00")
    answer = await admin.ok("GET", f"{BASE}/obligations/{known.id}")
    assert (answer["overdue"], answer["days_left"]) == (False, None)


async def test_an_obligation_leads_to_its_reminders(admin: Api, plans: Publisher) -> None:
    known, other = obligation("2026-12-24"), obligation("2026-12-24")
    await plans.tell(known, other)
    answer = await admin.ok("GET", f"{BASE}/obligations/{known.id}")
    rows = (await admin.ok("GET", answer["reminders_url"]))["items"]
    assert {row["obligation_id"] for row in rows} == {str(known.id)}


async def test_lists_are_filtered_and_searched_without_accents(
    admin: Api, clock: FrozenClock, plans: Publisher
) -> None:
    first = obligation("2026-11-24", title="Cải cách thể chế")
    second = obligation("2026-12-24", title="Số hóa hồ sơ", kind="report", unit_code="PKHTC")
    third = obligation(None, title="Tuyên truyền", state="acknowledged")
    await plans.tell(first, second, third)
    clock.move_to("2026-11-30T08:00:00+07:00")

    async def found(**query: object) -> list[str]:
        return [row["title"] for row in await admin.items(f"{BASE}/obligations", **query)]

    assert await found() == [first.title, second.title, third.title]  # without a date: last
    assert await found(sort="-due_on") == [third.title, second.title, first.title]
    assert await found(q="so hoa HO SO") == [second.title]
    assert await found(q="1205/KH-SVHTT") == [first.title, second.title, third.title]
    assert await found(kind="report") == [second.title]
    assert await found(unit_code="PKHTC") == [second.title]
    assert await found(state="acknowledged") == [third.title]
    assert await found(overdue="true") == [first.title]
    assert await found(overdue="false") == [second.title, third.title]
    assert await found(due_from="2026-12-01", due_to="2026-12-24") == [second.title]
    assert await found(q="%") == await found()


async def test_a_list_is_read_page_by_page_without_losing_a_row(
    admin: Api, plans: Publisher
) -> None:
    many = [obligation(None if n % 3 == 0 else "2026-12-24") for n in range(11)]
    await plans.tell(*many)
    rows = await admin.items(f"{BASE}/obligations", limit=2, sort="-due_on")
    assert sorted(row["id"] for row in rows) == sorted(str(one.id) for one in many)


async def test_a_list_comes_as_csv_too(admin: Api, plans: Publisher) -> None:
    await plans.tell(obligation("2026-12-24", title="=1+1"))
    answer = await admin.get(f"{BASE}/obligations", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=1+1" in answer.text


async def test_unknown_fields_of_a_newer_publisher_are_no_obstacle(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    known = obligation("2026-12-24")
    body = plans.body(ObligationChanged(obligation=known))
    newer = body.replace(b'"source":"plans/', b'"colour":"red","source":"plans/')
    assert newer != body
    await running.services["notifications"].inbox.receive([newer])
    await running.settle()
    await admin.ok("GET", f"{BASE}/obligations/{known.id}")
