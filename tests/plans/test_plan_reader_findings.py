"""Tables of shortcomings: criteria in sentences or in columns, remedies that pair or do not."""

from datetime import date
from decimal import Decimal

from docx.document import Document as WordDocument

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import HA_TINH, changed, plan_document, replace_text, saved

HEADER = (
    "TT",
    "Tồn tại, hạn chế, tiêu chí bị trừ điểm",
    "Giải pháp khắc phục",
    "Thời hạn",
    "Tiến độ",
    "Ghi chú",
)
AREA = "Tiêu chí 2: Cải cách thể chế: Đoàn thẩm định đánh giá đạt {}/10.25 điểm. Bị trừ các tiêu chí sau:"
FIRST = "- Tiêu chí 2.1.4: Quy trình xây dựng văn bản đạt 0.75/1.00 điểm. Lý do: Chưa đủ 30 ngày."
SECOND = (
    "- Tiêu chí 2.1.5: Tham gia góp ý đạt 0,50/1,00 điểm. Lý do: Có 16/19 văn bản đạt chất lượng."
)


def read(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> DocumentContent:
    document = plan_document(
        title="Kết quả khắc phục tồn tại, hạn chế năm 2025", before_table=["PHỤ LỤC"],
        tables=[[header, *rows]],
    )  # fmt: skip
    for paragraph in document.paragraphs:
        if paragraph.text == "KẾ HOẠCH":
            paragraph.text = "BÁO CÁO"
    return read_document(saved(document))


def codes(content: DocumentContent) -> list[str]:
    return [warning.code for warning in content.warnings]


def test_bullets_pair_with_the_criteria_as_blank_lines_do() -> None:
    issue = "\n".join((AREA.format("9.50"), FIRST, SECOND))
    by_blank = (
        "1",
        issue,
        "Tuân thủ quy trình\n\nGóp ý kỹ",
        "Quý II\n\nThường xuyên",
        "Xong\n\nChưa",
        "",
    )
    by_bullet = (
        "1",
        issue,
        "- Tuân thủ quy trình\n- Góp ý kỹ",
        "- Quý II\n- Thường xuyên",
        "- Xong\n- Chưa",
        "",
    )
    for row in (by_blank, by_bullet):
        content = read(row)
        first, second = content.findings
        assert (first.measure, second.measure) == ("Tuân thủ quy trình", "Góp ý kỹ")
        assert (first.progress, second.progress) == ("Xong", "Chưa")
        assert first.deadline is not None
        assert first.deadline.due_on == date(2025, 6, 30)
        assert second.deadline is not None
        assert second.deadline.kind == "continuous"
        assert "unpaired" not in codes(content)


def test_points_that_do_not_add_up_to_the_area_are_noticed() -> None:
    issue = "\n".join((AREA.format("9.75"), FIRST, SECOND))
    content = read(("1", issue, "A\n\nB", "", "", ""))
    (warning,) = (w for w in content.warnings if w.code == "points_do_not_add_up")
    assert (
        warning.message == "Điểm bị trừ của các tiêu chí là 0,75, nhưng lĩnh vực 2 ghi 9,75/10,25."
    )


def test_one_deadline_for_all_criteria_of_a_row_is_that_of_each() -> None:
    issue = "\n".join((AREA.format("9.50"), FIRST, SECOND))
    content = read(("1", issue, "A\n\nB", "Trước ngày 30/9/2025", "", ""))
    assert {str(f.deadline.due_on) for f in content.findings if f.deadline} == {"2025-09-30"}


def test_criteria_points_and_reasons_may_have_columns_of_their_own() -> None:
    header = ("TT", "Tiêu chí", "Nội dung tồn tại, hạn chế", "Điểm tối đa", "Điểm đạt", "Nguyên nhân",
              "Biện pháp khắc phục", "Thời hạn", "Đơn vị chủ trì")  # fmt: skip
    content = read(
        ("1", "1.6", "Tuyên truyền chưa đa dạng", "1,00", "0,75", "Thiếu kinh phí", "Tổ chức cuộc thi",
         "Quý III", "Văn phòng Sở"),
        header=header,
    )  # fmt: skip
    (finding,) = content.findings
    assert (finding.criterion, finding.points, finding.max) == (
        "1.6",
        Decimal("0.75"),
        Decimal("1.00"),
    )
    assert finding.reason == "Tuyên truyền chưa đa dạng: Thiếu kinh phí"
    assert (finding.measure, finding.note) == ("Tổ chức cuộc thi", "Văn phòng Sở")
    assert finding.deadline is not None
    assert finding.deadline.due_on == date(2025, 9, 30)


def test_a_row_without_ordinal_goes_on_with_the_finding_above() -> None:
    content = read(
        ("1", "Hồ sơ lưu trữ chưa khoa học", "Sắp xếp hồ sơ", "Quý I", "", ""),
        ("", "và thiếu danh mục", "", "", "Đã xong", ""),
    )
    (finding,) = content.findings
    assert finding.reason == "Hồ sơ lưu trữ chưa khoa học và thiếu danh mục"
    assert finding.progress == "Đã xong"


def test_the_same_table_with_other_columns_first_reads_the_same() -> None:
    issue = "\n".join((AREA.format("9.50"), FIRST, SECOND))
    row = ("1", issue, "A\n\nB", "Quý I", "C\n\nD", "ghi nhớ")
    order = (0, 4, 3, 5, 2, 1)
    swapped = read(tuple(row[n] for n in order), header=tuple(HEADER[n] for n in order))
    assert swapped.findings == read(row).findings


def test_a_year_in_the_header_that_the_title_does_not_name_is_noticed() -> None:
    def agree(document: WordDocument) -> None:
        replace_text(document, "CHCC của tỉnh năm 2020", new="CHCC của tỉnh năm 2021")

    assert "year_disagreement" not in codes(read_document(changed(HA_TINH, agree)))
