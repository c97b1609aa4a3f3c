"""Task tables as officers really draw them: any order, wording, merging and breaking of rows."""

import unicodedata
from copy import deepcopy
from datetime import date
from decimal import Decimal
from time import process_time

import pytest
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent, Task
from tests.support.documents import (
    BINH_DINH,
    TASK_HEADER,
    changed,
    plan_document,
    saved,
    task_plan,
    varied_binh_dinh_plan,
)

ROW = (
    "1",
    "Rà soát văn bản quy phạm pháp luật",
    "Văn phòng Sở",
    "Thanh tra Sở",
    "Báo cáo",
    "Quý II",
)


def tasks_of(content: bytes) -> tuple[Task, ...]:
    return read_document(content).tasks


def codes(content: DocumentContent) -> list[str]:
    return [warning.code for warning in content.warnings]


def test_swapped_columns_a_ninth_task_and_renamed_units_change_nothing_else() -> None:
    original = tasks_of(BINH_DINH.read_bytes())
    names = {"Văn phòng Sở": "Phòng Hành chính - Tổng hợp", "Thanh tra Sở": "Ban Pháp chế"}
    varied = tasks_of(varied_binh_dinh_plan(swap_columns=True, extra_task=True, rename_units=names))
    assert len(varied) == 9
    for before, after in zip(original, varied, strict=False):
        assert after.title == before.title
        assert after.deadline == before.deadline
        assert after.outputs == before.outputs
        assert after.lead_units == tuple(names.get(unit, unit) for unit in before.lead_units)
    ninth = varied[8]
    assert (ninth.ordinal, ninth.lead_units) == ("9", ("Ban Pháp chế",))
    assert ninth.coordinating_units == ("Phòng Hành chính - Tổng hợp",)
    assert ninth.deadline.due_on == date(2023, 12, 31)
    assert [(t.operator, t.value, t.unit) for t in ninth.targets] == [(">=", Decimal(50), "%")]


@pytest.mark.parametrize(
    "header",
    [
        ("TT", "NHIỆM VỤ", "CHỦ TRÌ", "PHỐI HỢP", "KẾT QUẢ ĐẠT ĐƯỢC", "THỜI GIAN HOÀN THÀNH"),
        ("STT", "Nội dung công việc", "Đơn vị chủ trì", "Đơn vị phối hợp", "Sản phẩm", "Thời hạn"),
        (
            "Số TT",
            "Tên nhiệm vụ",
            "Cơ quan chủ trì",
            "Cơ quan phối hợp",
            "Sản phẩm, kết quả",
            "Tiến độ",
        ),
        ("Stt", "Nhiệm vụ, giải pháp", "Bộ phận phụ trách", "Phối hợp thực hiện", "Đầu ra", "Hạn"),
        ("TT", "Hoạt động", "Đơn vị thực hiện", "Phối hợp", "Kết quả", "Thời gian thực hiện"),
    ],
    ids=lambda header: header[0],
)
def test_the_wording_of_the_header_may_differ(header: tuple[str, ...]) -> None:
    (task,) = tasks_of(saved(task_plan(ROW, header=header)))
    assert (task.ordinal, task.title) == (ROW[0], ROW[1])
    assert (task.lead_units, task.coordinating_units) == (("Văn phòng Sở",), ("Thanh tra Sở",))
    assert task.outputs == ("Báo cáo",)
    assert (task.deadline.starts_on, task.deadline.due_on) == (date(2025, 4, 1), date(2025, 6, 30))


def test_one_column_may_hold_lead_and_coordination() -> None:
    header = ("TT", "Nhiệm vụ", "Đơn vị chủ trì, phối hợp", "Thời hạn")
    row = (
        "1",
        "Số hóa hồ sơ",
        "Chủ trì: Văn phòng Sở\nPhối hợp: Thanh tra Sở; các phòng chuyên môn",
        "Quý I",
    )
    (task,) = tasks_of(saved(task_plan(row, header=header)))
    assert task.lead_units == ("Văn phòng Sở",)
    assert task.coordinating_units == ("Thanh tra Sở", "Các phòng chuyên môn")


def test_columns_without_a_known_role_are_named_in_a_warning() -> None:
    content = read_document(saved(task_plan((*ROW, "X"), header=(*TASK_HEADER, "Mã hiệu"))))
    warning = next(w for w in content.warnings if w.code == "column_not_read")
    assert "«Mã hiệu»" in warning.message


