"""Letterhead and signature typed side by side in plain text are read like a layout table."""

import pytest

from services.plans.documents import read_document

TABLE = "TT\tNhiệm vụ\tChủ trì\tThời hạn\n1\tKiểm tra công vụ\tThanh tra Sở\tQuý IV"
TABS = f"""UBND TỈNH BÌNH ĐỊNH\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ NỘI VỤ\tĐộc lập - Tự do - Hạnh phúc
Số: 12/KH-SNV\tBình Định, ngày 15 tháng 01 năm 2025

KẾ HOẠCH
Cải cách hành chính năm 2025

I. NHIỆM VỤ
1. Nhiệm vụ tại Phụ lục.

Nơi nhận:\tKT. GIÁM ĐỐC
- UBND tỉnh;\tPHÓ GIÁM ĐỐC
- Các phòng thuộc Sở;
- Lưu: VT.

\tNguyễn Văn An

PHỤ LỤC
{TABLE}
"""


@pytest.mark.parametrize("gap", ["\t", "\t\t", "          "], ids=["tab", "tabs", "spaces"])
def test_columns_apart_by_tabs_or_spaces_are_told_apart(gap: str) -> None:
    head, table = TABS.split("PHỤ LỤC")
    text = head.replace("\t", gap) + "PHỤ LỤC" + table
    content = read_document(text.encode(), file_name="ke-hoach.txt")
    assert (content.number, content.place, content.issuer) == (
        "12/KH-SNV", "Bình Định", "SỞ NỘI VỤ",
    )  # fmt: skip
    assert str(content.issued_on) == "2025-01-15"
    assert content.title == "Cải cách hành chính năm 2025"
    assert content.recipients == ("UBND tỉnh", "Các phòng thuộc Sở", "Lưu: VT")
    signer = content.signer
    assert (signer.authority, signer.position, signer.name) == (
        "KT.", "PHÓ GIÁM ĐỐC", "Nguyễn Văn An",
    )  # fmt: skip
    assert [task.title for task in content.tasks] == ["Kiểm tra công vụ"]


def test_other_lines_with_a_gap_stay_sentences() -> None:
    text = "KẾ HOẠCH\nCải cách hành chính năm 2025\nI. MỤC TIÊU\n- Tối thiểu 98%   hồ sơ đúng hạn"
    (target,) = read_document(text.encode()).targets
    assert target.text == "Tối thiểu 98% hồ sơ đúng hạn"
