"""How does a plan live: issued, worked on, closed, carried over?"""

from typing import Any

from services.embedded import Platform
from tests.plans.conftest import Department, upload
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock


async def obligation_of(admin: Api, plan: Any, ordinal: int) -> Any:
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    return (await admin.items("/plans/v1/obligations", task_id=tasks[ordinal - 1]["id"]))[0]


async def test_each_lead_unit_and_period_is_one_obligation(admin: Api, plan: Any) -> None:
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"])
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    counts = [sum(o["task_id"] == t["id"] for o in owed) for t in tasks]
    # tasks 6 and 7: two leads, months July to December (June's report was due before the issue)
    assert counts == [1, 1, 1, 4, 1, 12, 12, 3]
    assert [t["progress"] for t in tasks] == [{"open": count} for count in counts]
    monthly = sorted(o["due_on"] for o in owed if o["task_id"] == tasks[5]["id"])
    assert (monthly[0], monthly[-1]) == ("2023-07-15", "2023-12-15")
    assert {o["due_from"] for o in owed if o["task_id"] == tasks[5]["id"]} == {"scheme"}
    undated = next(o for o in owed if o["task_id"] == tasks[2]["id"])
    assert (undated["due_on"], undated["overdue"]) == (None, False)


async def test_obligations_arrive_in_notifications_with_their_dates(
    admin: Api, running: Platform, plan: Any
) -> None:
    await running.settle()
    ours = {o["id"]: o for o in await admin.items("/plans/v1/obligations", plan_id=plan["id"])}
    theirs = {o["id"]: o for o in await admin.items("/notifications/v1/obligations")}
    assert ours.keys() == theirs.keys()
    assert all(ours[i]["due_on"] == theirs[i]["due_on"] for i in ours)


async def test_progress_is_reported_done_is_verified_by_another_person(
    admin: Api, plan: Any, department: Department, clock: FrozenClock
) -> None:
    owed = await obligation_of(admin, plan, 5)
    path = f"/plans/v1/obligations/{owed['id']}"
    officer, head = department.officer, department.head
    seen = await officer.ok("GET", path)
    assert set(seen["allowed_actions"]) == {
        "acknowledge", "report-progress", "claim-done", "request-extension",
    }  # fmt: skip
    await officer.ok("POST", f"{path}:acknowledge", {})
    await head.ok("POST", f"{path}:assign", {"officer_id": department.officer_id})
    reported = await officer.ok(
        "POST", f"{path}:report-progress", {"narrative": "Đạt 80%", "percent": 80}
    )
    assert (reported["state"], reported["percent"]) == ("acknowledged", 80)
    done = await officer.ok(
        "POST",
        f"{path}:claim-done",
        {"completed_on": "2023-12-30", "on_behalf_of": "Trưởng phòng", "via": "phone"},
    )
    assert (done["state"], done["done_on_time"]) == ("submitted", True)
    verified = await head.ok("POST", f"{path}:verify", {"narrative": "Đúng"})
    assert (verified["state"], verified["verified_by"]) == ("closed", department.head_id)
    history = await admin.items(f"{path}/progress")
    kinds = ["acknowledged", "assigned", "progress", "done", "verified"]
    assert [entry["kind"] for entry in history] == kinds
    assert (history[3]["on_behalf_of"], history[3]["via"]) == ("Trưởng phòng", "phone")


