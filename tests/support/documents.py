"""Word files for tests: the issued sample plan varied, and small plans built from nothing."""

import io
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table

DATA = Path(__file__).parent.parent / "data"
BINH_DINH = DATA / "binh-dinh-1205-kh-svhtt-2023.docx"
DONG_NAI = DATA / "dong-nai-plan-2025.docx"
HA_TINH = DATA / "ha-tinh-remediation-2022.docx"

TASK_HEADER = (
    "TT",
    "Nội dung nhiệm vụ",
    "Đơn vị chủ trì",
    "Đơn vị phối hợp",
    "Sản phẩm",
    "Thời hạn",
)
NINTH_TASK = {
    "ordinal": "9",
    "title": "Tổ chức kiểm tra cải cách hành chính tại các đơn vị trực thuộc",
    "lead": "Thanh tra Sở",
    "coordination": "Văn phòng Sở",
    "output": "Kiểm tra tối thiểu 50% đơn vị",
    "deadline": "Quý IV",
}
_SWAPPED_COLUMNS = (0, 5, 3, 2, 4, 1)
_SWAPPED_HEADER = (0, 4, 2, 3, 1)


def varied_binh_dinh_plan(
    *, swap_columns: bool, extra_task: bool, rename_units: Mapping[str, str]
) -> bytes:
    """Plan 1205/KH-SVHTT with other columns first, a ninth task, or other names of units.

    Swapped, the columns are TT, deadline, coordinating, lead, output, task. `rename_units` replaces
    names wherever they stand.
    """
    document = Document(str(BINH_DINH))
    table = document.tables[2]
    if extra_task:
        _append_row(table, list(NINTH_TASK.values()))
    if swap_columns:
        for number, row in enumerate(table._tbl.tr_lst):
            _reorder(row, _SWAPPED_HEADER if number == 0 else _SWAPPED_COLUMNS)
    for old, new in rename_units.items():
        replace_text(document, old, new=new)
    return saved(document)


def changed(source: Path, change: Callable[[WordDocument], None]) -> bytes:
    """A sample with one change made to it."""
    document = Document(str(source))
    change(document)
    return saved(document)


def plan_document(
    *,
    title: str = "Cải cách hành chính năm 2025",
    number: str = "Số: 12/KH-SNV",
    day: str = "Hà Nội, ngày 15 tháng 01 năm 2025",
    text: Sequence[str] = (),
    tables: Sequence[Sequence[Sequence[str]]] = (),
    before_table: Sequence[str] = (),
    closing: Sequence[str] = (
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT.",
        "GIÁM ĐỐC",
        "Nguyễn Văn An",
    ),
) -> WordDocument:
    """A small plan: letterhead, title, text, closing, and tables (rows of cells) in an annex."""
    document = Document()
    for line in (number, day, "KẾ HOẠCH", title, *text):
        document.add_paragraph(line)
    for line in (*closing, *before_table):
        document.add_paragraph(line)
    for rows in tables:
        add_table(document, rows)
        document.add_paragraph("")
    return document


def task_plan(*rows: Sequence[str], header: Sequence[str] = TASK_HEADER) -> WordDocument:
    """A plan whose annex is one table of tasks."""
    return plan_document(tables=[[header, *rows]], before_table=["PHỤ LỤC"])


def add_table(document: WordDocument, rows: Sequence[Sequence[str]]) -> Table:
    """Append a table; a line end in a cell begins a new paragraph."""
    table = document.add_table(rows=len(rows), cols=max(len(row) for row in rows))
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=False):
            first, *more = text.split("\n")
            cell.paragraphs[0].text = first
            for line in more:
                cell.add_paragraph(line)
    return table


def replace_text(document: WordDocument, old: str, *, new: str) -> None:
    """Replace words in every run of the document, tables included."""
    for run in document.element.body.iter(qn("w:t")):
        if run.text and old in run.text:
            run.text = run.text.replace(old, new)


def saved(document: WordDocument) -> bytes:
    """The bytes of a document."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def repacked(
    content: bytes,
    *,
    replace: Mapping[str, bytes | None],
    add: Mapping[str, bytes],
    compressed: bool = True,
) -> bytes:
    """A .docx with entries replaced (None leaves one out) or added: for files to be refused."""
    stream = io.BytesIO()
    method = ZIP_DEFLATED if compressed else ZIP_STORED
    with ZipFile(io.BytesIO(content)) as source, ZipFile(stream, "w", method) as target:
        for name in source.namelist():
            data = replace.get(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
        for name, data in add.items():
            target.writestr(name, data)
    return stream.getvalue()


def _append_row(table: Table, words: Sequence[str]) -> None:
    row = deepcopy(table._tbl.tr_lst[-1])
    table._tbl.append(row)
    for cell, text in zip(table.rows[-1].cells, words, strict=True):
        cell.text = text


def _reorder(row: object, order: Sequence[int]) -> None:
    cells = list(row.tc_lst)  # type: ignore[attr-defined]
    if len(cells) != len(order):
        order = range(len(cells))
    for cell in cells:
        row.remove(cell)  # type: ignore[attr-defined]
    for place in order:
        row.append(cells[place])  # type: ignore[attr-defined]
