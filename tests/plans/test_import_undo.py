"""Can a confirmation be taken back, and is a plan that is there already recognised?"""

from typing import Any

import pytest

from services.embedded import Platform
from tests.plans.conftest import BINH_DINH, WORD, person_with_key, upload
from tests.support.api import Api
from tests.support.documents import varied_binh_dinh_plan

REASON = {"reason": "Nhập nhầm bản dự thảo."}


async def confirmed(admin: Api, preview: Any, **how: Any) -> Any:
    return await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", how)


async def test_an_import_is_undone_and_confirmed_again_once(admin: Api, running: Platform) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    plan = await confirmed(admin, preview)
    await running.settle()
    first = await admin.items("/notifications/v1/reminders", state="planned")

    undone = await admin.ok("POST", f"{path}:undo", REASON)
    await running.settle()
    assert (undone["state"], undone["plan_id"]) == ("previewed", None)
    assert "confirm" in undone["allowed_actions"]
    assert await admin.items("/notifications/v1/reminders", state="planned") == []
    assert await admin.items("/plans/v1/plans") == []
    assert await admin.items("/plans/v1/tasks") == []
    assert await admin.items("/plans/v1/targets") == []
    assert await admin.items("/plans/v1/obligations") == []
    old = await admin.ok("GET", f"/plans/v1/plans/{plan['id']}")
    assert (old["state"], old["allowed_actions"]) == ("withdrawn", [])
    withdrawn = await admin.items("/plans/v1/plans", state="withdrawn")
    assert [p["id"] for p in withdrawn] == [plan["id"]]
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"])
    assert {o["state"] for o in owed} == {"cancelled"}
    audit = await admin.items("/plans/v1/audit", limit=200)
    assert [a["reason"] for a in audit if a["action"].endswith(":undo")] == [REASON["reason"]]

    again = await confirmed(admin, preview)
    await running.settle()
    assert again["id"] != plan["id"]
    assert len(await admin.items("/notifications/v1/reminders", state="planned")) == len(first)
    assert len(await admin.items("/plans/v1/plans")) == 1
    refused = await admin.post(f"{path}:confirm", {})
    assert refused.json()["code"] == "import_is_confirmed"


async def test_undo_asks_for_a_reason(admin: Api) -> None:
    preview = await upload(admin)
    await confirmed(admin, preview)
    refused = await admin.post(f"/plans/v1/imports/{preview['id']}:undo", {"reason": ""})
    assert refused.status_code == 422


async def test_what_was_not_confirmed_cannot_be_undone(admin: Api) -> None:
    preview = await upload(admin)
    refused = await admin.post(f"/plans/v1/imports/{preview['id']}:undo", REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "import_not_confirmed")
    assert "undo" in preview["blocked_because"]


async def test_acknowledging_does_not_stand_in_the_way_but_a_report_does(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    plan = await confirmed(admin, preview)
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"])
    first = f"/plans/v1/obligations/{owed[0]['id']}"
    await admin.ok("POST", f"{first}:acknowledge", {})
    assert "undo" in (await admin.ok("GET", path))["allowed_actions"]
    await admin.ok("POST", f"{first}:report-progress", {"narrative": "Đã làm", "percent": 10})
    shown = await admin.ok("GET", path)
    assert "1 nghĩa vụ" in shown["blocked_because"]["undo"]
    refused = await admin.post(f"{path}:undo", REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_has_work")


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        (":close", {"closed_on": "2023-12-31"}, "plan_is_closed"),
        (":carry-over", {"year": 2027}, "plan_is_carried_over"),
    ],
)
async def test_a_plan_that_went_on_is_not_withdrawn(
    admin: Api, verb: str, body: Any, code: str
) -> None:
    preview = await upload(admin)
    plan = await confirmed(admin, preview)
    await admin.ok("POST", f"/plans/v1/plans/{plan['id']}{verb}", body)
    refused = await admin.post(f"/plans/v1/imports/{preview['id']}:undo", REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, code)


async def test_who_may_not_issue_may_not_withdraw_what_was_issued(admin: Api) -> None:
    preview = await upload(admin)
    await confirmed(admin, preview)
    _, key = await person_with_key(admin, "SVHTT", "head")
    async with admin.as_key(key) as head:
        refused = await head.post(f"/plans/v1/imports/{preview['id']}:undo", REASON)
        assert refused.status_code == 403
    draft = await admin.ok("POST", "/plans/v1/imports", files={"file": ("b.docx", _another())})
    other = {"head": {"number": "1300/KH-SVHTT"}}
    await admin.ok("PATCH", f"/plans/v1/imports/{draft['id']}", other)
    await confirmed(admin, draft, issue=False)
    async with admin.as_key(key) as head:
        await head.ok("POST", f"/plans/v1/imports/{draft['id']}:undo", REASON)