async def test_nobody_verifies_what_they_reported_themselves(
    admin: Api, plan: Any, department: Department
) -> None:
    path = f"/plans/v1/obligations/{(await obligation_of(admin, plan, 5))['id']}"
    await department.head.ok("POST", f"{path}:claim-done", {})
    seen = await department.head.ok("GET", path)
    assert "verify" not in seen["allowed_actions"]
    refused = await department.head.post(f"{path}:verify", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_report")


async def test_returned_work_is_owed_again_and_needs_a_reason(
    admin: Api, plan: Any, department: Department
) -> None:
    path = f"/plans/v1/obligations/{(await obligation_of(admin, plan, 5))['id']}"
    await department.officer.ok("POST", f"{path}:claim-done", {})
    refused = await department.head.post(f"{path}:return", {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/narrative")
    returned = await department.head.ok("POST", f"{path}:return", {"narrative": "Thiếu số liệu"})
    assert (returned["state"], returned["completed_on"]) == ("acknowledged", None)


async def test_done_in_the_future_is_refused(admin: Api, plan: Any, department: Department) -> None:
    path = f"/plans/v1/obligations/{(await obligation_of(admin, plan, 5))['id']}"
    refused = await department.officer.post(f"{path}:claim-done", {"completed_on": "2999-01-01"})
    assert refused.json()["errors"][0]["code"] == "in_the_future"


async def test_a_person_of_another_unit_cannot_be_assigned(
    admin: Api, plan: Any, department: Department
) -> None:
    path = f"/plans/v1/obligations/{(await obligation_of(admin, plan, 1))['id']}"
    refused = await admin.post(f"{path}:assign", {"officer_id": department.officer_id})
    assert refused.json()["errors"][0]["code"] == "not_of_this_unit"


async def test_a_unit_sees_the_plan_that_names_it_but_may_not_change_it(
    admin: Api, plan: Any, department: Department
) -> None:
    seen = await department.head.ok("GET", f"/plans/v1/plans/{plan['id']}")
    assert seen["number"] == "1205/KH-SVHTT"
    refused = await department.head.post(f"/plans/v1/plans/{plan['id']}:carry-over", {"year": 2024})
    assert refused.status_code == 404
    mine = await department.head.items("/plans/v1/obligations")
    assert {o["unit_code"] for o in mine} == {mine[0]["unit_code"]}


async def test_closing_closes_what_is_open_and_its_reminders(
    admin: Api, running: Platform, plan: Any
) -> None:
    await running.settle()
    closed = await admin.ok(
        "POST", f"/plans/v1/plans/{plan['id']}:close", {"closed_on": "2023-12-31"}
    )
    assert (closed["state"], closed["closed_on"]) == ("closed", "2023-12-31")
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"])
    assert {o["state"] for o in owed} == {"closed"}
    await running.settle()
    assert await admin.items("/notifications/v1/reminders", state="planned") == []


async def test_a_plan_cannot_end_before_it_began(admin: Api, plan: Any) -> None:
    refused = await admin.post(f"/plans/v1/plans/{plan['id']}:close", {"closed_on": "2023-01-01"})
    assert refused.json()["code"] == "closed_before_issued"


async def test_carrying_over_moves_dates_words_and_targets_and_keeps_the_origin(
    admin: Api, plan: Any
) -> None:
    new = await admin.ok("POST", f"/plans/v1/plans/{plan['id']}:carry-over", {"year": 2026})

    assert (new["state"], new["year"], new["number"]) == ("draft", 2026, None)
    assert new["carried_from"] == plan["id"]
    assert "2026" in new["title"]
    assert "2023" not in new["title"]
    tasks = await admin.items("/plans/v1/tasks", plan_id=new["id"])
    assert [t["due_text"] for t in tasks][:5] == [
        "Tháng 6/2026",
        "Trước ngày 30/6/2026",
        "Định kỳ theo quy định",
        "Trước ngày 31/12/2026",
        "Trước ngày 31/12/2026",
    ]
    assert tasks[3]["deadline"]["due_on"] == "2026-12-31"
    assert all(t["carried_from"] for t in tasks)
    targets = await admin.items("/plans/v1/targets", plan_id=new["id"])
    assert len(targets) == len(await admin.items("/plans/v1/targets", plan_id=plan["id"]))


async def test_a_carried_over_plan_is_issued_with_its_own_number(admin: Api, plan: Any) -> None:
    new = await admin.ok("POST", f"/plans/v1/plans/{plan['id']}:carry-over", {"year": 2026})
    refused = await admin.post(f"/plans/v1/plans/{new['id']}:issue", {})
    assert refused.json()["code"] == "number_or_date_missing"
    body = {"number": "15/KH-SVHTT", "issued_on": "2026-01-15"}
    issued = await admin.ok("POST", f"/plans/v1/plans/{new['id']}:issue", body)
    assert (issued["state"], issued["number"]) == ("issued", "15/KH-SVHTT")
    overdue = await admin.items("/plans/v1/obligations", plan_id=new["id"], overdue=True)
    assert all(o["due_on"] < "2026-11-21" for o in overdue)
    assert overdue


async def test_a_year_that_is_not_later_is_refused(admin: Api, plan: Any) -> None:
    refused = await admin.post(f"/plans/v1/plans/{plan['id']}:carry-over", {"year": 2023})
    assert (refused.status_code, refused.json()["code"]) == (409, "year_not_later")


async def test_groups_are_those_of_the_day_of_issue(admin: Api) -> None:
    preview = await upload(admin)
    draft = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {"issue": False})
    unit = {"code": "PTC", "name": "Phòng Tổ chức pháp chế", "parent_code": "SVHTT"}
    await admin.ok("POST", "/plans/v1/units", unit)
    await admin.ok("POST", f"/plans/v1/plans/{draft['id']}:issue", {})
    tasks = await admin.items("/plans/v1/tasks", plan_id=draft["id"])
    assert "PTC" in {lead["unit_code"] for lead in tasks[7]["leads"]}


async def test_words_are_found_without_accents(admin: Api, plan: Any) -> None:
    found = await admin.items("/plans/v1/tasks", q="giai ngan")
    assert [t["ordinal"] for t in found] == ["5"]
    assert await admin.items("/plans/v1/plans", q="khong co gi") == []
