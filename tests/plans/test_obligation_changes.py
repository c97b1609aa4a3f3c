"""How does what is owed change after the issue: more time, a pause, an end, remarks?"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.embedded import Platform
from tests.plans.conftest import Department, person_with_key
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

JULY = "2023-07-05T09:00:00+07:00"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(JULY)


@pytest.fixture
async def coordinator(admin: Api, plan: Any) -> AsyncIterator[Api]:
    """The head of the coordinating office: a coordinator at the plan's own unit."""
    _, key = await person_with_key(
        admin,
        plan["unit_code"],
        "head",
        grants=[{"unit_code": plan["unit_code"], "role": "coordinator"}],
    )
    async with admin.as_key(key) as api:
        yield api


@pytest.fixture
async def owed(admin: Api, plan: Any) -> Any:
    """What the department owes for task 5, with a date."""
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    [found] = await admin.items("/plans/v1/obligations", task_id=tasks[4]["id"])
    assert found["due_on"] > "2023-07-05"
    return found


async def planned(admin: Api, running: Platform, owed: Any) -> list[str]:
    """The days on which reminders of an obligation are still to go out."""
    await running.settle()
    found = await admin.items("/notifications/v1/reminders", obligation_id=owed["id"])
    return sorted(r["due_at"][:10] for r in found if r["state"] == "planned")


def path(owed: Any, verb: str = "") -> str:
    return f"/plans/v1/obligations/{owed['id']}{verb}"


ASK = {"requested_due_on": "2024-02-15", "narrative": "Nhà thầu bàn giao chậm"}


async def test_more_time_is_asked_for_granted_and_the_first_date_is_kept(
    admin: Api, running: Platform, owed: Any, department: Department, coordinator: Api
) -> None:
    before = await planned(admin, running, owed)
    asked = await department.officer.ok("POST", path(owed, ":request-extension"), ASK)
    assert (asked["state"], asked["due_on"], asked["asked_late"]) == (
        "requested", owed["due_on"], False,
    )  # fmt: skip
    meanwhile = await admin.ok("GET", path(owed))
    assert (meanwhile["due_on"], meanwhile["extension_id"]) == (owed["due_on"], asked["id"])
    assert await planned(admin, running, owed) == before, "nothing moves before the decision"

    [waiting] = await coordinator.items("/plans/v1/extensions", state="requested")
    assert set(waiting["allowed_actions"]) == {"approve", "refuse", "withdraw"}
    granted = await coordinator.ok(
        "POST",
        f"/plans/v1/extensions/{asked['id']}:approve",
        {"granted_due_on": "2024-01-31", "document": "Thông báo số 45/TB-SVHTT"},
    )
    assert (granted["state"], granted["granted_due_on"]) == ("approved", "2024-01-31")
    now = await admin.ok("GET", path(owed))
    assert (now["due_on"], now["original_due_on"]) == ("2024-01-31", owed["due_on"])
    assert (now["deadline_revision"], now["exclusive"]) == (owed["deadline_revision"] + 1, False)
    assert now["due_text"] == "Gia hạn đến hết ngày 31/01/2024"
    assert now["on_time_until"] == "2024-01-31T16:59:59Z"
    after = await planned(admin, running, owed)
    assert after, "reminders are planned anew"
    assert after != before
    assert all("2024-01-20" <= day <= "2024-04-30" for day in after), after
    history = await admin.items(path(owed, "/progress"))
    assert [(e["kind"], e["due_before"], e["due_after"], e["document"]) for e in history] == [
        ("extension-asked", owed["due_on"], "2024-02-15", None),
        ("extended", owed["due_on"], "2024-01-31", "Thông báo số 45/TB-SVHTT"),
    ]


async def test_a_second_extension_keeps_the_first_date_of_all(
    admin: Api, owed: Any, department: Department, coordinator: Api
) -> None:
    for day in ("2024-01-31", "2024-03-01"):
        ask = {"requested_due_on": day, "narrative": "chậm"}
        request = await department.officer.ok("POST", path(owed, ":request-extension"), ask)
        await coordinator.ok("POST", f"/plans/v1/extensions/{request['id']}:approve", {})
    now = await admin.ok("GET", path(owed))
    assert (now["due_on"], now["original_due_on"]) == ("2024-03-01", owed["due_on"])


async def test_refused_and_withdrawn_requests_leave_the_deadline(
    admin: Api, owed: Any, department: Department, coordinator: Api
) -> None:
    request = await department.officer.ok("POST", path(owed, ":request-extension"), ASK)
    again = await department.officer.post(path(owed, ":request-extension"), ASK)
    assert (again.status_code, again.json()["code"]) == (409, "extension_asked_already")
    url = f"/plans/v1/extensions/{request['id']}"
    assert (await coordinator.post(f"{url}:refuse", {})).status_code == 422, "a reason is needed"
    refused = await coordinator.ok("POST", f"{url}:refuse", {"narrative": "Gắn với báo cáo quý"})
    assert refused["state"] == "refused"
    told = await coordinator.post(f"{url}:approve", {})
    assert (told.status_code, told.json()["code"]) == (409, "extension_is_refused")
    second = await department.officer.ok("POST", path(owed, ":request-extension"), ASK)
    withdrawn = await department.officer.ok("POST", f"/plans/v1/extensions/{second['id']}:withdraw")
    assert withdrawn["state"] == "withdrawn"
    now = await admin.ok("GET", path(owed))
    assert (now["due_on"], now["original_due_on"], now["extension_id"]) == (
        owed["due_on"], None, None,
    )  # fmt: skip


