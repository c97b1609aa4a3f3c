"""Cells of Excel read as a person sees them; sheets as officers lay them out."""

from decimal import Decimal

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.workbooks import BOLD, DAY, MONTH, PERCENT, Book, Raw, Value, number

HEADER: list[Value] = ["TT", "Nhiệm vụ", "Chủ trì", "Sản phẩm", "Thời hạn"]


def read(*rows: list[Value], **settings: object) -> DocumentContent:
    head: list[list[Value]] = [["KẾ HOẠCH"], ["Cải cách hành chính năm 2025"], []]
    sheet = [*head, HEADER, *rows]
    book = Book({"Sheet1": sheet}, **settings)  # type: ignore[arg-type]
    return read_document(book.saved(), file_name="ke-hoach.xlsx")


def due(cell: Value, **settings: object) -> tuple[str, str | None]:
    (task,) = read(["1", "Kiểm tra công vụ", "Thanh tra Sở", "Báo cáo", cell], **settings).tasks
    day = task.deadline.due_on
    return task.deadline.raw, day.isoformat() if day else None


@pytest.mark.parametrize(
    ("cell", "raw", "day"),
    [
        (number("45838", DAY), "30/6/2025", "2025-06-30"),
        (number("45838.75", DAY), "30/6/2025", "2025-06-30"),
        (number("45809", MONTH), "Tháng 6/2025", "2025-06-30"),
        (Raw("<v>2025-06-30T00:00:00</v>", "d"), "30/6/2025", "2025-06-30"),
        (Raw("<is><t>Trước ngày 30/6/2025</t></is>", "inlineStr"), "Trước ngày 30/6/2025",
         "2025-06-30"),
        (Raw("<is><r><t>Quý </t></r><r><t>IV</t></r><rPh><t>quy</t></rPh></is>", "inlineStr"),
         "Quý IV", "2025-12-31"),
        (Raw("<v>Quý IV</v>", "str"), "Quý IV", "2025-12-31"),
    ],
)  # fmt: skip
def test_days_months_and_words_of_a_cell_are_the_deadline(cell: Value, raw: str, day: str) -> None:
    assert due(cell) == (raw, day)


def test_days_of_old_macintosh_files_count_from_1904() -> None:
    settings = {"workbook_settings": '<workbookPr date1904="1"/>'}
    assert due(number("44376", DAY), **settings) == ("30/6/2025", "2025-06-30")


def test_a_bare_number_is_never_taken_for_a_day() -> None:
    assert due(number("45838")) == ("45838", None)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (number("0.98", PERCENT), "98"),
        (number("0.28999999999999998", PERCENT), "29"),
        (number("0.965", PERCENT), "96.5"),
        (number("1", PERCENT), "100"),
    ],
)
def test_percentages_are_exact(cell: Value, value: str) -> None:
    rows: list[list[Value]] = [
        ["KẾ HOẠCH"], ["Cải cách hành chính năm 2025"], [],
        ["TT", "Nội dung", "Chỉ tiêu năm 2025"], ["1", "Hồ sơ giải quyết đúng hạn", cell],
    ]  # fmt: skip
    (target,) = read_document(Book({"a": rows}).saved()).targets
    assert (target.value, target.unit) == (Decimal(value), "%")


def test_ordinals_may_be_numbers_and_lines_in_a_cell_are_items() -> None:
    content = read(
        [number("1"), "Kiểm tra", "Thanh tra Sở\nVăn phòng Sở", "- Báo cáo\n- Kết luận", "Quý I"],
        [number("2.0"), "Rà soát", "Văn phòng Sở", "", "Quý II"],
    )
    assert [task.ordinal for task in content.tasks] == ["1", "2"]
    assert content.tasks[0].lead_units == ("Thanh tra Sở", "Văn phòng Sở")
    assert content.tasks[0].outputs == ("Báo cáo", "Kết luận")


ROW: list[Value] = ["1", "Kiểm tra công vụ", "Thanh tra Sở", "Báo cáo", "Quý IV"]


@pytest.mark.parametrize("settings", [{"shared": True}, {"shared": False}, {"prefix": "x:"}],
                         ids=["shared strings", "inline strings", "with a prefix"])  # fmt: skip
def test_however_the_file_stores_words_they_are_the_same(settings: dict[str, object]) -> None:
    (task,) = read(ROW, **settings).tasks
    assert (task.title, task.lead_units, task.outputs) == (
        "Kiểm tra công vụ", ("Thanh tra Sở",), ("Báo cáo",),
    )  # fmt: skip


def test_hidden_sheets_hold_lists_and_are_not_read() -> None:
    book = Book(
        {"Danh mục": [HEADER, ["1", "Bí mật", "Sở A", "", ""]], "Kế hoạch": [HEADER, ROW]},
        hidden=frozenset({"Danh mục"}),
    )
    assert [task.title for task in read_document(book.saved()).tasks] == ["Kiểm tra công vụ"]


def test_each_sheet_named_after_an_area_holds_its_tasks() -> None:
    book = Book(
        {"Cải cách thể chế": [HEADER, ROW], "Cải cách tài chính công": [HEADER, ROW]},
    )
    content = read_document(book.saved())
    titles = {area.code: area.title for area in content.areas}
    assert [titles[task.area or ""] for task in content.tasks] == list(book.sheets)


