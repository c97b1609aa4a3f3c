"""How does a Word file become a plan over the API?"""

from services.embedded import Platform
from tests.plans.conftest import BINH_DINH, WORD, upload
from tests.support.api import Api
from tests.support.documents import varied_binh_dinh_plan


async def test_the_preview_shows_everything_read_and_changes_nothing_but_the_unit(
    admin: Api,
) -> None:
    preview = await upload(admin)

    assert preview["state"] == "previewed"
    assert preview["content"]["number"] == "1205/KH-SVHTT"
    assert len(preview["content"]["tasks"]) == 8
    assert "Văn phòng Sở" in {name["written"] for name in preview["names"]}
    assert {w["code"] for w in preview["warnings"]} >= {"numbering_jump", "target_below_max"}
    assert await admin.items("/plans/v1/plans") == []
    assert [u["code"] for u in await admin.items("/plans/v1/units")] == ["SVHTT"]


async def test_unknown_units_are_made_below_the_plans_unit_and_groups_are_expanded(
    admin: Api,
) -> None:
    preview = await upload(admin)
    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})

    units = await admin.items("/plans/v1/units")
    assert {u["parent_code"] for u in units if u["code"] != "SVHTT"} == {"SVHTT"}
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert [len(t["lead_units"]) for t in tasks] == [1, 1, 1, 4, 1, 2, 2, 1]
    divisions = {u["code"] for u in units if u["kind"] == "division"}
    assert {lead["unit_code"] for lead in tasks[7]["leads"]} == divisions
    assert len(divisions) == 3
    assert tasks[3]["flags"] == ["several_leads"]


async def test_unknown_units_can_be_refused_or_left(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}:confirm"
    refused = await admin.post(path, {"unknown_units": "refuse"})
    assert (refused.status_code, refused.json()["code"]) == (409, "units_unknown")
    blocked = await admin.post(path, {"unknown_units": "leave"})
    assert (blocked.status_code, blocked.json()["code"]) == (409, "leads_unresolved")
    plan = await admin.ok("POST", path, {"unknown_units": "leave", "issue": False})
    assert plan["state"] == "draft"
    assert "issue" in plan["blocked_because"]


async def test_a_correction_says_what_a_name_means(admin: Api) -> None:
    preview = await upload(admin)
    unit = {"code": "BPTT", "name": "Bộ phận thanh tra", "parent_code": "SVHTT"}
    await admin.ok("POST", "/plans/v1/units", unit)
    path = f"/plans/v1/imports/{preview['id']}"
    await admin.ok("PATCH", path, {"units": {"Thanh tra Sở": "BPTT"}})
    plan = await admin.ok("POST", f"{path}:confirm", {})
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert [lead["unit_code"] for lead in tasks[2]["leads"]] == ["BPTT"]
    assert "Thanh tra Sở" not in {u["name"] for u in await admin.items("/plans/v1/units")}


async def test_the_same_file_is_recognised_and_the_same_number_refused(admin: Api) -> None:
    first = await upload(admin)
    await admin.ok("POST", f"/plans/v1/imports/{first['id']}:confirm", {})
    second = await upload(admin)
    assert second["same_file_as"] == first["id"]
    refused = await admin.post(f"/plans/v1/imports/{second['id']}:confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_number_taken")
    again = await admin.post(f"/plans/v1/imports/{first['id']}:confirm", {})
    assert (again.status_code, again.json()["code"]) == (409, "import_is_confirmed")


async def test_a_discarded_preview_cannot_be_confirmed(admin: Api) -> None:
    preview = await upload(admin)
    await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:discard")
    refused = await admin.post(f"/plans/v1/imports/{preview['id']}:confirm", {})
    assert refused.json()["code"] == "import_is_discarded"


async def test_a_file_that_is_no_word_document_is_refused_with_a_reason(admin: Api) -> None:
    file = ("ke-hoach.docx", b"this is not Word", WORD)
    refused = await admin.post("/plans/v1/imports", files={"file": file})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "document_unreadable"
    assert problem["errors"][0]["code"] == "not_a_docx"
    assert "Word" in problem["detail"]


async def test_the_file_is_kept_as_it_was(admin: Api) -> None:
    preview = await upload(admin)
    content = await admin.get(f"/plans/v1/files/{preview['file_id']}/content")
    assert content.content == BINH_DINH.read_bytes()
    record = await admin.ok("GET", f"/plans/v1/files/{preview['file_id']}")
    assert record["size"] == len(content.content)


async def test_reading_can_be_done_later_as_a_job(admin: Api, running: Platform) -> None:
    file = (BINH_DINH.name, BINH_DINH.read_bytes(), WORD)
    accepted = await admin.post(
        "/plans/v1/imports", files={"file": file}, headers={"Prefer": "respond-async"}
    )
    assert accepted.status_code == 202
    job_path = accepted.headers["location"]
    assert (await admin.ok("GET", job_path))["state"] == "queued"
    await running.settle()
    job = await admin.ok("GET", job_path)
    assert job["state"] == "succeeded"
    preview = await admin.ok("GET", f"/plans/v1/imports/{job['result']['import_id']}")
    assert len(preview["content"]["tasks"]) == 8


async def test_a_job_that_reads_rubbish_fails_with_the_problem(
    admin: Api, running: Platform
) -> None:
    accepted = await admin.post(
        "/plans/v1/imports",
        files={"file": ("x.docx", b"rubbish", WORD)},
        headers={"Prefer": "respond-async"},
    )
    await running.settle()
    job = await admin.ok("GET", accepted.headers["location"])
    assert (job["state"], job["problem"]["code"]) == ("failed", "document_unreadable")


async def test_another_layout_of_the_same_plan_gives_the_same_tasks(admin: Api) -> None:
    content = varied_binh_dinh_plan(swap_columns=True, extra_task=True, rename_units={})
    preview = await upload(admin, content)
    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert len(tasks) == 9
    assert [len(t["lead_units"]) for t in tasks][:8] == [1, 1, 1, 4, 1, 2, 2, 1]
