"""Every doubt the reader can have: a planted defect for each, and the place it is told at."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import TASK_HEADER, plan_document, saved, task_plan
from tests.support.workbooks import Book

CATALOGUE = Path(__file__).parents[2] / "shared/texts/vi/plan_reading.toml"
TASK = ("1", "Kiểm tra công vụ", "Thanh tra Sở", "Văn phòng Sở", "Kết luận kiểm tra", "Quý IV/2025")
ISSUER = "Sở Nội vụ ban hành Kế hoạch cải cách hành chính năm 2025 như sau:"
Defect = tuple[Callable[[], bytes], str | None]


def row(**changes: str) -> tuple[str, ...]:
    names = ("ordinal", "title", "lead", "coordination", "output", "deadline")
    return tuple(changes.get(name, words) for name, words in zip(names, TASK, strict=True))


def tasks(*rows: tuple[str, ...]) -> Callable[[], bytes]:
    return lambda: saved(task_plan(*rows))


def text(*lines: str, **head: str) -> Callable[[], bytes]:
    return lambda: saved(plan_document(text=lines, **head))


def based_on(citation: str) -> Callable[[], bytes]:
    return text(f"Căn cứ {citation};", "I. MỤC TIÊU", "1. Tối thiểu 98% hồ sơ đúng hạn.")


def annex(line: str) -> Callable[[], bytes]:
    return lambda: saved(
        plan_document(tables=[[TASK_HEADER, TASK]], before_table=["PHỤ LỤC", line])
    )


def index(*rows: tuple[str, ...], sentence: str = "Chỉ số PAR INDEX đạt từ 90% trở lên:",
          year: str = "2025", text: tuple[str, ...] = ()) -> Callable[[], bytes]:  # fmt: skip
    header = ("TT", "Tiêu chí thành phần", "Năm 2024", f"Chỉ tiêu năm {year}")
    return lambda: saved(
        plan_document(tables=[[header, *rows]], before_table=["PHỤ LỤC", sentence], text=text)
    )


def remediation(issue: str, deadline: str = "Quý IV") -> Callable[[], bytes]:
    header = ("TT", "Tồn tại, hạn chế", "Giải pháp khắc phục", "Thời hạn", "Tiến độ")
    rows = [header, ("1", issue, "Rà soát lại", deadline, "Đang làm")]
    return lambda: saved(plan_document(tables=[rows], before_table=["PHỤ LỤC"]))


def form(tasks: list[list[str]] | None = None, **sheets: list[list[str]]) -> Callable[[], bytes]:
    facts = [["Mục", "Nội dung"], ["Mẫu", "CCHC 1"], ["Năm", "2025"]]
    names = {name.replace("_", " "): rows for name, rows in sheets.items()}
    own = [["TT", "Nhiệm vụ", "Đơn vị chủ trì", "Thời hạn"],
           *(tasks or [["1", "Kiểm tra công vụ", "Thanh tra Sở", "Quý IV"]])]  # fmt: skip
    return Book({"Thông tin": facts, "Nhiệm vụ": own, **names}).saved


TARGETS = ["Nhiệm vụ", "Chỉ tiêu", "So sánh", "Giá trị"]
AREA_LOST = (
    "Tiêu chí 1: Chỉ đạo: Đoàn thẩm định đánh giá đạt 9,00/11 điểm. Bị trừ các tiêu chí sau:\n"
    "- Tiêu chí 1.2: Mức độ hoàn thành đạt 1,00/1,50 điểm. Lý do: chậm."
)
TWO_LOST = f"{AREA_LOST}\n- Tiêu chí 1.3: Báo cáo đạt 0,00/1,50 điểm. Lý do: thiếu."
PROSE = ("I. NHIỆM VỤ", "1. Cải cách thể chế", "- Rà soát văn bản quy phạm pháp luật.")
DEFECTS: dict[str, Defect] = {
    "wrong_extension": (tasks(TASK), "Phần đầu văn bản"),
    "number_missing": (text(*PROSE, number="Sở Nội vụ"), "Phần đầu văn bản"),
    "number_blank": (text(*PROSE, number="Số:    /KH-SNV"), "Phần đầu văn bản"),
    "date_missing": (text(*PROSE, day="Hà Nội"), "Phần đầu văn bản"),
    "date_blank": (text(*PROSE, day="Hà Nội, ngày    tháng 01 năm 2025"), "Phần đầu văn bản"),
    "kind_unknown": (
        "Số: 8/SNV\nHà Nội, ngày 15 tháng 01 năm 2025\nV/v cải cách hành chính năm 2025\n"
        "1. Kiểm tra công vụ.".encode,
        "Phần đầu văn bản",
    ),
    "title_missing": (
        "Số: 8/KH-SNV\nHà Nội, ngày 15 tháng 01 năm 2025\n1. Kiểm tra công vụ.".encode,
        "Phần đầu văn bản",
    ),
    "issuer_missing": (tasks(TASK), "Phần đầu văn bản"),
    "year_unknown": (
        "KẾ HOẠCH\nCải cách hành chính\nI. NHIỆM VỤ\n1. Kiểm tra công vụ.".encode,
        "Phần đầu văn bản",
    ),
    "year_disagreement": (
        text(*PROSE, day="Hà Nội, ngày 15 tháng 01 năm 2021"), "Phần đầu văn bản",
    ),
    "annex_number_blank": (annex("(Kèm theo Kế hoạch số   /KH-SNV ngày 15/01/2025)"), "Phụ lục"),
    "annex_number_mismatch": (annex("(Kèm theo Kế hoạch số 9/KH-SNV ngày 15/01/2025)"), "Phụ lục"),
    "annex_date_blank": (annex("(Kèm theo Kế hoạch số 12/KH-SNV ngày   /01/2025)"), "Phụ lục"),
    "annex_date_mismatch": (annex("(Kèm theo Kế hoạch số 12/KH-SNV ngày 16/01/2025)"), "Phụ lục"),
    "legal_basis_kind_mismatch": (
        based_on("Kế hoạch số 417/QĐ-UBND ngày 31/12/2024 của UBND tỉnh"), "Phần căn cứ",
    ),
    "legal_basis_after_issue": (
        based_on("Quyết định số 4/QĐ-UBND ngày 16/01/2025 của UBND tỉnh"), "Phần căn cứ",
    ),
    "legal_basis_date_mismatch": (
        based_on("Nghị quyết số 76/NQ-CP ngày 15/7/2022 của Chính phủ về việc ban hành Chương trình "
                 "tổng thể cải cách hành chính nhà nước giai đoạn 2021-2030"), "Phần căn cứ",
    ),
    "legal_basis_year_mismatch": (
        based_on("Nghị định số 61/2018/NĐ-CP ngày 23/4/2019 của Chính phủ"), "Phần căn cứ",
    ),
    "numbering_jump": (tasks(row(ordinal="6"), row(ordinal="8")), "Bảng 1"),
    "ordinal_repeated": (tasks(row(ordinal="2"), row(ordinal="2")), "Bảng 1, TT 2"),
    "target_below_max": (index(("1", "Thể chế", "5,1/6", "5,5")),
                         "Bảng 1, TT 1, cột «Chỉ tiêu năm 2025»"),
    "target_above_max": (index(("1", "Thể chế", "5,1/6", "7")),
                         "Bảng 1, TT 1, cột «Chỉ tiêu năm 2025»"),
    "target_below_baseline": (index(("1", "Thể chế", "92", "90")),
                              "Bảng 1, TT 1, cột «Chỉ tiêu năm 2025»"),
    "figure_missing": (index(("1", "Thể chế", "92", "cao nhất")),
                       "Bảng 1, TT 1, cột «Chỉ tiêu năm 2025»"),
    "task_without_words": (tasks(row(title=""), row(ordinal="2")),
                           "Bảng 1, TT 1, cột «Nội dung nhiệm vụ»"),
    "lead_missing": (tasks(row(lead="")), "Bảng 1, TT 1, cột «Đơn vị chủ trì»"),
    "multiple_leads": (tasks(row(lead="Văn phòng Sở; Thanh tra Sở")),
                       "Bảng 1, TT 1, cột «Đơn vị chủ trì»"),
    "group_lead": (tasks(row(lead="Các phòng chuyên môn")), "Bảng 1, TT 1, cột «Đơn vị chủ trì»"),
    "deadline_unrecognised": (tasks(row(deadline="Ngày 31/02/2025")),
                              "Bảng 1, TT 1, cột «Thời hạn»"),
    "deadline_unset": (tasks(row(deadline="")), "Bảng 1, TT 1, cột «Thời hạn»"),
    "deadline_as_prescribed": (tasks(row(deadline="Theo quy định")),
                               "Bảng 1, TT 1, cột «Thời hạn»"),
    "deadline_before_issue": (tasks(row(deadline="Trước ngày 01/01/2025")),
                              "Bảng 1, TT 1, cột «Thời hạn»"),
    "text_cut": (tasks(row(title="Kiểm tra công vụ của")),
                 "Bảng 1, TT 1, cột «Nội dung nhiệm vụ»"),
    "unpaired": (remediation(TWO_LOST, "Quý I\n\nQuý II\n\nQuý III"), "Bảng 1, TT 1"),
    "unit_spellings": (
        tasks(row(lead="Phòng Văn hóa - Gia đình"),
              row(ordinal="2", lead="Phòng Văn hóa – Gia Đình")),
        "Nhiệm vụ 1, 2",
    ),
    "unit_lookalike": (
        tasks(row(lead="Phòng Kế hoạch tài chính"), row(ordinal="2", lead="Phòng Kế hoạch tài chín")),
        "Nhiệm vụ 1, 2",
    ),
    "printed_sum_disagrees": (
        remediation(AREA_LOST.replace("chậm", "(90.0*1.5)/100= 1.39")), "Bảng 1, TT 1",
    ),
    "points_do_not_add_up": (remediation(AREA_LOST), "Bảng 1, TT 1"),
    "row_skipped": (tasks(row(ordinal="", title="", output=""), TASK), "Bảng 1"),
    "column_not_read": (
        lambda: saved(task_plan((*TASK, "X1"), header=(*TASK_HEADER, "Mã hồ sơ"))), "Bảng 1",
    ),
    "table_not_read": (
        lambda: saved(plan_document(tables=[[("Xe", "Biển số", "Màu"), ("A", "29A", "đen")] * 4],
                                    before_table=["PHỤ LỤC"], text=PROSE)), "Bảng 1",
    ),
    "prose_tasks_not_read": (
        lambda: saved(plan_document(text=PROSE, tables=[[TASK_HEADER, TASK]],
                                    before_table=["PHỤ LỤC"])), "Phần lời của văn bản",
    ),
    "prose_tasks_without_lead": (text(*PROSE), "Nhiệm vụ 1.1"),
    "prose_tasks_without_deadline": (text(*PROSE), "Nhiệm vụ 1.1"),
    "no_tasks": (text("I. MỤC TIÊU", "1. Tối thiểu 98% hồ sơ đúng hạn."), None),
    "text_table_disagree": (
        lambda: saved(plan_document(
            text=("I. MỤC TIÊU", "1. Tối thiểu 98% hồ sơ thủ tục hành chính được giải quyết đúng hạn."),
            tables=[[TASK_HEADER,
                     row(output="Đạt 95% hồ sơ thủ tục hành chính được giải quyết đúng hạn")]],
            before_table=["PHỤ LỤC"])),
        "Nhiệm vụ 1",
    ),
    "index_disagrees": (
        index(("1", "Thể chế", "5,1/6", "6"),
              text=("I. MỤC TIÊU", "1. Chỉ số PAR INDEX năm 2025 đạt từ 92% trở lên.")),
        "Phần lời của văn bản",
    ),
    "task_count_disagrees": (
        lambda: saved(plan_document(text=("Kế hoạch gồm 03 nhiệm vụ tại Phụ lục.",),
                                    tables=[[TASK_HEADER, TASK]], before_table=["PHỤ LỤC"])),
        "Phần lời của văn bản",
    ),
    "sheet_not_read": (form(Lạ=[["a", "b"], ["c", "d"]]), "Trang «Lạ»"),
    "day_not_understood": (
        form(Căn_cứ=[["Loại", "Số", "Ngày ban hành"], ["Quyết định", "1/QĐ-UBND", "31/02/2025"]]),
        "Trang «Căn cứ», dòng 2",
    ),
    "target_not_understood": (
        form(Chỉ_tiêu=[TARGETS, ["", "làm tốt hơn", "~", "2"]]), "Trang «Chỉ tiêu», dòng 2",
    ),
    "target_without_task": (
        form(Chỉ_tiêu=[TARGETS, ["9", "Đạt 95% hồ sơ", ">=", "95"]]), "Trang «Chỉ tiêu»",
    ),
    "tasks_without_lead": (form([[str(n), "Kiểm tra", "", "Quý IV"] for n in range(1, 9)]),
                           "Nhiệm vụ 1, …, 8"),
    "tasks_without_deadline": (form([[str(n), "Kiểm tra", "Thanh tra Sở"] for n in range(1, 9)]),
                               "Nhiệm vụ 1, …, 8"),
}  # fmt: skip


def codes() -> set[str]:
    return set(tomllib.loads(CATALOGUE.read_text("utf-8"))["warnings"])


def read(content: bytes, code: str) -> DocumentContent:
    return read_document(content, file_name="plan.tmp" if code == "wrong_extension" else None)


def test_every_doubt_of_the_catalogue_has_its_planted_defect() -> None:
    assert codes() == set(DEFECTS)


@pytest.mark.parametrize("code", DEFECTS)
def test_the_planted_defect_is_told_with_its_place(code: str) -> None:
    make, where = DEFECTS[code]
    found = [warning for warning in read(make(), code).warnings if warning.code == code]
    assert found
    assert found[0].where == where
    assert found[0].message.endswith(".") or found[0].message.endswith("?")


def test_a_plan_without_defects_raises_no_doubt() -> None:
    document = plan_document(
        text=[ISSUER], tables=[[TASK_HEADER, TASK, row(ordinal="2")]], before_table=["PHỤ LỤC"]
    )
    assert read_document(saved(document)).warnings == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Phòng Nghiệp vụ 1", "Phòng Nghiệp vụ 2"),
        ("Trung tâm Văn hóa", "Trung tâm Thể thao"),
        ("Phòng Quản lý Văn hóa", "Phòng Quản lý Du lịch"),
        ("UBND xã Tây Sơn", "UBND xã Tây Giang"),
    ],
)
def test_other_units_with_similar_names_raise_no_doubt(first: str, second: str) -> None:
    content = read_document(saved(task_plan(row(lead=first), row(ordinal="2", lead=second))))
    assert "unit_lookalike" not in {warning.code for warning in content.warnings}