async def test_nobody_decides_on_their_own_request_and_units_do_not_decide_at_all(
    owed: Any, department: Department, coordinator: Api
) -> None:
    request = await coordinator.ok(
        "POST",
        path(owed, ":request-extension"),
        ASK | {"on_behalf_of": "Trưởng phòng", "via": "phone"},
    )
    assert request["allowed_actions"] == ["withdraw"]
    url = f"/plans/v1/extensions/{request['id']}"
    own = await coordinator.post(f"{url}:approve", {})
    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    assert (await department.head.post(f"{url}:approve", {})).status_code == 403


@pytest.mark.parametrize(
    ("day", "code"),
    [("2023-06-30", "not_later_than_deadline"), ("DUE", "not_later_than_deadline")],
)
async def test_only_a_later_day_can_be_asked_for(
    owed: Any, department: Department, day: str, code: str
) -> None:
    ask = ASK | {"requested_due_on": owed["due_on"] if day == "DUE" else day}
    refused = await department.officer.post(path(owed, ":request-extension"), ask)
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/requested_due_on", code)


async def test_after_the_deadline_more_time_is_marked_as_asked_late(
    owed: Any, department: Department, clock: FrozenClock
) -> None:
    clock.move_to("2024-03-01T09:00:00+07:00")
    ask = ASK | {"requested_due_on": "2024-02-20"}
    passed = await department.officer.post(path(owed, ":request-extension"), ask)
    assert passed.json()["errors"][0]["code"] == "day_has_passed"
    ask = ASK | {"requested_due_on": "2024-04-01"}
    request = await department.officer.ok("POST", path(owed, ":request-extension"), ask)
    assert request["asked_late"] is True


async def test_what_has_no_date_cannot_be_extended(admin: Api, plan: Any) -> None:
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    [undated] = await admin.items("/plans/v1/obligations", task_id=tasks[2]["id"])
    assert undated["blocked_because"]["request-extension"]
    refused = await admin.post(path(undated, ":request-extension"), ASK)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_date_to_extend")


async def test_work_done_makes_the_request_lapse(
    admin: Api, owed: Any, department: Department, coordinator: Api
) -> None:
    request = await department.officer.ok("POST", path(owed, ":request-extension"), ASK)
    await department.officer.ok("POST", path(owed, ":claim-done"), {})
    lapsed = await admin.ok("GET", f"/plans/v1/extensions/{request['id']}")
    assert (lapsed["state"], lapsed["allowed_actions"]) == ("lapsed", [])
    told = await coordinator.post(f"/plans/v1/extensions/{request['id']}:approve", {})
    assert told.json()["code"] == "extension_is_lapsed"


async def test_suspended_work_is_not_reminded_of_until_it_goes_on(
    admin: Api, running: Platform, owed: Any, department: Department, coordinator: Api
) -> None:
    before = await planned(admin, running, owed)
    assert before
    rest = {"narrative": "Chờ sắp xếp bộ máy", "document": "46/TB-SVHTT"}
    assert (await department.head.post(path(owed, ":suspend"), rest)).status_code == 403
    resting = await coordinator.ok("POST", path(owed, ":suspend"), rest)
    assert (resting["state"], resting["overdue"], resting["days_left"]) == (
        "suspended",
        False,
        None,
    )
    assert set(resting["allowed_actions"]) == {"resume", "cancel"}
    assert await planned(admin, running, owed) == []
    told = await department.officer.post(path(owed, ":claim-done"), {})
    assert (told.status_code, told.json()["code"]) == (409, "obligation_is_suspended")
    resumed = await coordinator.ok("POST", path(owed, ":resume"), {})
    assert (resumed["state"], resumed["due_on"]) == ("acknowledged", owed["due_on"])
    assert await planned(admin, running, owed) == before


async def test_work_goes_on_by_a_new_date(
    admin: Api, running: Platform, owed: Any, coordinator: Api
) -> None:
    await coordinator.ok("POST", path(owed, ":suspend"), {"narrative": "Chờ"})
    past = await coordinator.post(path(owed, ":resume"), {"due_on": "2023-07-04"})
    assert past.json()["errors"][0]["code"] == "day_has_passed"
    resumed = await coordinator.ok("POST", path(owed, ":resume"), {"due_on": "2024-05-31"})
    assert (resumed["due_on"], resumed["original_due_on"]) == ("2024-05-31", owed["due_on"])
    assert min(await planned(admin, running, owed)) > "2024-05-01"


async def test_work_is_called_off_only_by_a_document(
    admin: Api, running: Platform, owed: Any, coordinator: Api
) -> None:
    bare = await coordinator.post(path(owed, ":cancel"), {"narrative": "Không còn giao"})
    assert bare.status_code == 422
    off = {"narrative": "Không còn giao", "document": "Công văn số 1520/UBND-NC"}
    gone = await coordinator.ok("POST", path(owed, ":cancel"), off)
    assert (gone["state"], gone["allowed_actions"]) == ("cancelled", [])
    assert await planned(admin, running, owed) == []
    [entry] = await admin.items(path(owed, "/progress"))
    assert (entry["kind"], entry["document"]) == ("cancelled", off["document"])


async def test_remarks_are_kept_in_order_and_in_every_state(
    admin: Api, owed: Any, department: Department, coordinator: Api
) -> None:
    await coordinator.ok("POST", path(owed, "/comments"), {"text": "Gửi kèm danh sách"})
    await coordinator.ok("POST", path(owed, ":cancel"), {"narrative": "thôi", "document": "1/TB"})
    await department.officer.ok("POST", path(owed, "/comments"), {"text": "Đã rõ"})
    said = await admin.items(path(owed, "/comments"))
    assert [c["text"] for c in said] == ["Gửi kèm danh sách", "Đã rõ"]
    assert said[1]["by"] == department.officer_id
