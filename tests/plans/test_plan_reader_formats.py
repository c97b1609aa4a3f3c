"""The same document says the same as Word, as Excel and as plain text, field by field.

The golden files were compared by eye with the texts in tests/data/sources: every target, task,
unit, duty, finding, deadline, citation, signer and recipient.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.plans.documents import read_document, write_form
from services.plans.documents.archive import opened
from services.plans.documents.blocks import Block, Paragraph, Table
from services.plans.documents.formats import open_document
from services.plans.documents.workbook import read_workbook
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import BINH_DINH, DATA, DONG_NAI, HA_TINH
from tests.support.workbooks import laid_out

SAMPLES = [BINH_DINH, DONG_NAI, HA_TINH]
# The row of criteria 7.1 lost its number in the text (a page broke it): the place is the table.
LOST_IN_TEXT = {HA_TINH.stem: {("warnings", 6, "where"): "Bảng 1"}}

samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)


@cache
def word(sample: Path) -> DocumentContent:
    return read_document(sample.read_bytes(), file_name=sample.name)


def differences(first: Any, second: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Where two JSON values differ, and what the second says there."""
    if isinstance(first, dict) and isinstance(second, dict):
        pairs = [(key, first.get(key), second.get(key)) for key in {*first, *second}]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(n, a, b) for n, (a, b) in enumerate(zip(first, second, strict=True))]
    else:
        return {} if first == second else {path: second}
    found: dict[tuple[Any, ...], Any] = {}
    for key, a, b in pairs:
        found |= differences(a, b, (*path, key))
    return found


@samples
def test_the_word_file_says_what_was_checked_by_eye(sample: Path) -> None:
    golden = json.loads((DATA / "golden" / f"{sample.stem}.json").read_text("utf-8"))
    assert differences(golden, word(sample).as_json()) == {}


@samples
def test_the_page_broken_text_says_the_same_as_the_word_file(sample: Path) -> None:
    text = (DATA / "sources" / f"{sample.stem}.txt").read_bytes()
    found = read_document(text, file_name=f"{sample.stem}.txt")
    lost = LOST_IN_TEXT.get(sample.stem, {})
    assert differences(word(sample).as_json(), found.as_json()) == lost


@samples
def test_the_same_pages_laid_out_in_excel_say_the_same(sample: Path) -> None:
    blocks = open_document(sample.read_bytes(), file_name=None)
    assert isinstance(blocks, list)
    found = read_document(laid_out(blocks, width=6).saved(), file_name="ke-hoach.xlsx")
    assert differences(word(sample).as_json(), found.as_json()) == {}


def as_markdown(blocks: list[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines += [f"**{block.text}**" if block.bold and block.text else block.text, ""]
        else:
            rows = [
                "| " + " | ".join("<br>".join(slot.cell.lines) if slot.begins else ""
                                  for slot in row) + " |"
                for row in block.rows
            ]  # fmt: skip
            lines += [rows[0], "|---" * block.width + "|", *rows[1:], ""]
    return "\n".join(lines)


@samples
def test_the_same_as_markdown_says_the_same(sample: Path) -> None:
    blocks = open_document(sample.read_bytes(), file_name=None)
    assert isinstance(blocks, list)
    assert any(isinstance(block, Table) for block in blocks) is (sample != DONG_NAI)
    found = read_document(as_markdown(blocks).encode(), file_name="ke-hoach.md").as_json()
    assert differences(word(sample).as_json(), found) == {}


@samples
def test_written_as_the_platforms_workbook_and_read_again_nothing_changes(sample: Path) -> None:
    content = word(sample)
    found = read_document(write_form(content), file_name="ke-hoach.xlsx")
    wanted, again = content.as_json(), found.as_json()
    del wanted["warnings"], again["warnings"]
    assert differences(wanted, again) == {}
    assert write_form(found) == write_form(content)


@samples
def test_the_workbook_raises_the_doubts_that_concern_what_it_shows(sample: Path) -> None:
    concerns = {
        "multiple_leads", "group_lead", "deadline_as_prescribed", "target_below_max",
        "numbering_jump", "unit_spellings", "text_cut", "legal_basis_date_mismatch",
        "legal_basis_kind_mismatch", "number_blank",
    }  # fmt: skip
    content = word(sample)
    again = read_document(write_form(content))
    first = sorted(w.code for w in content.warnings if w.code in concerns)
    assert sorted(w.code for w in again.warnings if w.code in concerns) == first


PLAN = "KẾ HOẠCH\nCải cách hành chính năm 2025\n\nI. NHIỆM VỤ\n"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('aA1 .;,:-–+|\t\n"“”()/%*_#<>&xIVđĐếSở'), max_size=300))
def test_no_text_at_all_breaks_the_reader(noise: str) -> None:
    content = read_document((PLAN + noise).encode(), file_name="a.txt")
    written = json.loads(json.dumps(content.as_json(), ensure_ascii=False))
    assert DocumentContent.from_json(written) == content


UNITS = st.sampled_from(
    ["Văn phòng Sở", "Thanh tra Sở", "Các phòng, đơn vị thuộc Sở", "Các phòng chuyên môn",
     "Sở Văn hóa, Thể thao và Du lịch", "UBND các xã, phường", "Phòng Kế hoạch - Tài chính"]
)  # fmt: skip
WORDS = st.lists(
    st.sampled_from(["Rà soát", "văn bản", "đạt 98%", "hồ sơ", "theo quy định", "“A/B”", "(PCI)"]),
    min_size=1,
    max_size=6,
).map(" ".join)
DUE = st.sampled_from(
    ["Quý IV", "Hằng tháng", "Trước ngày 30/6/2025", "Thường xuyên", "Tháng 6; Tháng 12", "", "-"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(WORDS, st.lists(UNITS, max_size=3, unique=True),
                  st.lists(UNITS, max_size=2, unique=True), st.lists(WORDS, max_size=3), DUE),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_whatever_a_workbook_says_is_kept_when_written_again(rows: list[Any]) -> None:
    lines = ["TT\tNhiệm vụ\tChủ trì\tPhối hợp\tSản phẩm\tThời hạn"]
    lines += [
        "\t".join((str(n), title, "; ".join(lead), "; ".join(with_), "; ".join(out), due))
        for n, (title, lead, with_, out, due) in enumerate(rows, start=1)
    ]
    first = read_document((PLAN + "\n".join(lines)).encode(), file_name="a.txt")
    again = read_document(write_form(first))
    assert [task.as_json() for task in again.tasks] == [task.as_json() for task in first.tasks]
    assert [item.as_json() for item in again.targets] == [item.as_json() for item in first.targets]


def test_the_guide_names_every_sheet_and_column_the_workbook_has() -> None:
    guide = (Path(__file__).parents[2] / "docs/import-workbook.md").read_text("utf-8")
    told = {
        match[1]: set(re.findall(r"`([^`]+)`", match[2]))
        for match in re.finditer(r"^\| \*\*([^*]+)\*\* \| (.*) \|$", guide, re.MULTILINE)
    }
    written: set[str] = set()
    for sample in SAMPLES:
        with opened(write_form(word(sample))) as archive:
            sheets = read_workbook(archive).sheets
        for sheet in sheets:
            written.add(sheet.name)
            assert set(sheet.rows[0]) <= told[sheet.name]
            if sheet.name == "Thông tin":
                facts = {cells[0] for number, cells in sheet.rows.items() if number}
                assert all(f"`{fact}`" in guide for fact in facts)
    assert written == told.keys()