def test_rows_torn_by_a_page_break_are_put_together() -> None:
    document = task_plan(
        ("1", "Xây dựng kế hoạch tuyên truyền của", "Các phòng chuyên", "Văn phòng Sở", "- Kế hoạch được ban hành theo", "Trước ngày"),
        ("", "Sở Nội vụ", "môn thuộc Sở", "", "quy định\n- Báo cáo", "30/6/2025"),
        ("2", "Việc khác", "Thanh tra Sở", "", "", "Quý III"),
    )  # fmt: skip
    first, second = tasks_of(saved(document))
    assert first.title == "Xây dựng kế hoạch tuyên truyền của Sở Nội vụ"
    assert first.lead_units == ("Các phòng chuyên môn thuộc Sở",)
    assert first.outputs == ("Kế hoạch được ban hành theo quy định", "Báo cáo")
    assert (first.deadline.raw, first.deadline.due_on) == (
        "Trước ngày 30/6/2025",
        date(2025, 6, 30),
    )
    assert second.ordinal == "2"


def test_units_that_begin_a_line_in_small_letters_are_not_glued_to_the_one_above() -> None:
    document = task_plan(
        ("1", "Kiểm tra công vụ", "Văn phòng Sở", "Thanh tra Sở", "Báo cáo", "Quý I"),
        ("", "", "", "các đơn vị trực thuộc", "", ""),
    )
    (task,) = tasks_of(saved(document))
    assert task.coordinating_units == ("Thanh tra Sở", "Các đơn vị trực thuộc")


def test_a_cell_merged_down_belongs_to_every_task_beside_it() -> None:
    document = task_plan(
        ROW,
        ("2", "Ban hành kế hoạch", "", "Phòng Pháp chế", "Kế hoạch", ""),
        ("3", "Kiểm tra", "Thanh tra Sở", "", "Báo cáo", "Quý IV"),
    )
    table = document.tables[0]
    table.cell(1, 2).merge(table.cell(2, 2))
    table.cell(1, 5).merge(table.cell(2, 5))
    first, second, third = tasks_of(saved(document))
    assert first.lead_units == second.lead_units == ("Văn phòng Sở",)
    assert first.deadline.due_on == second.deadline.due_on == date(2025, 6, 30)
    assert third.lead_units == ("Thanh tra Sở",)


def test_rows_that_share_a_merged_ordinal_are_one_task() -> None:
    document = task_plan(
        ("1", "Cải cách tổ chức", "Văn phòng Sở", "", "Đề án", "Quý I"),
        ("", "", "Thanh tra Sở", "", "Báo cáo", "Quý IV"),
    )
    table = document.tables[0]
    for column in (0, 1):
        table.cell(1, column).merge(table.cell(2, column))
    (task,) = tasks_of(saved(document))
    assert task.lead_units == ("Văn phòng Sở", "Thanh tra Sở")
    assert task.outputs == ("Đề án", "Báo cáo")
    assert task.deadline.dates == (date(2025, 3, 31), date(2025, 12, 31))


def test_ditto_marks_repeat_the_unit_and_the_deadline_above() -> None:
    document = task_plan(ROW, ("2", "Việc khác", "nt", "-nt-", "", "như trên"))
    first, second = tasks_of(saved(document))
    assert second.lead_units == first.lead_units
    assert second.coordinating_units == first.coordinating_units
    assert second.deadline == first.deadline


def test_repeated_headers_column_numbers_and_totals_are_no_tasks() -> None:
    numbers = ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)")
    total = ("", "Tổng cộng", "", "", "", "")
    document = task_plan(numbers, ROW, TASK_HEADER, ("2", *ROW[1:]), total)
    assert [task.ordinal for task in tasks_of(saved(document))] == ["1", "2"]


def test_a_table_that_goes_on_in_a_second_table_is_one() -> None:
    pieces = [[TASK_HEADER, ROW], [("", "và văn bản cá biệt", "", "", "", ""), ("2", *ROW[1:])]]
    document = plan_document(tables=pieces, before_table=["PHỤ LỤC"])
    first, second = tasks_of(saved(document))
    assert first.title == "Rà soát văn bản quy phạm pháp luật và văn bản cá biệt"
    assert second.ordinal == "2"


def test_html_remnants_are_taken_out_and_figures_with_angle_brackets_stay() -> None:
    output = '<p>Báo cáo</p> <ul style="x"> <li>- Đạt 70% - <90% hồ sơ</li> <li>- Kế hoạch&nbsp;năm</li></ul>'
    (task,) = tasks_of(saved(task_plan((*ROW[:4], output, ROW[5]))))
    assert task.outputs == ("Báo cáo", "Đạt 70% - <90% hồ sơ", "Kế hoạch năm")


