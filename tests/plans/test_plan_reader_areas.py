"""To which content area a task of a table belongs, and how its sub-tasks are numbered."""

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import TASK_HEADER, add_table, plan_document, saved, task_plan

ROW = (
    "1",
    "Rà soát văn bản quy phạm pháp luật",
    "Văn phòng Sở",
    "Thanh tra Sở",
    "Báo cáo",
    "Quý II",
)


def codes(content: DocumentContent) -> list[str]:
    return [warning.code for warning in content.warnings]


def test_a_merged_row_is_the_heading_of_an_area() -> None:
    document = task_plan(
        ("I. CẢI CÁCH THỂ CHẾ", "", "", "", "", ""),
        ROW,
        ("II", "Cải cách thủ tục hành chính", "", "", "", ""),
        ("1", "Đơn giản hóa thủ tục", "Văn phòng Sở", "", "", "Thường xuyên"),
    )
    table = document.tables[0]
    table.cell(1, 0).merge(table.cell(1, 5))
    content = read_document(saved(document))
    assert [(area.code, area.title) for area in content.areas] == [
        ("I", "CẢI CÁCH THỂ CHẾ"),
        ("II", "Cải cách thủ tục hành chính"),
    ]
    assert [(task.area, task.ordinal) for task in content.tasks] == [("I", "1"), ("II", "1")]
    assert "numbering_jump" not in codes(content)


def test_an_area_may_have_a_column_of_its_own() -> None:
    header = ("TT", "Lĩnh vực", "Nhiệm vụ", "Chủ trì", "Thời hạn")
    document = task_plan(
        ("1", "Cải cách thể chế", "Rà soát", "Văn phòng Sở", "Quý I"),
        ("2", "", "Ban hành", "Văn phòng Sở", "Quý II"),
        ("3", "Cải cách tài chính công", "Quyết toán", "Phòng Tài chính", "Quý II"),
        header=header,
    )
    table = document.tables[0]
    table.cell(1, 1).merge(table.cell(2, 1))
    content = read_document(saved(document))
    titles = {area.code: area.title for area in content.areas}
    assert [titles[str(task.area)] for task in content.tasks] == [
        "Cải cách thể chế", "Cải cách thể chế", "Cải cách tài chính công",
    ]  # fmt: skip


def test_areas_are_matched_by_title_whatever_their_number() -> None:
    document = plan_document(
        text=("I. MỤC TIÊU", "1. Cải cách thể chế", "- 100% văn bản được rà soát", "2. Cải cách TTHC", "- 98% đúng hạn"),
        before_table=["PHỤ LỤC"],
        tables=[[TASK_HEADER, ("A", "Cải cách thủ tục hành chính", "", "", "", ""), ROW]],
    )  # fmt: skip
    content = read_document(saved(document))
    assert [area.code for area in content.areas] == ["1", "2"]
    assert content.tasks[0].area == "2"


def test_sub_tasks_are_told_apart_by_letters_and_bullets() -> None:
    document = task_plan(
        ("1", "Tuyên truyền cải cách hành chính", "Văn phòng Sở", "", "", "Quý I"),
        ("a", "Trên Cổng thông tin", "Trung tâm Thông tin", "", "", "Tháng 3"),
        ("b", "Trên báo", "Văn phòng Sở", "", "", "Tháng 4"),
        ("2", "Chính quyền số", "", "", "", ""),
        ("-", "Nâng cấp Cổng", "Trung tâm Thông tin", "", "", "Tháng 5"),
        ("-", "Ký số", "Văn phòng Sở", "", "", "Tháng 6"),
    )
    content = read_document(saved(document))
    assert [task.ordinal for task in content.tasks] == ["1", "1.a", "1.b", "2.1", "2.2"]
    assert content.tasks[3].area == "2"


def test_several_tables_are_read_each_under_its_area() -> None:
    document = plan_document(before_table=["PHỤ LỤC"])
    for number, heading in (("I", "CẢI CÁCH THỂ CHẾ"), ("II", "CẢI CÁCH CHẾ ĐỘ CÔNG VỤ")):
        document.add_paragraph(f"{number}. {heading}")
        add_table(document, [TASK_HEADER, ROW])
    content = read_document(saved(document))
    assert [(task.area, task.ordinal) for task in content.tasks] == [("I", "1"), ("II", "1")]
