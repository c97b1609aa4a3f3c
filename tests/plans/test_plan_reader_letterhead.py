"""Letterhead, legal bases, signature, recipients and annex of documents laid out as offices do."""

from collections.abc import Sequence
from datetime import date

import pytest
from docx.document import Document as WordDocument

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent, Signer
from tests.support.documents import (
    BINH_DINH,
    TASK_HEADER,
    add_table,
    changed,
    plan_document,
    replace_text,
    saved,
)

ROW = ("1", "Rà soát văn bản", "Văn phòng Sở", "Thanh tra Sở", "Báo cáo", "Quý II")


def read(document: WordDocument) -> DocumentContent:
    return read_document(saved(document))


def codes(content: DocumentContent) -> list[str]:
    return [warning.code for warning in content.warnings]


def official_plan(
    *,
    head: Sequence[Sequence[str]] = (
        ("UBND TỈNH BÌNH ĐỊNH\nSỞ VĂN HÓA\nVÀ THỂ THAO\n-------",
         "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n---------------"),
        ("Số:       /KH-SVHTT", "Bình Định, ngày     tháng 3 năm 2024"),
    ),
    signature: str = "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\n\n\nHuỳnh Văn Lợi",
    introduction: Sequence[str] = ("Căn cứ Kế hoạch số 12/KH-UBND ngày 02/01/2024 của UBND tỉnh;",),
) -> WordDocument:  # fmt: skip
    """A plan whose letterhead and signature stand in layout tables, as Nghị định 30/2020 draws them."""
    document = plan_document(number="", day="", closing=(), title="Cải cách hành chính năm 2024")
    for paragraph in list(document.paragraphs):
        paragraph._p.getparent().remove(paragraph._p)
    add_table(document, head)
    for line in (
        "KẾ HOẠCH",
        "Cải cách hành chính năm 2024",
        "của Sở Văn hóa và Thể thao",
        *introduction,
    ):
        document.add_paragraph(line)
    document.add_paragraph("I. MỤC TIÊU")
    document.add_paragraph("- Tối thiểu 98% hồ sơ đúng hạn./.")
    add_table(
        document,
        [("Nơi nhận:\n- UBND tỉnh (để b/c);\n- Lãnh đạo Sở;\n- Lưu: VT, VP(5).", signature)],
    )
    document.add_paragraph("PHỤ LỤC")
    document.add_paragraph("(Kèm theo Kế hoạch số 15/KH-SVHTT ngày 20/3/2024 của Sở)")
    add_table(document, [TASK_HEADER, ROW])
    return document


def test_letterhead_and_signature_in_layout_tables_are_read() -> None:
    content = read(official_plan())
    assert (content.number, content.symbol, content.issued_on) == (None, "KH-SVHTT", None)
    assert (content.place, content.year) == ("Bình Định", 2024)
    assert content.issuer == "Sở Văn hóa và Thể thao"
    assert content.title == "Cải cách hành chính năm 2024 của Sở Văn hóa và Thể thao"
    assert content.signer == Signer("KT.", "PHÓ GIÁM ĐỐC", "Huỳnh Văn Lợi")
    assert content.recipients == ("UBND tỉnh (để b/c)", "Lãnh đạo Sở", "Lưu: VT, VP(5)")
    assert [task.ordinal for task in content.tasks] == ["1"]
    assert {"number_blank", "date_blank"} <= set(codes(content))


@pytest.mark.parametrize(
    ("written", "number", "symbol"),
    [
        ("Số: 1205 /KH-SVHTT", "1205/KH-SVHTT", "KH-SVHTT"),
        ("Số:05/KH-SNV", "05/KH-SNV", "KH-SNV"),
        ("Số: 12 / KH - UBND", "12/KH-UBND", "KH-UBND"),
        ("Số: 27/2025/QĐ-UBND", "27/2025/QĐ-UBND", "QĐ-UBND"),
        ("Số:        /2025/QĐ-UBND", None, "QĐ-UBND"),
        ("Số: ….../KH-SVHTTDL", None, "KH-SVHTTDL"),
        ("Số:     /SNV-CCHC", None, "SNV-CCHC"),
        ("Số 177-KH/TU", "177-KH/TU", "KH/TU"),
        ("Số: 15a/CTr-UBND", "15a/CTr-UBND", "CTr-UBND"),
        ("SỐ: 9/KH-VPĐKĐĐ", "9/KH-VPĐKĐĐ", "KH-VPĐKĐĐ"),
    ],
)
def test_the_number_is_whole_and_the_symbol_stays_when_the_serial_is_blank(
    written: str, number: str | None, symbol: str
) -> None:
    content = read(plan_document(number=written))
    assert (content.number, content.symbol) == (number, symbol)
    assert ("number_blank" in codes(content)) == (number is None)


