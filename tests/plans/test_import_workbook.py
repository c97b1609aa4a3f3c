"""Does a preview travel to Excel and back, and does only what a person changed change?"""

from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.documents.preview_sheets import NEW_UNIT
from services.plans.domain.content_rows import bare
from shared.workbooks import MEDIA_TYPE, read_workbook
from tests.plans.conftest import upload
from tests.support.api import Api
from tests.support.documents import BINH_DINH, DONG_NAI, HA_TINH
from tests.support.excel import Excel

TASKS, TARGETS, UNITS, INFO = "Nhiệm vụ", "Chỉ tiêu", "Đơn vị", "Thông tin"


async def workbook_of(admin: Api, preview: Any) -> Excel:
    async with admin.as_key(None) as browser:
        answer = await browser.get(preview["links"]["workbook"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    return Excel(answer.content)


async def send_back(admin: Api, preview: Any, content: bytes, mode: str = "atomic") -> Any:
    return await admin.http.put(
        f"/plans/v1/imports/{preview['id']}/workbook",
        params={"mode": mode},
        files={"file": ("sua.xlsx", content, MEDIA_TYPE)},
        headers={"If-Match": "*"},
    )


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI, HA_TINH], ids=lambda p: p.stem)
@pytest.mark.parametrize("resaved", [False, True], ids=["as sent", "saved by another program"])
async def test_a_workbook_that_comes_back_untouched_changes_nothing(
    admin: Api, sample: Any, resaved: bool
) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SVHTT", "name": "Sở Văn hóa và Thể thao"})
    file = (sample.name, sample.read_bytes())
    preview = await admin.ok(
        "POST", "/plans/v1/imports", files={"file": file}, params={"unit_code": "SVHTT"}
    )
    book = await workbook_of(admin, preview)
    if resaved:
        book.resave_with_shared_strings()
    answer = await send_back(admin, preview, book.saved())
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []
    assert answer.json()["preview"]["revision"] == preview["revision"]


async def test_cells_rows_and_units_are_corrected_and_told_from_to(admin: Api) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SVHTT", "name": "Sở Văn hóa và Thể thao"})
    unit = {"code": "TTRA", "name": "Bộ phận thanh tra", "parent_code": "SVHTT"}
    await admin.ok("POST", "/plans/v1/units", unit)
    preview = await upload(admin)
    book = await workbook_of(admin, preview)
    book.write(TASKS, 0, "Thời hạn", "Trước ngày 25/6/2023")
    book.write(TASKS, 2, "Ấn định ngày", "30/9/2023")
    book.write(TASKS, 3, "Đơn vị chủ trì", "Bảo tàng tỉnh; Thư viện tỉnh")
    book.write(TARGETS, 0, "Giá trị", "96,5")
    book.write(INFO, 2, "Nội dung", "1300/KH-SVHTT")
    names = [row["Tên trong văn bản"] for row in book.rows(UNITS)]
    book.write(UNITS, names.index("Thanh tra Sở"), "Là đơn vị", "TTRA – Bộ phận thanh tra")
    book.write(UNITS, names.index("Văn phòng Sở"), "Là đơn vị", NEW_UNIT)
    book.append(TASKS, **{"TT": "9", "Nhiệm vụ": "Kiểm tra", "Đơn vị chủ trì": "Thanh tra Sở", "Thời hạn": "Quý IV/2023"})  # fmt: skip
    book.delete(TASKS, 7)

    tried = await send_back(admin, preview, book.saved(), "dry_run")
    assert tried.status_code == 200, tried.text
    told = {(c["place"], c["row"] or c["label"], c["field"]): (c["before"], c["after"]) for c in tried.json()["changes"]}  # fmt: skip
    assert told["tasks", "t1", "deadline"] == ("Tháng 6/2023", "Trước ngày 25/6/2023")
    assert told["tasks", "t3", "deadline"][1] == "30/9/2023 (Định kỳ theo quy định)"
    assert told["tasks", "t4", "lead_units"][1] == ["Bảo tàng tỉnh", "Thư viện tỉnh"]
    assert told["targets", "c1", "value"] == ("95", "96.5")
    assert told["head", None, "number"] == ("1205/KH-SVHTT", "1300/KH-SVHTT")
    assert told["units", "Thanh tra Sở", "units"] == (None, "TTRA")
    assert told["units", "Văn phòng Sở", "units"] == (None, "+")
    assert told["tasks", "t9", "added"][1]["title"] == "Kiểm tra"
    assert {k for k in told if k[2] == "dropped"} == {("tasks", "t8", "dropped"), ("targets", "c12", "dropped")}  # fmt: skip
    assert len(told) == 10
    assert tried.json()["applied"] is False
    assert (await admin.ok("GET", f"/plans/v1/imports/{preview['id']}"))["revision"] == 1

    done = await send_back(admin, preview, book.saved())
    assert done.json()["applied"] is True
    assert len(done.json()["changes"]) == 10
    shown = done.json()["preview"]
    assert {c["via"] for c in shown["changes"]} == {"workbook"}
    again = await workbook_of(admin, shown)
    untouched = await send_back(admin, shown, again.saved())
    assert untouched.json()["changes"] == []
    assert again.rows(UNITS)[names.index("Văn phòng Sở")]["Là đơn vị"] == NEW_UNIT


async def test_a_workbook_from_before_a_correction_is_refused_with_clear_words(admin: Api) -> None:
    preview = await upload(admin)
    book = await workbook_of(admin, preview)
    await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", {"head": {"place": "Quy Nhơn"}})
    refused = await send_back(admin, preview, book.saved())
    assert (refused.status_code, refused.json()["code"]) == (412, "workbook_stale")
    assert "lần 1" in refused.json()["detail"]
    assert "lần 2" in refused.json()["detail"]


