"""Running text: headings by style or typed, items, torn sentences, objectives, tasks and duties."""

import re

import pytest
from docx import Document
from docx.document import Document as WordDocument

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from shared.texts import LANGUAGES, catalogue
from tests.support.documents import TASK_HEADER, plan_document, saved


def read(*text: str, **options: object) -> DocumentContent:
    return read_document(saved(plan_document(text=text, **options)))  # type: ignore[arg-type]


def test_areas_may_stand_under_objectives_and_again_under_tasks() -> None:
    content = read(
        "I. MỤC TIÊU",
        "1. Cải cách thể chế",
        "- 100% văn bản được ban hành đúng hạn;",
        "2. Cải cách thủ tục hành chính",
        "- Trên 95% hồ sơ đúng hạn.",
        "II. NHIỆM VỤ",
        "1. Cải cách thủ tục hành chính",
        "- Rà soát, đơn giản hóa thủ tục, hoàn thành trong quý II/2025.",
        "2. Về cải cách thể chế",
        "a) Kiểm tra văn bản;",
        "b) Xử lý văn bản trái luật.",
    )
    assert [(area.code, area.title) for area in content.areas] == [
        ("1", "Cải cách thể chế"),
        ("2", "Cải cách thủ tục hành chính"),
    ]
    assert [(t.area, t.operator) for t in content.targets] == [("1", ">="), ("2", ">")]
    assert [(task.area, task.ordinal, task.title) for task in content.tasks] == [
        ("2", "1.1", "Rà soát, đơn giản hóa thủ tục, hoàn thành trong quý II/2025"),
        ("1", "2.a", "Kiểm tra văn bản"),
        ("1", "2.b", "Xử lý văn bản trái luật"),
    ]
    assert str(content.tasks[0].deadline.due_on) == "2025-06-30"
    assert content.tasks[1].deadline.kind == "unset"


@pytest.mark.parametrize("marks", [("a)", "-"), ("-", "+")], ids=["letters", "bullets"])
def test_areas_may_be_named_by_letters_or_bullets_below_the_objectives(
    marks: tuple[str, str],
) -> None:
    area, item = marks
    content = read(
        "I. MỤC TIÊU",
        "1. Mục tiêu chung",
        "- Nâng cao chất lượng phục vụ.",
        "2. Mục tiêu cụ thể",
        f"{area} Cải cách thể chế:",
        f"{item} 100% văn bản được rà soát;",
        f"{area} Cải cách chế độ công vụ:",
        f"{item} 95% công chức được bồi dưỡng.",
    )
    assert [area.title for area in content.areas] == ["Cải cách thể chế", "Cải cách chế độ công vụ"]
    assert [len(area.objectives) for area in content.areas] == [1, 1]
    assert [target.area for target in content.targets] == [area.code for area in content.areas]


def test_a_labelled_aim_among_tasks_is_an_objective() -> None:
    content = read(
        "I. NHIỆM VỤ",
        "1. Cải cách thể chế",
        "- Mục tiêu: 100% văn bản đúng hạn.",
        "- Rà soát văn bản.",
    )
    assert [task.title for task in content.tasks] == ["Rà soát văn bản"]
    assert [target.area for target in content.targets] == ["1"]


def test_an_unknown_heading_with_objectives_and_tasks_is_an_area_too() -> None:
    content = read(
        "II. NỘI DUNG, MỤC TIÊU, NHIỆM VỤ",
        "1. Công tác truyền thông",
        "1.1. Mục tiêu",
        "- Tối thiểu 10 tin bài.",
        "1.2. Nhiệm vụ",
        "- Viết tin bài.",
    )
    assert [area.title for area in content.areas] == ["Công tác truyền thông"]
    assert (content.tasks[0].area, content.tasks[0].ordinal) == ("1", "1.2.1")
    assert (content.targets[0].unit, content.targets[0].area) == ("tin bài", "1")


@pytest.mark.parametrize("style", ["Heading 1", None], ids=["by style", "typed"])
def test_headings_are_known_by_style_or_by_number(style: str | None) -> None:
    def heading(text: str, number: str) -> str:
        return text if style else f"{number} {text}"

    document = plan_document(
        text=(heading("MỤC TIÊU", "I."), "- 98% hồ sơ đúng hạn", heading("TỔ CHỨC THỰC HIỆN", "II."),
              "1. Văn phòng Sở", "- Theo dõi, đôn đốc.")
    )  # fmt: skip
    for paragraph in document.paragraphs:
        if style and paragraph.text.isupper() and paragraph.text.startswith(("MỤC", "TỔ")):
            paragraph.style = style
    content = read_document(saved(document))
    assert len(content.targets) == 1
    assert [(r.unit, r.duties[0].text) for r in content.responsibilities] == [
        ("Văn phòng Sở", "Theo dõi, đôn đốc")
    ]