@pytest.mark.parametrize(
    ("written", "day", "place"),
    [
        ("Hà Nội, ngày 05 tháng 9 năm 2025", date(2025, 9, 5), "Hà Nội"),
        ("TP. Hồ Chí Minh, ngày 1 tháng 02 năm 2025", date(2025, 2, 1), "TP. Hồ Chí Minh"),
        ("Bà Rịa - Vũng Tàu, ngày 12 tháng 12 năm 2025", date(2025, 12, 12), "Bà Rịa - Vũng Tàu"),
        ("Huế, ngày ….. tháng 01 năm 2025", None, "Huế"),
        ("Đồng Nai, ngày tháng 01 năm 2025", None, "Đồng Nai"),
        ("Huế, ngày 31 tháng 02 năm 2025", None, "Huế"),
    ],
)
def test_place_and_day_are_read_and_a_blank_or_impossible_day_is_no_day(
    written: str, day: date | None, place: str
) -> None:
    content = read(plan_document(day=written))
    assert (content.issued_on, content.place, content.year) == (day, place, 2025)
    assert ("date_blank" in codes(content)) == (day is None)


def test_number_and_date_on_one_line_are_told_apart() -> None:
    content = read(
        plan_document(number="Số: 12/KH-SNV\t\tHà Nội, ngày 15 tháng 01 năm 2025", day="")
    )
    assert (content.number, content.place) == ("12/KH-SNV", "Hà Nội")
    assert content.issued_on == date(2025, 1, 15)


@pytest.mark.parametrize(
    ("lines", "signer"),
    [
        ("GIÁM ĐỐC\n\n(Đã ký)\n\nTạ Xuân Chánh", Signer(None, "GIÁM ĐỐC", "Tạ Xuân Chánh")),
        ("TL. GIÁM ĐỐC\nCHÁNH VĂN PHÒNG\nLê Thị Khánh Cẩm",
         Signer("TL.", "CHÁNH VĂN PHÒNG", "Lê Thị Khánh Cẩm")),
        ("TUQ. CHỦ TỊCH\nGIÁM ĐỐC SỞ NỘI VỤ\nNguyễn Văn An",
         Signer("TUQ.", "GIÁM ĐỐC SỞ NỘI VỤ", "Nguyễn Văn An")),
        ("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nTrần Văn Bình", Signer("TM.", "CHỦ TỊCH", "Trần Văn Bình")),
        ("TM. UBND TỈNH\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nTS. Trần Văn Bình",
         Signer("TM. KT.", "PHÓ CHỦ TỊCH", "TS. Trần Văn Bình")),
        ("Q. GIÁM ĐỐC\nTrần Văn Bình", Signer(None, "GIÁM ĐỐC", "Trần Văn Bình")),
    ],
)  # fmt: skip
def test_the_signer_has_authority_position_and_name(lines: str, signer: Signer) -> None:
    assert read(official_plan(signature=lines)).signer == signer


CITED = (
    "Thực hiện Công văn số 5/SNV-CCHC ngày 02/01/2024 của Sở Nội vụ về việc xây dựng kế hoạch; "
    "Quyết định số 33/QĐ-UBND ngày 05/01/2024 của Chủ tịch UBND tỉnh ban hành Bộ chỉ số,"
)


def test_a_heading_that_names_a_position_is_no_signature() -> None:
    text = (
        "I. MỤC TIÊU",
        "- 98% đúng hạn",
        "II. TRÁCH NHIỆM CỦA GIÁM ĐỐC SỞ",
        "- Chỉ đạo.",
        "III. MỤC TIÊU",
        "- 5% ",
    )
    content = read(plan_document(text=text))
    assert len(content.targets) == 2
    assert content.signer.name == "Nguyễn Văn An"


def test_a_peoples_committee_on_two_lines_is_one_issuer() -> None:
    head = (
        (
            "ỦY BAN NHÂN DÂN\nXÃ TÂY SƠN",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",
        ),
        ("Số: 45/KH-UBND", "Tây Sơn, ngày 05 tháng 01 năm 2024"),
    )
    introduction = ("Ủy ban nhân dân xã Tây Sơn ban hành Kế hoạch như sau:",)
    assert (
        read(official_plan(head=head, introduction=introduction)).issuer
        == "Ủy ban nhân dân xã Tây Sơn"
    )


