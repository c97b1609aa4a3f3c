"""When a task of a table is due: ticked periods, start and end, and what nobody can know."""

from datetime import date

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent, Task
from tests.support.documents import TASK_HEADER, saved, task_plan

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


def test_ticked_quarters_and_months_are_deadlines() -> None:
    document = task_plan(
        ("", "", "", "Quý I", "Quý II", "Quý III", "Quý IV"),
        ("1", "Rà soát", "Văn phòng Sở", "", "x", "", ""),
        ("2", "Kiểm tra", "Thanh tra Sở", "X", "", "X", ""),
        header=("TT", "Nhiệm vụ", "Chủ trì", "Thời gian thực hiện", "", "", ""),
    )
    table = document.tables[0]
    table.cell(0, 3).merge(table.cell(0, 6))
    for column in range(3):
        table.cell(0, column).merge(table.cell(1, column))
    first, second = tasks_of(saved(document))
    assert (first.deadline.raw, first.deadline.due_on) == ("Quý II", date(2025, 6, 30))
    assert second.deadline.dates == (date(2025, 3, 31), date(2025, 9, 30))


def test_numbered_months_below_one_head_are_deadlines() -> None:
    months = [str(month) for month in range(1, 13)]
    document = task_plan(
        ("", "", *months),
        ("1", "Tập huấn", *("x" if month == "5" else "" for month in months)),
        header=("TT", "Nội dung", "Thời gian thực hiện (tháng)", *[""] * 11),
    )
    table = document.tables[0]
    table.cell(0, 2).merge(table.cell(0, 13))
    for column in range(2):
        table.cell(0, column).merge(table.cell(1, column))
    (task,) = tasks_of(saved(document))
    assert (task.deadline.raw, task.deadline.due_on) == ("Tháng 5", date(2025, 5, 31))


def test_start_and_end_columns_are_one_window() -> None:
    header = ("TT", "Nhiệm vụ", "Thời gian bắt đầu", "Thời gian kết thúc")
    (task,) = tasks_of(saved(task_plan(("1", "Số hóa", "tháng 3", "tháng 11/2025"), header=header)))
    assert (task.deadline.starts_on, task.deadline.due_on) == (date(2025, 3, 1), date(2025, 11, 30))


def test_notes_and_funding_are_not_lost_without_a_word() -> None:
    header = (*TASK_HEADER, "Kinh phí", "Ghi chú")
    content = read_document(saved(task_plan((*ROW, "10 triệu", ""), header=header)))
    columns = [w.message for w in content.warnings if w.code == "column_not_read"]
    assert columns == ["Cột «Kinh phí» không được đọc."]


def test_impossible_and_unknown_deadlines_have_no_date_and_a_warning() -> None:
    document = task_plan(
        (*ROW[:5], "31/02/2025"), ("2", *ROW[1:5], "…"), ("3", *ROW[1:5], "khi nào xong")
    )
    content = read_document(saved(document))
    assert [task.deadline.kind for task in content.tasks] == [
        "unrecognised",
        "unset",
        "unrecognised",
    ]
    assert codes(content).count("deadline_unrecognised") == 2
    assert codes(content).count("deadline_unset") == 1


def test_deadlines_of_other_years_and_before_the_issue_are_noticed() -> None:
    document = task_plan((*ROW[:5], "Trước 30/6/2021"), ("2", *ROW[1:5], "Trước ngày 10/01/2025"))
    assert codes(read_document(saved(document))).count("deadline_before_issue") == 2
    late = task_plan((*ROW[:5], "Tháng 6/2028"))
    assert "year_disagreement" in codes(read_document(saved(late)))


def test_deadlines_that_do_not_pair_with_the_products_stay_together_with_a_warning() -> None:
    document = task_plan((*ROW[:4], "- Kế hoạch\n- Đề án\n- Báo cáo", "Quý I\nThường xuyên"))
    content = read_document(saved(document))
    assert content.tasks[0].deadline.kind == "parts"
    assert "unpaired" in codes(content)