def _another() -> bytes:
    """The same plan in another file."""
    return varied_binh_dinh_plan(swap_columns=True, extra_task=False, rename_units={})


async def test_the_same_file_is_warned_about_and_refused_unless_somebody_says_otherwise(
    admin: Api,
) -> None:
    first = await upload(admin)
    plan = await confirmed(admin, first)
    second = await upload(admin)
    path = f"/plans/v1/imports/{second['id']}"
    assert second["same_file_as"] == first["id"]
    assert {"same_file_plan", "same_number"} <= {w["code"] for w in second["warnings"]}
    await admin.ok("PATCH", path, {"head": {"number": "1300/KH-SVHTT"}})
    refused = await admin.post(f"{path}:confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "file_already_imported")
    assert plan["id"] in refused.json()["detail"]
    assert refused.headers["link"] == f'</plans/v1/plans/{plan["id"]}>; rel="duplicate"'
    await admin.ok("POST", f"{path}:confirm", {"allow_duplicate": True})
    assert len(await admin.items("/plans/v1/plans")) == 2


async def test_two_previews_of_one_file_know_each_other_and_nothing_is_refused(admin: Api) -> None:
    first = await upload(admin)
    second = await upload(admin)
    assert [w["code"] for w in second["warnings"] if w["group"] == "file"] == ["same_file"]
    await confirmed(admin, second)
    shown = await admin.ok("GET", f"/plans/v1/imports/{first['id']}")
    assert "same_file_plan" in {w["code"] for w in shown["warnings"]}


async def test_the_same_number_from_another_file_is_refused_unless_it_replaces(
    admin: Api, running: Platform
) -> None:
    plan = await confirmed(admin, await upload(admin))
    other = await upload(admin, _another())
    assert (other["same_file_as"], other["same_plan_as"]) == (None, plan["id"])
    path = f"/plans/v1/imports/{other['id']}:confirm"
    for how in ({}, {"allow_duplicate": True}):
        refused = await admin.post(path, how)
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_number_taken")
    new = await admin.ok("POST", path, {"replaces": plan["id"]})
    assert new["replaces"] == plan["id"]
    assert (await admin.ok("GET", f"/plans/v1/plans/{plan['id']}"))["state"] == "withdrawn"
    states = {i["state"] for i in await admin.items("/plans/v1/imports")}
    assert states == {"replaced", "confirmed"}
    await running.settle()
    planned = await admin.items("/notifications/v1/reminders", state="planned")
    living = {o["id"] for o in await admin.items("/plans/v1/obligations")}
    assert {r["obligation_id"] for r in planned} <= living


async def test_a_draft_without_a_number_may_be_the_same_plan(admin: Api) -> None:
    plan = await confirmed(admin, await upload(admin))
    other = await upload(admin, _another())
    path = f"/plans/v1/imports/{other['id']}"
    blank = await admin.ok("PATCH", path, {"head": {"number": None}})
    assert [w["code"] for w in blank["warnings"] if w["group"] == "file"] == ["similar_plan"]
    refused = await admin.post(f"{path}:confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_resembles")
    await admin.ok("POST", f"{path}:confirm", {"allow_duplicate": True})
    titled = await upload(admin, _another())
    named = await admin.ok(
        "PATCH", f"/plans/v1/imports/{titled['id']}", {"head": {"number": "7/KH-X"}}
    )
    codes = [w["code"] for w in named["warnings"] if w["group"] == "file"]
    assert codes[-1] in {"similar_plan", "same_title"}
    assert plan["number"] == "1205/KH-SVHTT"


async def test_only_a_plan_of_the_same_unit_is_replaced(admin: Api) -> None:
    preview = await upload(admin)
    refused = await admin.post(
        f"/plans/v1/imports/{preview['id']}:confirm", {"replaces": preview["id"]}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/replaces"


async def test_the_file_comes_back_under_its_own_name_with_its_hash(admin: Api) -> None:
    name = "Kế hoạch CCHC “bản ký” 2023.docx"
    content = BINH_DINH.read_bytes()
    preview = await admin.ok("POST", "/plans/v1/imports", files={"file": (name, content, WORD)})
    plan = await confirmed(admin, preview)
    assert plan["file_id"] == preview["file_id"]
    answer = await admin.get(preview["links"]["file"])
    assert answer.content == content
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="ke-hoach-cchc-ban-ky-2023.docx"; ')
    assert "filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch%20CCHC%20%E2%80%9Cb" in disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["repr-digest"].startswith("sha-256=:")
    assert preview["file_sha256"] in (await admin.get(preview["links"]["page"])).text
