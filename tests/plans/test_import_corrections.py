"""How does a person correct what was read, over the API?"""

from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.domain.content_edits import EditRefused, Edits, NewRow, RowEdits, edited
from services.plans.domain.content_rows import ROWS_GIVEN, bare, with_rows
from services.plans.use_cases.correct_import import deadline_reader
from tests.plans.conftest import upload
from tests.support.api import Api
from tests.support.documents import BINH_DINH, DONG_NAI, HA_TINH

Json = dict[str, Any]


def read(sample: Any = BINH_DINH) -> Json:
    return with_rows(read_document(sample.read_bytes()).as_json())


def edit(content: Json, **parts: Any) -> tuple[Json, list[Any]]:
    return edited(content, Edits(**parts), reader_of=deadline_reader)


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI, HA_TINH], ids=lambda p: p.stem)
def test_no_edits_change_nothing(sample: Any) -> None:
    content = read(sample)
    assert edit(content) == (content, [])


def test_each_field_of_a_task_and_a_target_is_corrected_and_told_from_to() -> None:
    content = read()
    task = {
        "ordinal": "5a", "area": "6", "title": "Giải ngân", "lead_units": ["A"],
        "coordinating_units": ["B", "C"], "outputs": ["Báo cáo"], "deadline": "Quý IV",
    }  # fmt: skip
    target = {"text": "Đạt 90%", "operator": ">", "value": "90.5", "unit": "điểm", "numerator": "n", "denominator": "d"}  # fmt: skip
    result, changes = edit(content, tasks=RowEdits({"t5": task}), targets=RowEdits({"c1": target}))
    assert {c.field: c.after for c in changes if c.row == "t5"} == task
    assert {c.field: c.after for c in changes if c.row == "c1"} == target
    row = result["tasks"][4]
    assert row["deadline"]["due_on"] == "2023-12-31"
    assert [t["area"] for t in row["targets"]] == ["6"], "a task's targets go with it"
    inside = [t for t in result["targets"] if t["task_row"] == "t5"]
    assert {(t["task"], t["area"]) for t in inside} == {("5a", "6")}
    assert content == read(), "what was given stays as it was"


def test_rows_are_added_below_others_and_dropped_with_their_targets() -> None:
    new = [
        NewRow("t2", {"title": "Một"}),
        NewRow("t2", {"title": "Hai"}),
        NewRow(None, {"title": "Ba"}),
    ]
    result, changes = edit(read(), tasks=RowEdits(add=tuple(new), drop=("t6",)))
    titles = [t["title"][:4] for t in result["tasks"]]
    assert titles[2:4] == ["Một", "Hai"]
    assert titles[-1] == "Ba"
    assert [t["row"] for t in result["tasks"]] == ["t1", "t2", "t9", "t10", "t3", "t4", "t5", "t7", "t8", "t11"]  # fmt: skip
    dropped = [c.row for c in changes if c.field == "dropped"]
    assert dropped[0] == "t6"
    assert len(dropped) == 5, "the task and its four targets"
    again, _ = edit(result, tasks=RowEdits(drop=("t11",)))
    more, _ = edit(again, tasks=RowEdits(add=(NewRow(None, {"title": "Bốn"}),)))
    assert more["tasks"][-1]["row"] == "t12", "an id is not given twice"


def test_a_task_and_its_target_may_be_dropped_together() -> None:
    result, changes = edit(read(), tasks=RowEdits(drop=("t8",)), targets=RowEdits(drop=("c12",)))
    assert len(changes) == 2
    assert "c12" not in {t["row"] for t in result["targets"]}


