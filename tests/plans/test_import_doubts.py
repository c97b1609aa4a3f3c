"""Is every doubt shown with its place, its sentence and its way out, and gone once it is settled?"""

from typing import Any

from services.plans.domain.content_doubts import GROUPS
from tests.plans.conftest import upload
from tests.support.api import Api
from tests.support.documents import DONG_NAI


def at(content: Any, pointer: str) -> Any:
    node = content
    for part in pointer.strip("/").split("/"):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def of(preview: Any, code: str) -> list[Any]:
    return [w for w in preview["warnings"] if w["code"] == code]


async def test_every_doubt_has_a_code_a_sentence_a_place_and_points_into_the_content(
    admin: Api,
) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SVHTT", "name": "Sở Văn hóa và Thể thao"})
    unit = {"code": "TTRA", "name": "Thanh tra Sở VHTT", "parent_code": "SVHTT"}
    await admin.ok("POST", "/plans/v1/units", unit)
    preview = await upload(admin)
    rows = {task["row"] for task in preview["content"]["tasks"]}
    for warning in preview["warnings"]:
        assert warning["code"], warning
        assert warning["message"][0].isalnum() or warning["message"][0] in "“«", warning
        assert warning["message"].endswith((".", ")")), warning
        assert warning["group"] in GROUPS
        assert warning["where"], warning
        assert set(warning["rows"]) <= rows
        for pointer in warning["pointers"]:
            at(preview["content"], pointer)
    [unknown] = [w for w in of(preview, "unknown_unit") if "“Thanh tra Sở”" in w["message"]]
    assert unknown["candidates"] == [{"unit_code": "TTRA", "name": "Thanh tra Sở VHTT"}]
    assert "Thanh tra Sở VHTT (TTRA)" in unknown["message"]
    assert [at(preview["content"], p) for p in unknown["pointers"]] == [["Thanh tra Sở"]]
    [prescribed] = of(preview, "deadline_as_prescribed")
    assert at(preview["content"], prescribed["pointers"][0])["raw"] == "Định kỳ theo quy định"
    assert "TT 3" in prescribed["where"], "the place as the reader found it in the document"


async def test_a_doubt_goes_away_with_its_correction(admin: Api) -> None:
    preview = await upload(admin)
    assert len(of(preview, "multiple_leads")) == 3
    body = {
        "head": {"index_targets": preview["content"]["index_targets"][:1]},
        "tasks": {
            "change": {
                "t3": {"due_on": "2023-09-30"},
                "t4": {"lead_units": ["Bảo tàng tỉnh"]},
                "t6": {"outputs": ["Đạt 100%"], "lead_units": ["Văn phòng Sở"]},
                "t7": {"lead_units": ["Văn phòng Sở"]},
                "t8": {"lead_units": ["Văn phòng Sở"]},
            }
        },
    }
    after = await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", body)
    gone = {
        "multiple_leads",
        "group_lead",
        "deadline_as_prescribed",
        "text_cut",
        "target_below_max",
    }
    assert gone <= {w["code"] for w in preview["warnings"]}
    assert gone.isdisjoint({w["code"] for w in after["warnings"]})


async def test_many_doubts_of_one_kind_are_one_that_names_its_rows(admin: Api) -> None:
    file = (DONG_NAI.name, DONG_NAI.read_bytes())
    preview = await admin.ok("POST", "/plans/v1/imports", files={"file": file})
    [missing] = of(preview, "lead_missing")
    assert len(missing["rows"]) == 59
    assert missing["message"].startswith("59 nhiệm vụ")
    change = {t["row"]: {"lead_units": ["Văn phòng Sở"]} for t in preview["content"]["tasks"][4:]}
    after = await admin.ok(
        "PATCH", f"/plans/v1/imports/{preview['id']}", {"tasks": {"change": change}}
    )
    assert len(of(after, "lead_missing")) == 4
    assert of(after, "lead_missing")[0]["where"] == "Nhiệm vụ 1.2.1"
    blank = await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", {"head": {"number": "9/KH-S", "issued_on": "2025-02-01"}})  # fmt: skip
    assert not of(blank, "number_blank")
    assert not of(blank, "date_blank")


async def test_what_confirming_would_make_is_told_beforehand(admin: Api) -> None:
    preview = await upload(admin)
    names = {name["written"]: name for name in preview["names"]}
    assert names["Các phòng chuyên môn thuộc Sở"]["new_units"] == [
        "Phòng Kế hoạch tài chính", "Phòng Quản lý Văn hóa - Gia đình", "Phòng Quản lý Thể dục thể thao",
    ]  # fmt: skip
    assert names["Phòng Quản lý Thể dục Thể thao"]["new_units"] == [
        "Phòng Quản lý Thể dục thể thao"
    ]
    coming: dict[str, list[Any]] = {}
    for item in preview["coming"]:
        coming.setdefault(item["row"], []).append(item)
    made = {t["row"]: {m for n in t["lead_units"] for m in names[n]["new_units"]} for t in preview["content"]["tasks"]}  # fmt: skip
    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"], limit=200)
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    for place, task in enumerate(tasks, 1):
        mine = [o for o in owed if o["task_id"] == task["id"]]
        row = f"t{place}"
        assert len(mine) == len(coming[row]) * len(made[row]), row
        assert {o["due_on"] for o in mine} == {c["due_on"] for c in coming[row]}, row