def test_legal_bases_of_several_kinds_are_taken_apart() -> None:
    content = read(
        official_plan(
            introduction=(
                "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015;",
                "Căn cứ Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018 của Chính phủ về thực hiện cơ chế một cửa;",
                CITED,
                "Sở Văn hóa và Thể thao ban hành Kế hoạch như sau:",
            )
        )
    )  # fmt: skip
    assert [tuple(basis.as_json().values()) for basis in content.legal_bases] == [
        ("Luật", None, "2015-06-19", None, "Luật Tổ chức chính quyền địa phương"),
        ("Nghị định", "61/2018/NĐ-CP", "2018-04-23", "Chính phủ", "thực hiện cơ chế một cửa"),
        ("Công văn", "5/SNV-CCHC", "2024-01-02", "Sở Nội vụ", "xây dựng kế hoạch"),
        ("Quyết định", "33/QĐ-UBND", "2024-01-05", "Chủ tịch UBND tỉnh", "ban hành Bộ chỉ số"),
    ]


def test_a_basis_later_than_the_plan_is_noticed() -> None:
    text = ("Căn cứ Kế hoạch số 1/KH-UBND ngày 20/02/2025 của UBND tỉnh;", "I. MỤC TIÊU")
    assert "legal_basis_after_issue" in codes(read(plan_document(text=text)))


def test_an_annex_of_another_document_is_noticed() -> None:
    def change(document: WordDocument) -> None:
        replace_text(
            document,
            "Kế hoạch số /KH-SVHTT ngày /6/2023",
            new="Kế hoạch số 99/KH-SVHTT ngày 01/6/2023",
        )

    content = read_document(changed(BINH_DINH, change))
    messages = [w.message for w in content.warnings if w.code.startswith("annex")]
    assert messages == [
        "Phụ lục ghi kèm theo văn bản số 99/KH-SVHTT, văn bản này là số 1205/KH-SVHTT.",
        "Phụ lục ghi văn bản ngày 01/06/2023, văn bản này ban hành ngày 16/06/2023.",
    ]


def test_an_annex_that_names_the_document_is_no_matter() -> None:
    def change(document: WordDocument) -> None:
        replace_text(document, "số /KH-SVHTT ngày /6/2023", new="số 1205/KH-SVHTT ngày 16/6/2023")

    content = read_document(changed(BINH_DINH, change))
    assert not [code for code in codes(content) if code.startswith("annex")]


def test_a_year_that_disagrees_with_the_day_of_issue_is_noticed() -> None:
    assert "year_disagreement" in codes(read(plan_document(title="Cải cách hành chính năm 2023")))
    december = plan_document(day="Hà Nội, ngày 20 tháng 12 năm 2024")
    assert "year_disagreement" not in codes(read(december))


def test_without_any_year_nothing_is_guessed() -> None:
    document = plan_document(
        title="Cải cách hành chính", number="", day="", before_table=["PHỤ LỤC"],
        tables=[[TASK_HEADER, ROW, ("2", *ROW[1:5], "Thường xuyên"), ("3", *ROW[1:5], "Tháng 6/2025")]],
        closing=(),
    )  # fmt: skip
    replace_text(document, "2025", new="")
    content = read(document)
    assert (content.year, content.issued_on) == (None, None)
    assert [task.deadline.kind for task in content.tasks][:2] == ["unrecognised", "continuous"]
    assert content.tasks[0].deadline.raw == "Quý II"
    assert "year_unknown" in codes(content)


def test_an_official_letter_is_read_by_its_subject_line() -> None:
    document = plan_document(number="Số: 8/SNV-CCHC")
    for paragraph in document.paragraphs:
        if paragraph.text == "KẾ HOẠCH":
            paragraph.text = "V/v triển khai nhiệm vụ cải cách hành chính năm 2025"
    content = read(document)
    assert content.title == "triển khai nhiệm vụ cải cách hành chính năm 2025"
    assert (content.document_kind, content.year) == ("plan", 2025)


def test_an_unusual_extension_is_noticed() -> None:
    content = read_document(BINH_DINH.read_bytes(), file_name="ke-hoach.tmp")
    assert content.number == "1205/KH-SVHTT"
    assert "wrong_extension" in codes(content)