def test_another_year_means_other_days_only_for_words_that_lean_on_it() -> None:
    result, changes = edit(read(), facts={"year": 2024})
    due = {t["row"]: t["deadline"]["due_on"] for t in result["tasks"]}
    assert due["t1"] == "2023-06-30", "its words name the year"
    lean, _ = edit(read(), tasks=RowEdits({"t1": {"deadline": "Tháng 6"}}))
    moved, changes = edit(lean, facts={"year": 2024})
    assert moved["tasks"][0]["deadline"]["due_on"] == "2024-06-30"
    assert ("t1", "due_on", "2023-06-30", "2024-06-30") in [
        (c.row, c.field, c.before, c.after) for c in changes
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Định kỳ theo quy định", "30/9/2023 (Định kỳ theo quy định)"),
        ("", "30/9/2023"),
        ("30/8/2023 (Theo quy định)", "30/9/2023 (Theo quy định)"),
        ("Không rõ lắm đâu", "30/9/2023"),
    ],
)
def test_a_day_set_by_a_person_keeps_the_words_of_the_document(written: str, expected: str) -> None:
    content, _ = edit(read(), tasks=RowEdits({"t3": {"deadline": written}}))
    result, _ = edit(content, tasks=RowEdits({"t3": {"due_on": "2023-09-30"}}))
    deadline = result["tasks"][2]["deadline"]
    assert (deadline["kind"], deadline["due_on"], deadline["raw"]) == (
        "date",
        "2023-09-30",
        expected,
    )