def test_numbers_that_word_counts_itself_are_read() -> None:
    document = task_plan(("", *ROW[1:]), ("", *ROW[1:]))
    for row in document.tables[0].rows[1:]:
        row.cells[0].paragraphs[0].style = "List Number"
    assert [task.ordinal for task in tasks_of(saved(document))] == ["1", "2"]


def test_decomposed_letters_read_like_composed_ones() -> None:
    row, header = (
        tuple(unicodedata.normalize("NFD", cell) for cell in cells) for cells in (ROW, TASK_HEADER)
    )
    document = task_plan(row, header=header)
    (task,) = tasks_of(saved(document))
    assert (task.title, task.lead_units) == (ROW[1], ("Văn phòng Sở",))


def test_line_breaks_and_page_breaks_inside_a_cell_do_not_glue_words() -> None:
    document = task_plan(ROW)
    paragraph = document.tables[0].cell(1, 3).paragraphs[0]
    paragraph.add_run().add_break(WD_BREAK.LINE)
    paragraph.add_run("Phòng Tổ chức")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    (task,) = tasks_of(saved(document))
    assert task.coordinating_units == ("Thanh tra Sở", "Phòng Tổ chức")


def test_deleted_text_of_tracked_changes_is_not_read() -> None:
    def change(document: WordDocument) -> None:
        paragraph = document.tables[2].cell(2, 1).paragraphs[0]._p
        for xml in (
            f'<w:del {nsdecls("w")} w:id="1" w:author="x"><w:r><w:delText> CŨ</w:delText></w:r></w:del>',
            f'<w:ins {nsdecls("w")} w:id="2" w:author="x"><w:r><w:t xml:space="preserve"> MỚI</w:t></w:r></w:ins>',
        ):
            paragraph.append(parse_xml(xml))

    assert tasks_of(changed(BINH_DINH, change))[0].title.endswith("tại cơ quan. MỚI")


def test_a_merged_row_whose_blocks_pair_is_several_tasks() -> None:
    document = task_plan(
        (
            "1\n\n2",
            "Rà soát\n\nBan hành",
            "Văn phòng Sở\n\nThanh tra Sở",
            "",
            "A\n\nB",
            "Quý I\n\nQuý II",
        ),
        (
            "3",
            "- Tuyên truyền\n- Tập huấn",
            "- Văn phòng Sở\n- Thanh tra Sở",
            "",
            "",
            "- Quý III\n- Quý IV",
        ),
    )
    tasks = tasks_of(saved(document))
    assert [(task.ordinal, task.title, task.lead_units[0]) for task in tasks] == [
        ("1", "Rà soát", "Văn phòng Sở"),
        ("2", "Ban hành", "Thanh tra Sở"),
        ("3.1", "Tuyên truyền", "Văn phòng Sở"),
        ("3.2", "Tập huấn", "Thanh tra Sở"),
    ]
    assert [task.deadline.raw for task in tasks] == ["Quý I", "Quý II", "Quý III", "Quý IV"]


def test_a_merged_row_whose_blocks_do_not_pair_stays_whole_with_a_warning() -> None:
    document = task_plan(
        ("1\n\n2", "Rà soát\n\nBan hành", "Văn phòng Sở", "", "A\n\nB\n\nC", "Quý I"),
        ("3", "- Tuyên truyền\n- Tập huấn", "Văn phòng Sở", "", "", "Quý III"),
    )
    content = read_document(saved(document))
    assert [task.outputs for task in content.tasks] == [("A", "B", "C"), ("A", "B", "C"), ()]
    assert content.tasks[2].title == "Tuyên truyền - Tập huấn"
    assert codes(content).count("unpaired") == 1


def test_five_hundred_different_rows_are_read_in_well_under_a_second() -> None:
    document = task_plan(ROW)
    table = document.tables[0]._tbl
    template = table.tr_lst[-1]
    for number in range(2, 501):
        row = deepcopy(template)
        for text, words in zip(row.iter(qn("w:t")), _row(number), strict=True):
            text.text = words
        table.append(row)
    content = saved(document)
    started = process_time()
    tasks = tasks_of(content)
    assert process_time() - started < 1.0
    assert (len(tasks), tasks[-1].ordinal) == (500, "500")


def _row(number: int) -> tuple[str, ...]:
    return (
        str(number),
        f"Rà soát nhóm thủ tục hành chính số {number} thuộc phạm vi quản lý của Sở",
        f"Phòng Nghiệp vụ {number}",
        f"Văn phòng Sở; các phòng chuyên môn, đơn vị trực thuộc {number}",
        f"- Tối thiểu {number % 100}% hồ sơ đúng hạn; - Báo cáo số {number}",
        f"Trước ngày {number % 28 + 1}/{number % 12 + 1}/2025",
    )
