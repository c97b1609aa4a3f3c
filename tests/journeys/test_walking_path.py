"""The main job, as a user does it: speaking only HTTP to a platform of its own."""

import email
from email import policy
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import varied_binh_dinh_plan
from tests.support.worlds import Caller, World, eventually

BINH_DINH = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"
LEADS = [1, 1, 1, 4, 1, 2, 2, 1]


def add_people(caller: Caller, unit_code: str, name: str) -> dict[str, str]:
    """A head and an officer of a unit, with addresses; their ids."""
    ids = {}
    for position in ("head", "officer"):
        person = caller.post(
            "/plans/v1/people",
            {"full_name": f"{name} {position}", "unit_code": unit_code, "position": position},
        )
        ids[position] = person["id"]
        caller.post(
            "/notifications/v1/contacts",
            {
                "person_id": person["id"],
                "unit_code": unit_code,
                "channel": "email",
                "address": f"{position}@{unit_code.lower()}.svhtt.example",
                "display_name": f"{name} {position}",
            },
        )
    return ids


def import_plan(caller: Caller, content: bytes, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Upload, look at the preview, confirm: the preview and the plan."""
    preview = caller.post("/plans/v1/imports", files={"file": (name, content)})
    plan = caller.post(f"/plans/v1/imports/{preview['id']}:confirm", {})
    return preview, plan


def mails(world: World) -> list[Any]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((world.data / "mail").glob("*.eml"))
    ]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_plan_in_word_becomes_tasks_reminders_mail_and_verified_work(world: World) -> None:
    admin = world.caller()
    preview, plan = import_plan(admin, BINH_DINH.read_bytes(), BINH_DINH.name)

    assert preview["content"]["number"] == plan["number"] == "1205/KH-SVHTT"
    assert {w["code"] for w in preview["warnings"]} >= {"numbering_jump", "unknown_unit"}
    assert (plan["state"], plan["issued_on"]) == ("issued", "2023-06-16")
    tasks = admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert [len(task["lead_units"]) for task in tasks] == LEADS
    targets = admin.items("/plans/v1/targets", plan_id=plan["id"])
    assert sum(target["task_id"] == tasks[5]["id"] for target in targets) == 4

    owed = admin.items("/plans/v1/obligations", task_id=tasks[4]["id"])[0]
    assert owed["due_on"] == "2023-12-31"
    people = add_people(admin, owed["unit_code"], "Nguyễn Văn Thử")
    planned = eventually(
        lambda: admin.items("/notifications/v1/reminders", obligation_id=owed["id"])
    )
    offsets = sorted(r["due_at"][:10] for r in planned if r["state"] == "planned")
    # 31/12/2023 is a Sunday and 30/12 a Saturday: both move to Friday 29/12 and become one;
    # the day after is 1 January, a holiday: Tuesday 2 January; of the weekly repeats only the next
    assert set(offsets) == {"2023-12-22", "2023-12-28", "2023-12-29", "2024-01-02", "2024-01-08"}

    admin.post("/plans/v1/clock:advance", {"to": "2023-12-22T08:01:00+07:00"})
    sent = eventually(
        lambda: [
            m
            for m in admin.items("/notifications/v1/messages", obligation_id=owed["id"])
            if m["state"] == "sent"
        ]
    )
    assert [m["person_id"] for m in sent] == [people["officer"]]
    letter = next(m for m in mails(world) if m["To"].addresses[0].addr_spec.startswith("officer@"))
    assert "giải ngân" in letter.get_body(("plain",)).get_content()
    why = admin.get(f"/notifications/v1/messages/{sent[0]['id']}")["why"]
    assert why

    officer = world.caller(admin.post(f"/plans/v1/principals/{people['officer']}/keys", {})["key"])
    path = f"/plans/v1/obligations/{owed['id']}"
    officer.post(f"{path}:report-progress", {"narrative": "Đã giải ngân 80%", "percent": 80})
    officer.post(f"{path}:claim-done", {"narrative": "Đã giải ngân 100%"})
    refused = officer.try_post(f"{path}:verify", {})
    assert refused.status_code == 403
    head = world.caller(admin.post(f"/plans/v1/principals/{people['head']}/keys", {})["key"])
    done = head.post(f"{path}:verify", {"narrative": "Đúng số liệu"})
    assert (done["state"], done["done_on_time"]) == ("closed", True)
    assert done["verified_by"] == people["head"]
    left = eventually(
        lambda: (
            not [
                r
                for r in admin.items("/notifications/v1/reminders", obligation_id=owed["id"])
                if r["state"] == "planned"
            ]
        )
    )
    assert left


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_path_is_walked_too_with_swapped_columns_a_ninth_task_and_other_names(
    world: World,
) -> None:
    content = varied_binh_dinh_plan(
        swap_columns=True,
        extra_task=True,
        rename_units={"Thanh tra Sở": "Phòng Pháp chế", "Thư viện tỉnh": "Thư viện Nguyễn Huệ"},
    )
    admin = world.caller()
    preview, plan = import_plan(admin, content, "ke-hoach-khac.docx")

    assert len(preview["content"]["tasks"]) == 9
    tasks = admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert len(tasks) == 9
    assert [len(task["lead_units"]) for task in tasks][:8] == LEADS
    names = {unit["name"] for unit in admin.items("/plans/v1/units")}
    assert {"Phòng Pháp chế", "Thư viện Nguyễn Huệ"} <= names
    assert "Thanh tra Sở" not in names
    owed = admin.items("/plans/v1/obligations", plan_id=plan["id"])
    assert {o["task_id"] for o in owed} == {task["id"] for task in tasks}
    arrived = eventually(lambda: len(admin.items("/notifications/v1/obligations")) == len(owed))
    assert arrived
