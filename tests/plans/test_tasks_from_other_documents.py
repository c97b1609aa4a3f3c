"""How does a task come that no annual plan holds?"""

from typing import Any

import pytest

from services.embedded import Platform
from tests.plans.conftest import Department
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock("2023-07-05T09:00:00+07:00")


def body(plan: Any, department_unit: str, **other: Any) -> dict[str, Any]:
    source = {"kind": "conclusion", "number": "77/TB-SVHTT", "issued_on": "2023-07-03"}
    return {
        "unit_code": plan["unit_code"],
        "source": source,
        "title": "Rà soát danh mục thủ tục hành chính",
        "lead_units": [department_unit, plan["unit_code"]],
        "due_text": "Trước ngày 30/9",
    } | other


@pytest.fixture
async def unit(admin: Api, plan: Any) -> str:
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    return str(tasks[4]["leads"][0]["unit_code"])


async def test_each_lead_owes_it_at_once_and_is_reminded_with_the_documents_number(
    admin: Api, running: Platform, plan: Any, unit: str
) -> None:
    task = await admin.ok("POST", "/plans/v1/tasks", body(plan, unit))
    assert (task["source"]["number"], task["flags"]) == ("77/TB-SVHTT", ["several_leads"])
    owed = await admin.items("/plans/v1/obligations", task_id=task["id"])
    assert {o["unit_code"] for o in owed} == {unit, plan["unit_code"]}
    assert {(o["due_on"], o["exclusive"], o["document"]) for o in owed} == {
        ("2023-09-30", True, "77/TB-SVHTT")
    }
    await running.settle()
    [told] = await admin.items("/notifications/v1/obligations", unit_code=unit, q="danh mục")
    assert told["source"] == "plans/77/TB-SVHTT"
    planned = await admin.items("/notifications/v1/reminders", obligation_id=told["id"])
    assert any(r["state"] == "planned" for r in planned)


async def test_tasks_of_one_year_are_kept_together_and_are_not_carried_over(
    admin: Api, plan: Any, unit: str
) -> None:
    first = await admin.ok("POST", "/plans/v1/tasks", body(plan, unit))
    second = await admin.ok("POST", "/plans/v1/tasks", body(plan, unit, title="Việc khác"))
    assert first["plan_id"] == second["plan_id"] != plan["id"]
    kept = await admin.ok("GET", f"/plans/v1/plans/{first['plan_id']}")
    assert (kept["kind"], kept["state"], kept["year"]) == ("assignments", "issued", 2023)
    assert kept["title"] == "Nhiệm vụ theo các văn bản khác năm 2023"
    refused = await admin.post(f"/plans/v1/plans/{kept['id']}:carry-over", {"year": 2024})
    assert (refused.status_code, refused.json()["code"]) == (
        409, "assignments_end_with_their_year",
    )  # fmt: skip
    await admin.ok("POST", f"/plans/v1/plans/{kept['id']}:close", {})
    after = await admin.ok("POST", "/plans/v1/tasks", body(plan, unit, title="Sau khi kết thúc"))
    assert after["plan_id"] != kept["id"]


@pytest.mark.parametrize(
    ("deadline", "due_on", "exclusive"),
    [
        ({"due_text": "", "due_on": "2023-08-15"}, "2023-08-15", False),
        ({"due_text": "trong 10 ngày làm việc kể từ ngày ban hành"}, "2023-07-17", False),
        ({"due_text": "Quý III"}, "2023-09-30", False),
    ],
)
async def test_deadlines_count_from_the_documents_date(
    admin: Api, plan: Any, unit: str, deadline: dict[str, str], due_on: str, exclusive: bool
) -> None:
    task = await admin.ok("POST", "/plans/v1/tasks", body(plan, unit, **deadline))
    owed = await admin.items("/plans/v1/obligations", task_id=task["id"])
    assert {(o["due_on"], o["exclusive"]) for o in owed} == {(due_on, exclusive)}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"due_text": "sớm nhất có thể nhé"}, "/due_text"),
        ({"due_text": ""}, "/due_text"),
        ({"lead_units": ["KHONG-CO"]}, "/lead_units/0"),
        ({"coordinating_units": ["KHONG-CO"]}, "/coordinating_units/0"),
        ({"lead_units": []}, "/lead_units"),
    ],
)
async def test_what_cannot_be_understood_is_refused_and_nothing_is_kept(
    admin: Api, plan: Any, unit: str, wrong: dict[str, Any], pointer: str
) -> None:
    refused = await admin.post("/plans/v1/tasks", body(plan, unit, **wrong))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert len(await admin.items("/plans/v1/plans")) == 1


async def test_only_the_office_that_issues_gives_tasks(
    plan: Any, unit: str, department: Department
) -> None:
    assert (await department.head.post("/plans/v1/tasks", body(plan, unit))).status_code == 403