def test_headings_numbered_by_word_itself_are_known() -> None:
    document = Document()
    for line in (
        "Số: 1/KH-SNV",
        "Hà Nội, ngày 02 tháng 01 năm 2025",
        "KẾ HOẠCH",
        "Cải cách năm 2025",
    ):
        document.add_paragraph(line)
    _numbered(document, "NHIỆM VỤ")
    document.add_paragraph("Rà soát thủ tục.", style="List Bullet")
    _numbered(document, "TỔ CHỨC THỰC HIỆN")
    document.add_paragraph("- Văn phòng Sở: theo dõi, báo cáo Giám đốc Sở.")
    content = read_document(saved(document))
    assert [task.title for task in content.tasks] == ["Rà soát thủ tục"]
    assert content.responsibilities[0].unit == "Văn phòng Sở"


def _numbered(document: WordDocument, text: str) -> None:
    document.add_paragraph(text, style="List Number")


def test_sentences_torn_by_a_page_are_whole_again() -> None:
    content = read(
        "I. MỤC TIÊU",
        "1. Cải cách thể chế",
        "- Hoàn thành 100% việc rà soát, nâng",
        "cao chất lượng văn bản.",
    )
    assert content.areas[0].objectives == (
        "Hoàn thành 100% việc rà soát, nâng cao chất lượng văn bản",
    )


def test_page_numbers_between_paragraphs_are_no_text() -> None:
    content = read("I. MỤC TIÊU", "1. Cải cách thể chế", "- Nâng cao chất lượng", "2", "văn bản.")
    assert content.areas[0].objectives == ("Nâng cao chất lượng văn bản",)


def test_a_task_table_makes_the_prose_tasks_mere_repetition() -> None:
    row = ("1", "Rà soát", "Văn phòng Sở", "", "Báo cáo", "Quý I")
    content = read(
        "I. NHIỆM VỤ", "- Rà soát văn bản.", "- Kiểm tra.",
        before_table=["PHỤ LỤC"], tables=[[TASK_HEADER, row]],
    )  # fmt: skip
    assert [task.title for task in content.tasks] == ["Rà soát"]
    warning = next(w for w in content.warnings if w.code == "prose_tasks_not_read")
    assert warning.message.startswith("2 ý")


@pytest.mark.parametrize(
    ("line", "unit", "duty"),
    [
        ("1. Văn phòng Sở: Chủ trì tổng hợp.", "Văn phòng Sở", "Chủ trì tổng hợp"),
        ("1. Giao Thanh tra Sở chủ trì kiểm tra.", "Thanh tra Sở", "chủ trì kiểm tra"),
        ("- Phòng Kế hoạch - Tài chính có trách nhiệm bố trí kinh phí.",
         "Phòng Kế hoạch - Tài chính", "có trách nhiệm bố trí kinh phí"),
        ("1. Đề nghị UBND các xã, phường: phối hợp thực hiện.", "UBND các xã, phường", "phối hợp thực hiện"),
    ],
)  # fmt: skip
def test_a_duty_may_stand_beside_its_unit(line: str, unit: str, duty: str) -> None:
    (found,) = read("IV. TỔ CHỨC THỰC HIỆN", line).responsibilities
    assert (found.unit, found.duties[0].text) == (unit, duty)


@pytest.mark.parametrize(
    ("duty", "kind", "report_to"),
    [
        ("Định kỳ hằng tháng, báo cáo Giám đốc Sở kết quả thực hiện.", "recurring", "Giám đốc Sở"),
        (
            "Báo cáo UBND tỉnh (qua Sở Nội vụ) trước ngày 15/6/2025.",
            "date",
            "UBND tỉnh (qua Sở Nội vụ)",
        ),
        (
            "Tổng hợp, gửi về Văn phòng Sở để theo dõi (chậm nhất ngày 20/11/2025).",
            "date",
            "Văn phòng Sở",
        ),
        ("Thường xuyên theo dõi, đôn đốc.", "continuous", None),
        (
            "Theo dõi; định kỳ hằng quý tổng hợp, báo cáo UBND xã trước ngày 15 của tháng cuối quý.",
            "recurring",
            "UBND xã",
        ),
        ("Theo dõi văn bản ban hành đến ngày 31/5/2020.", None, None),
        ("Tổ chức tập huấn theo kế hoạch.", None, None),
    ],
)
def test_deadline_and_addressee_of_a_duty_are_taken_only_where_they_are_said(
    duty: str, kind: str | None, report_to: str | None
) -> None:
    content = read("IV. TỔ CHỨC THỰC HIỆN", "1. Các phòng chuyên môn", f"- {duty}")
    found = content.responsibilities[0].duties[0]
    assert (found.deadline.kind if found.deadline else None) == kind
    assert found.report_to == report_to