def test_a_number_brings_its_symbol() -> None:
    result, _ = edit(read(), facts={"number": "77/KH-UBND"})
    assert (result["number"], result["symbol"]) == ("77/KH-UBND", "KH-UBND")


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"tasks": RowEdits({"t99": {"title": "x"}})}, "/tasks/change/t99", "unknown_row"),
        ({"tasks": RowEdits(drop=("t1", "t1x"))}, "/tasks/drop/1", "unknown_row"),
        ({"tasks": RowEdits(add=(NewRow("t77", {"title": "x"}),))}, "/tasks/add/0/after", "unknown_row"),
        ({"tasks": RowEdits({"t1": {"title": " "}})}, "/tasks/t1/title", "missing"),
        ({"targets": RowEdits({"c1": {"task": "99"}})}, "/targets/change/c1/task", "unknown_task"),
        ({"targets": RowEdits({"c1": {"value": None}})}, "/targets/c1/value", "missing"),
        ({"targets": RowEdits({"c1": {"operator": ">prev"}})}, "/targets/c1/value", "value_not_wanted"),
        ({"targets": RowEdits(add=(NewRow(None, {"text": "không có số"}),))}, "/targets/add/0/operator", "operator_needed"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(parts: Json, pointer: str, code: str) -> None:
    with pytest.raises(EditRefused) as refused:
        edit(read(), **parts)
    assert (refused.value.pointer, refused.value.code) == (pointer, code)


def test_a_target_without_a_comparison_is_understood_from_its_words() -> None:
    result, _ = edit(read(), targets=RowEdits(add=(NewRow(None, {"text": "Tối thiểu 98% hồ sơ đúng hạn", "task": "5"}),)))  # fmt: skip
    added = result["targets"][-1]
    assert (added["operator"], added["value"], added["unit"]) == (">=", "98", "%")
    assert bare(added) in result["tasks"][4]["targets"]


async def test_corrections_over_the_api_reach_the_plan(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    body = {
        "head": {"number": "1300/KH-SVHTT", "place": "Quy Nhơn", "signer": {"position": "PHÓ GIÁM ĐỐC", "name": "A", "authority": "KT."}, "recipients": ["Sở Nội vụ"],
                 "areas": [{"code": "1", "title": "Cải cách thể chế"}],
                 "responsibilities": [{"unit": "Văn phòng Sở", "duties": [{"text": "Tổng hợp", "deadline": "Hằng quý"}]}],
                 "legal_bases": [{"kind": "Quyết định", "number": "1/QĐ", "date": "2023-01-02"}]},
        "tasks": {"change": {"t3": {"due_on": "2023-09-30"}}, "add": [{"title": "Kiểm tra", "lead_units": ["Thanh tra Sở"], "deadline": "Quý IV/2023", "after": "t3"}], "drop": ["t8"]},
        "targets": {"change": {"c1": {"value": "96"}}},
        "new_units": ["Thanh tra Sở"],
    }  # fmt: skip
    corrected = await admin.ok("PATCH", path, body)
    assert corrected["revision"] == 2
    assert {c["via"] for c in corrected["changes"]} == {"api"}
    assert all(c["by"] and c["at"] for c in corrected["changes"])
    name = next(n for n in corrected["names"] if n["written"] == "Thanh tra Sở")
    assert (name["is_new"], name["new_units"]) == (True, ["Thanh tra Sở"])
    assert not [w for w in corrected["warnings"] if "Thanh tra Sở" in w["message"]]

    plan = await admin.ok("POST", f"{path}:confirm", {})
    assert (plan["number"], plan["place"], plan["recipients"]) == ("1300/KH-SVHTT", "Quy Nhơn", ["Sở Nội vụ"])  # fmt: skip
    assert plan["signer"]["authority"] == "KT."
    assert plan["responsibilities"][0]["duties"][0]["deadline"]["recurrence"]["every"] == [
        "quarter"
    ]
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert [t["ordinal"] for t in tasks] == ["1", "2", "3", None, "4", "5", "6", "7"]
    assert tasks[2]["deadline"]["due_on"] == "2023-09-30"
    targets = await admin.items("/plans/v1/targets", plan_id=plan["id"])
    assert targets[0]["value"] == "96"


async def test_nothing_changed_is_no_new_revision(admin: Api) -> None:
    preview = await upload(admin)
    same = {
        "head": {"place": preview["content"]["place"]},
        "tasks": {"change": {"t1": {"ordinal": "1"}}},
    }
    again = await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", same)
    assert (again["revision"], again["changes"]) == (1, [])


async def test_a_correction_of_what_somebody_else_changed_meanwhile_is_refused(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    await admin.ok("PATCH", path, {"head": {"place": "A"}})
    stale = await admin.patch(path, {"head": {"place": "B"}}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


async def test_a_mapping_can_be_taken_back(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    mapped = await admin.ok("PATCH", path, {"units": {"Thanh tra Sở": "SVHTT"}})
    name = next(n for n in mapped["names"] if n["written"] == "Thanh tra Sở")
    assert (name["corrected"], name["units"]) == (True, [{"unit_code": "SVHTT", "name": "Sở Văn hóa và Thể thao"}])  # fmt: skip
    back = await admin.ok("PATCH", path, {"units": {"Thanh tra Sở": None}})
    name = next(n for n in back["names"] if n["written"] == "Thanh tra Sở")
    assert (name["corrected"], name["units"]) == (False, [])
    assert [(c["before"], c["after"]) for c in back["changes"]] == [
        (None, "SVHTT"),
        ("SVHTT", None),
    ]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"units": {"Thanh tra Sở": "KHONG-CO"}}, "/units/Thanh tra Sở", "unknown_unit"),
        ({"tasks": {"drop": ["t99"]}}, "/tasks/drop/0", "unknown_row"),
        (
            {"targets": {"add": [{"text": "Cố gắng hơn"}]}},
            "/targets/add/0/operator",
            "operator_needed",
        ),
        ({"head": {"issued_on": "2023-02-31"}}, "/head/issued_on", "date_from_datetime_parsing"),
    ],
)
async def test_a_wrong_correction_names_the_place_and_changes_nothing(
    admin: Api, body: Json, pointer: str, code: str
) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    refused = await admin.patch(path, body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await admin.ok("GET", path))["revision"] == 1
    assert ROWS_GIVEN not in preview["content"]
    assert code in {refused.json()["errors"][0]["code"], "date_from_datetime_parsing"}


async def test_a_year_told_at_confirmation_is_a_correction_like_any_other(admin: Api) -> None:
    preview = await upload(admin)
    path = f"/plans/v1/imports/{preview['id']}"
    await admin.ok("PATCH", path, {"tasks": {"change": {"t1": {"deadline": "Tháng 9"}}}})
    plan = await admin.ok("POST", f"{path}:confirm", {"year": 2024})
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert (plan["year"], tasks[0]["deadline"]["due_on"]) == (2024, "2024-09-30")
    shown = await admin.ok("GET", path)
    assert ("year", 2023, 2024) in {(c["field"], c["before"], c["after"]) for c in shown["changes"] if c["field"] == "year"}  # fmt: skip
