"""One table of tasks laid out in many ways, and written as Word, Excel, tabs or Markdown."""

import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from docx import Document
from docx.enum.section import WD_ORIENT

from tests.support.workbooks import Book, letters

LEFT: Final = "\x01"  # merged with the cell to the left
ABOVE: Final = "\x02"  # merged with the cell above
Grid = list[list[str]]

HEADER = ["TT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Sản phẩm", "Thời hạn"]
ROWS: Grid = [
    ["1", "Tham mưu ban hành Kế hoạch cải cách hành chính năm 2025", "Văn phòng Sở",
     "Các phòng chuyên môn", "Kế hoạch của Sở", "Tháng 01/2025"],
    ["2", "Rà soát văn bản quy phạm pháp luật thuộc lĩnh vực quản lý", "Thanh tra Sở",
     "Văn phòng Sở", "Báo cáo kết quả rà soát", "Trước ngày 30/6/2025"],
    ["3", "Đơn giản hóa thủ tục hành chính nội bộ", "Phòng Nghiệp vụ", "Văn phòng Sở",
     "Giảm tối thiểu 20% thời gian giải quyết", "Quý III/2025"],
    ["4", "Kiểm tra công vụ tại các đơn vị trực thuộc", "Thanh tra Sở",
     "Các đơn vị trực thuộc Sở", "Kết luận kiểm tra", "Định kỳ hằng quý"],
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Tables with the lines before each; `lines_lost`: text cannot show this layout at all."""

    tables: tuple[Grid, ...]
    before: tuple[tuple[str, ...], ...] = ()
    landscape: bool = False
    bold: frozenset[str] = frozenset()
    only_merged: bool = False

    @property
    def table(self) -> Grid:
        return self.tables[0]


def plain() -> Layout:
    """The table as it is mostly laid out."""
    return Layout(([list(HEADER), *(list(row) for row in ROWS)],))


Renderer = Callable[[Layout], tuple[bytes, str]]
_HEAD = (
    "Số: 12/KH-SNV",
    "Hà Nội, ngày 15 tháng 01 năm 2025",
    "KẾ HOẠCH",
    "Cải cách hành chính năm 2025",
)
_CLOSING = ("Nơi nhận:", "- Như trên;", "- Lưu: VT.", "GIÁM ĐỐC", "Nguyễn Văn An", "PHỤ LỤC")


def as_word(layout: Layout) -> tuple[bytes, str]:
    document = Document()
    for line in (*_HEAD, *_CLOSING):
        document.add_paragraph(line)
    if layout.landscape:
        section = document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    for place, grid in enumerate(layout.tables):
        for line in layout.before[place] if place < len(layout.before) else ():
            document.add_paragraph(line)
        table = document.add_table(rows=len(grid), cols=max(len(row) for row in grid))
        for top, left, bottom, right in ranges(grid):
            cell = table.cell(top, left)
            if (top, left) != (bottom, right):
                cell = cell.merge(table.cell(bottom, right))
            first, *more = grid[top][left].split("\n")
            cell.paragraphs[0].text = ""
            run = cell.paragraphs[0].add_run(first)
            run.bold = first in layout.bold or None
            for line in more:
                cell.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue(), "ke-hoach.docx"


def as_excel(layout: Layout) -> tuple[bytes, str]:
    rows: list[list[str]] = [[line] for line in (*_HEAD, *_CLOSING)]
    width = max(len(row) for grid in layout.tables for row in grid)
    merges = [f"A{n}:{letters(width - 1)}{n}" for n in range(1, len(rows) + 1)]
    for place, grid in enumerate(layout.tables):
        for line in layout.before[place] if place < len(layout.before) else ():
            rows.append([line])
            merges.append(f"A{len(rows)}:{letters(width - 1)}{len(rows)}")
        top = len(rows)
        rows += [["" if value in {LEFT, ABOVE} else value for value in row] for row in grid]
        merges += [
            f"{letters(left)}{top + up + 1}:{letters(right)}{top + down + 1}"
            for up, left, down, right in ranges(grid)
            if (up, left) != (down, right)
        ]
        rows.append([])
    return Book({"Sheet1": rows}, {"Sheet1": merges}).saved(), "ke-hoach.xlsx"


def as_tabs(layout: Layout) -> tuple[bytes, str]:
    lines = [*_HEAD, *_CLOSING]
    for place, grid in enumerate(layout.tables):
        lines += layout.before[place] if place < len(layout.before) else ()
        lines += ["\t".join(_flat(value) for value in row) for row in grid]
    return "\n".join(lines).encode(), "ke-hoach.txt"


def as_markdown(layout: Layout) -> tuple[bytes, str]:
    lines = ["Số: 12/KH-SNV", "", _HEAD[1], "", "# KẾ HOẠCH", "", f"## {_HEAD[3]}", ""]
    lines += [f"**{line}**" if line == "GIÁM ĐỐC" else line for line in _CLOSING]
    for place, grid in enumerate(layout.tables):
        lines += ["", *(layout.before[place] if place < len(layout.before) else ()), ""]
        rows = [[_flat(value).replace("\n", "<br>") for value in row] for row in grid]
        first, *rest = ["| " + " | ".join(row) + " |" for row in rows]
        lines += [first, "|" + "---|" * len(grid[0]), *rest]
    return "\n".join(lines).encode(), "ke-hoach.md"


def _flat(value: str) -> str:
    return "" if value in {LEFT, ABOVE} else value


def ranges(grid: Grid) -> list[tuple[int, int, int, int]]:
    """The cells of a grid as top, left, bottom, right, merged ones as one."""
    found = []
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            if value in {LEFT, ABOVE}:
                continue
            right = x
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            bottom = y
            while bottom + 1 < len(grid) and grid[bottom + 1][x] == ABOVE:
                bottom += 1
            found.append((y, x, bottom, right))
    return found


def columns(*order: int) -> Layout:
    """The columns in another order."""
    grid = plain().table
    return Layout(([[row[place] for place in order] for row in grid],))


def header(*words: str) -> Layout:
    """The same columns under other words."""
    return Layout(([list(words), *plain().table[1:]],))


def with_rows(*rows: Sequence[str]) -> Layout:
    """Other rows under the plain header."""
    return Layout(([list(HEADER), *(list(row) for row in rows)],))


def changed(cell: tuple[int, int], words: str) -> Layout:
    """One cell (row of ROWS, column) with other words."""
    grid = plain().table
    grid[cell[0] + 1][cell[1]] = words
    return Layout((grid,))


def across(words: str) -> list[str]:
    """A row merged across the table."""
    return [words, *([LEFT] * (len(HEADER) - 1))]


def decomposed(layout: Layout) -> Layout:
    """The same in decomposed letters (NFD), as some keyboards type."""
    return replace(
        layout,
        tables=tuple(
            [[unicodedata.normalize("NFD", value) for value in row] for row in grid]
            for grid in layout.tables
        ),
    )


__all__ = [
    "ABOVE", "HEADER", "LEFT", "ROWS", "Layout", "across", "as_excel", "as_markdown", "as_tabs",
    "as_word", "changed", "columns", "decomposed", "field", "header", "plain", "with_rows",
]  # fmt: skip