def test_letterhead_and_signature_stand_in_columns_beside_each_other() -> None:
    rows: list[list[Value]] = [
        ["UBND TỈNH BÌNH ĐỊNH", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["SỞ NỘI VỤ", "", "", "Độc lập - Tự do - Hạnh phúc"],
        ["Số: 12/KH-SNV", "", "", "Bình Định, ngày 15 tháng 01 năm 2025"],
        [],
        [Raw("<is><t>KẾ HOẠCH</t></is>", "inlineStr", BOLD)],
        ["Cải cách hành chính năm 2025"],
        [],
        HEADER,
        ROW,
        ["2", "Báo cáo năm", "Văn phòng Sở", "Báo cáo", "Tháng 12/2025"],
        [],
        ["Nơi nhận:", "", "", "KT. GIÁM ĐỐC"],
        ["- UBND tỉnh;", "", "", "PHÓ GIÁM ĐỐC"],
        ["- Lưu: VT.", "", "", "Nguyễn Văn An"],
    ]
    merges = {"a": ["A5:E5", "A6:E6"]}
    content = read_document(Book({"a": rows}, merges).saved(), file_name="ke-hoach.xlsx")
    assert (content.number, content.symbol, content.place) == (
        "12/KH-SNV", "KH-SNV", "Bình Định",
    )  # fmt: skip
    assert content.issuer == "SỞ NỘI VỤ"
    assert str(content.issued_on) == "2025-01-15"
    assert content.recipients == ("UBND tỉnh", "Lưu: VT")
    signer = content.signer
    assert (signer.authority, signer.position, signer.name) == (
        "KT.", "PHÓ GIÁM ĐỐC", "Nguyễn Văn An",
    )  # fmt: skip
    assert [task.ordinal for task in content.tasks] == ["1", "2"]


def test_a_bold_cell_in_the_title_column_is_the_heading_of_an_area() -> None:
    heading = Raw("<is><t>Cải cách thể chế</t></is>", "inlineStr", BOLD)
    content = read(["", heading, "", "", ""], ROW)
    assert [(area.title) for area in content.areas] == ["Cải cách thể chế"]
    assert content.tasks[0].area == content.areas[0].code


FORM_FACTS: list[list[Value]] = [
    ["Mục", "Nội dung"], ["Mẫu", "CCHC 1"], ["Số", "12/KH-SNV"], ["Ngày ban hành", "15/01/2025"],
    ["NĂM", number("2025")], ["Người ký", "Nguyễn Văn An"],
]  # fmt: skip


def form(**sheets: list[list[Value]]) -> DocumentContent:
    named = {name.replace("_", " "): rows for name, rows in sheets.items()}
    return read_document(Book({"THONG TIN": FORM_FACTS, **named}).saved())


def test_a_workbook_typed_by_hand_is_read_whatever_the_order_of_its_columns() -> None:
    content = form(
        nhiem_vu=[
            ["Thời hạn", "Chủ trì", "Nội dung", "Lĩnh vực", "Sản phẩm", "Phối hợp", "STT"],
            [number("45838", DAY), "Văn phòng Sở, Thanh tra Sở", "Rà soát văn bản",
             "Cải cách thể chế", "Báo cáo; Quyết định", "Các phòng, đơn vị thuộc Sở", ""],
            ["Hằng quý", "Thanh tra Sở", "Kiểm tra đạt tối thiểu 50% đơn vị",
             "2. Cải cách tài chính công", "", "", ""],
            ["Quý IV", "Văn phòng Sở", "Báo cáo", "Cải cách thể chế", "", "", ""],
        ]
    )  # fmt: skip
    assert (content.number, content.symbol, content.year) == ("12/KH-SNV", "KH-SNV", 2025)
    first, second, third = content.tasks
    assert first.lead_units == ("Văn phòng Sở", "Thanh tra Sở")
    assert first.coordinating_units == ("Các phòng, đơn vị thuộc Sở",)
    assert first.outputs == ("Báo cáo", "Quyết định")
    assert (first.ordinal, second.ordinal, third.ordinal) == ("1", "2", "3")
    assert [(a.code, a.title) for a in content.areas] == [
        ("1", "Cải cách thể chế"), ("2", "Cải cách tài chính công"),
    ]  # fmt: skip
    assert (first.area, second.area, third.area) == ("1", "2", "1")
    assert [str(t.value) for t in second.targets] == ["50"]


def test_targets_of_a_workbook_are_those_of_its_sheet_and_of_no_words() -> None:
    content = form(
        nhiem_vu=[["TT", "Nhiệm vụ"], ["1", "Kiểm tra đạt tối thiểu 50% đơn vị"]],
        chi_tieu=[
            ["Nhiệm vụ", "Chỉ tiêu", "So sánh", "Giá trị", "Đơn vị tính"],
            ["1", "Đơn vị được kiểm tra", "≥", "62,5", "%"],
            ["", "Chỉ số cải thiện so với năm trước", ">prev", "", ""],
            ["", "Tối thiểu 98% hồ sơ đúng hạn", "", "", ""],
        ],
    )
    found = [(t.task, t.operator, t.value, t.unit) for t in content.targets]
    assert found == [
        (None, ">prev", None, None), (None, ">=", Decimal(98), "%"),
        ("1", ">=", Decimal("62.5"), "%"),
    ]  # fmt: skip