def test_the_day_of_a_recurring_duty_may_stand_outside_brackets() -> None:
    duty = "- Định kỳ hằng quý tổng hợp, báo cáo UBND xã trước ngày 15 của tháng cuối quý."
    content = read("IV. TỔ CHỨC THỰC HIỆN", "1. Văn phòng", duty)
    deadline = content.responsibilities[0].duties[0].deadline
    assert deadline is not None
    assert deadline.recurrence is not None
    assert (deadline.recurrence.day, deadline.recurrence.of) == (15, "last_month_of_period")


def test_every_warning_has_the_same_blanks_in_both_languages() -> None:
    keys = {key for key in catalogue("vi") if key.startswith("plan_reading.")}
    assert keys == {key for key in catalogue("en") if key.startswith("plan_reading.")}
    for key in keys:
        blanks = [
            sorted(re.findall(r"\{(\w+)\}", catalogue(language)[key])) for language in LANGUAGES
        ]
        assert blanks[0] == blanks[1], key


def test_closing_sentences_are_nobodys_duty() -> None:
    content = read(
        "IV. TỔ CHỨC THỰC HIỆN", "1. Văn phòng Sở", "- Theo dõi.",
        "Trên đây là Kế hoạch cải cách hành chính năm 2025./.",
    )  # fmt: skip
    assert [duty.text for duty in content.responsibilities[0].duties] == ["Theo dõi"]


def test_an_index_without_a_table_keeps_its_goal() -> None:
    content = read("I. MỤC TIÊU", "- Chỉ số SIPAS đạt từ 90% trở lên, xếp thứ 5/17 sở, ngành.")
    (goal,) = content.index_targets
    assert (goal.index, str(goal.value), goal.position, goal.of) == ("SIPAS", "90", 5, 17)
    assert goal.components == ()


def test_a_table_of_figures_without_an_index_gives_plain_targets() -> None:
    rows = [
        ("TT", "Chỉ tiêu", "ĐVT", "Thực hiện 2024", "Kế hoạch 2025"),
        ("1", "Hồ sơ giải quyết đúng hạn", "%", "97", "≥ 98"),
        ("2", "Sáng kiến được công nhận", "sáng kiến", "1", "Tối thiểu 02"),
        ("3", "Hồ sơ trễ hạn", "%", "3", "Dưới 2"),
    ]
    content = read("I. MỤC TIÊU", before_table=["PHỤ LỤC CHỈ TIÊU"], tables=[rows])
    assert [(t.operator, str(t.value), t.unit) for t in content.targets] == [
        (">=", "98", "%"), (">=", "2", "sáng kiến"), ("<", "2", "%"),
    ]  # fmt: skip


def test_index_columns_may_stand_in_any_order_and_name_their_years() -> None:
    rows = [
        ("Chỉ tiêu năm 2025", "Năm 2023", "Năm 2024", "Điểm tối đa", "Tiêu chí", "TT"),
        ("9", "8", "8,5", "10", "Cải cách thể chế", "1"),
        ("8", "7", "7,25", "8", "Cải cách tài chính công", "2"),
    ]
    content = read(
        "II. MỤC TIÊU", "- Chỉ số PAR INDEX đạt trên 90%:",
        before_table=["PHỤ LỤC", "Chỉ tiêu Chỉ số PAR INDEX"], tables=[rows],
    )  # fmt: skip
    (goal,) = content.index_targets
    assert [tuple(component.as_json().values()) for component in goal.components] == [
        ("1", "Cải cách thể chế", "8.5", "10", "9"),
        ("2", "Cải cách tài chính công", "7.25", "8", "8"),
    ]
    assert [w.code for w in content.warnings].count("target_below_max") == 1


def test_a_plain_report_is_a_report_and_its_outlook_gives_tasks() -> None:
    document = plan_document(
        text=("I. KẾT QUẢ THỰC HIỆN", "- Đã giải quyết 98% hồ sơ.",
              "II. PHƯƠNG HƯỚNG, NHIỆM VỤ QUÝ II", "- Tiếp tục rà soát thủ tục."),
        number="Số: 20/BC-SNV",
    )  # fmt: skip
    for paragraph in document.paragraphs:
        if paragraph.text == "KẾ HOẠCH":
            paragraph.text = "BÁO CÁO"
    content = read_document(saved(document))
    assert content.document_kind == "report"
    assert [task.title for task in content.tasks] == ["Tiếp tục rà soát thủ tục"]
    assert content.targets == ()