async def test_a_copied_row_is_a_new_one_and_remarks_below_are_none(admin: Api) -> None:
    preview = await upload(admin)
    book = await workbook_of(admin, preview)
    book.copy(TASKS, 1, 5)
    book.append(TASKS, **{"Đơn vị chủ trì": "Người lập: Nguyễn Văn A"})
    answer = (await send_back(admin, preview, book.saved())).json()
    assert [(c["row"], c["field"]) for c in answer["changes"]] == [("t9", "added")]
    rows = [t["row"] for t in answer["preview"]["content"]["tasks"]]
    assert rows == ["t1", "t2", "t3", "t4", "t5", "t9", "t6", "t7", "t8"]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "code"),
    [
        (TARGETS, 0, "Giá trị", "nhiều", "not_a_number"),
        (TARGETS, 1, "So sánh", "hơn", "not_an_operator"),
        (TASKS, 0, "Ấn định ngày", "31/2/2023", "not_a_day"),
        (INFO, 8, "Nội dung", "năm nay", "not_a_year"),
        (INFO, 4, "Nội dung", "tháng sáu", "not_a_day"),
        (INFO, 1, "Nội dung", "Thư", "not_a_kind"),
    ],
)
async def test_a_cell_that_is_no_value_is_refused_with_its_place(
    admin: Api, sheet: str, row: int, column: str, text: str, code: str
) -> None:
    preview = await upload(admin)
    book = await workbook_of(admin, preview)
    book.write(sheet, row, column, text)
    book.write(TASKS, 1, "Nhiệm vụ", "Cũng đổi")
    refused = await send_back(admin, preview, book.saved())
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["code"] == code
    assert error["pointer"].startswith(f"{sheet}!")
    assert error["pointer"].endswith(str(row + 2))
    assert (await admin.ok("GET", f"/plans/v1/imports/{preview['id']}"))["revision"] == 1


async def test_what_is_no_workbook_of_this_preview_is_refused(admin: Api) -> None:
    preview, other = await upload(admin), await upload(admin)
    foreign = await send_back(admin, preview, (await workbook_of(admin, other)).saved())
    assert (foreign.status_code, foreign.json()["code"]) == (409, "workbook_of_another")
    word = await send_back(admin, preview, BINH_DINH.read_bytes())
    assert (word.status_code, word.json()["errors"][0]["code"]) == (422, "not_xlsx")
    book = await workbook_of(admin, preview)
    book.write(TASKS, 0, "Nhiệm vụ", "HYPERLINK(A1)", formula=True)
    formula = await send_back(admin, preview, book.saved())
    assert formula.json()["errors"][0]["code"] == "formula"
    assert "Nhiệm vụ!C2" in formula.json()["detail"]
    bare_book = await workbook_of(admin, preview)
    bare_book.parts["xl/workbook.xml"] = bare_book.parts["xl/workbook.xml"].replace(
        "Nền tảng".encode(), b"Khac"
    )
    refused = await send_back(admin, preview, bare_book.saved())
    assert refused.json()["code"] == "workbook_refused"
    await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:discard")
    late = await send_back(admin, preview, book.saved())
    assert late.status_code in {409, 422}


async def test_doubtful_cells_are_coloured_and_say_why_and_units_are_offered(admin: Api) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SVHTT", "name": "Sở Văn hóa và Thể thao"})
    preview = await upload(admin)
    book = await workbook_of(admin, preview)
    sheet = book.parts["xl/worksheets/sheet1.xml"].decode()
    assert 's="2"' in sheet
    assert 'state="frozen"' in sheet
    assert '<col min="11" max="11" width="9" customWidth="1" hidden="1"/>' in sheet
    assert "dẫn sang văn bản khác" in book.parts["xl/comments1.xml"].decode()
    assert "$A$2" in book.parts["xl/worksheets/sheet3.xml"].decode()
    assert {row["Chọn ở trang Đơn vị"] for row in book.rows("Danh mục")} == {
        "SVHTT – Sở Văn hóa và Thể thao", NEW_UNIT,
    }  # fmt: skip
    assert book.rows(TASKS)[5]["Hiểu là"].count("\n") == 5


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI], ids=lambda p: p.stem)
async def test_a_plan_exported_and_read_again_is_the_same_plan(admin: Api, sample: Any) -> None:
    file = (sample.name, sample.read_bytes())
    preview = await admin.ok("POST", "/plans/v1/imports", files={"file": file})
    body = {"tasks": {"change": {"t3": {"due_on": "2023-09-30", "title": "=1+1 @nguy hiểm"}}}}
    await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", body)
    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {"year": 2025 if not preview["content"]["year"] else None})  # fmt: skip
    answer = await admin.get(f"/plans/v1/plans/{plan['id']}/workbook")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["etag"] == f'"{plan["revision"]}"'
    again = read_document(answer.content, file_name="ke-hoach.xlsx").as_json()
    shown = (await admin.ok("GET", f"/plans/v1/imports/{preview['id']}"))["content"]
    for name in ("number", "symbol", "issued_on", "issuer", "place", "title", "year", "signer",
                 "legal_bases", "recipients", "areas", "index_targets", "responsibilities"):  # fmt: skip
        assert again[name] == shown[name], name
    for kind in ("tasks", "targets"):
        assert again[kind] == [bare(row) for row in shown[kind]]
    assert again["tasks"][2]["title"] == "=1+1 @nguy hiểm"
    [sheet] = [s for s in read_workbook(answer.content) if s.title == TASKS]
    assert sheet.rows[4][2] == "=1+1 @nguy hiểm", "a text, not a formula"
    assert 'quotePrefix="1"' in Excel(answer.content).parts["xl/styles.xml"].decode()
