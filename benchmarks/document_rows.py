"""How fast are large plans read, understood and checked, beside what only reads their cells?"""

import io
import time
from collections.abc import Awaitable, Callable
from xml.parsers import expat
from zipfile import ZipFile

import docx
import openpyxl

from benchmarks.frame import Row, Side
from services.plans.documents import read_document
from shared.workbooks import Cell, Sheet, write_workbook

WORD_ROWS, EXCEL_ROWS = 500, 10_000
_COLUMNS = ("TT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Sản phẩm", "Thời gian hoàn thành")
_HEAD = (
    "Số: 12/KH-SVHTT",
    "Bình Định, ngày 16 tháng 6 năm 2026",
    "KẾ HOẠCH",
    "Cải cách hành chính năm 2026",
)
_DEADLINES = ("Trước ngày 30/11/2026", "Quý IV/2026", "Hằng tháng", "Thường xuyên", "Tháng 9/2026")
_PRODUCTS = (
    "Đạt 100% thủ tục được rà soát",
    "Báo cáo kết quả",
    "Kế hoạch được phê duyệt",
    "Tối thiểu 50% đơn vị được kiểm tra",
)
Measure = Callable[[], Awaitable[float]]


def document_rows() -> list[Row]:
    """A plan of 500 tasks from Word, one of 10,000 from Excel; the peers give bare cells."""
    word, excel = _word_plan(), _excel_plan()
    return [
        Row(
            "a plan of 500 tasks from .docx, understood and checked (peer: bare cells)",
            "rows/s",
            Side("ours", _ours(word, "ke-hoach.docx", WORD_ROWS)),
            [Side("python-docx row.cells", _python_docx(word))],
        ),
        Row(
            "a plan of 10,000 tasks from .xlsx, understood and checked (peer: bare cells)",
            "rows/s",
            Side("ours", _ours(excel, "ke-hoach.xlsx", EXCEL_ROWS)),
            [
                Side("openpyxl, read only", _openpyxl(excel)),
                Side("expat, nothing kept", _expat(excel)),
            ],
        ),
    ]


def _ours(content: bytes, name: str, count: int) -> Measure:
    async def read() -> float:
        started = time.perf_counter()
        found = read_document(content, file_name=name)
        took = time.perf_counter() - started
        assert len(found.tasks) == count
        assert not {w.code for w in found.warnings} & {"deadline_unrecognised", "lead_missing"}
        return count / took

    return read


def _python_docx(content: bytes) -> Measure:
    async def read() -> float:
        started = time.perf_counter()
        table = docx.Document(io.BytesIO(content)).tables[-1]
        count = sum(len(cell.text) > 0 for row in table.rows for cell in row.cells)
        assert count > WORD_ROWS
        return WORD_ROWS / (time.perf_counter() - started)

    return read


def _openpyxl(content: bytes) -> Measure:
    async def read() -> float:
        started = time.perf_counter()
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        rows = book.active.iter_rows(values_only=True)
        count = sum(value is not None for row in rows for value in row)
        assert count > EXCEL_ROWS
        return EXCEL_ROWS / (time.perf_counter() - started)

    return read


def _expat(content: bytes) -> Measure:
    async def read() -> float:
        started = time.perf_counter()
        with ZipFile(io.BytesIO(content)) as archive:
            data = archive.read("xl/worksheets/sheet1.xml")
        expat.ParserCreate().Parse(data, True)
        return EXCEL_ROWS / (time.perf_counter() - started)

    return read


def _texts(number: int) -> tuple[str, ...]:
    return (
        str(number),
        f"Rà soát, đơn giản hóa thủ tục hành chính nhóm {number}",
        f"Phòng Nghiệp vụ {number % 40 + 1}",
        "Các phòng chuyên môn; các đơn vị trực thuộc Sở",
        _PRODUCTS[number % len(_PRODUCTS)],
        _DEADLINES[number % len(_DEADLINES)],
    )


def _excel_plan() -> bytes:
    rows: list[tuple[str, ...]] = [*((line,) for line in _HEAD), (), _COLUMNS]
    rows += [_texts(number) for number in range(1, EXCEL_ROWS + 1)]
    header, *body = rows
    return write_workbook([Sheet("Sheet1", header, (), [[Cell(t) for t in row] for row in body])])


def _word_plan() -> bytes:
    document = docx.Document()
    for line in _HEAD:
        document.add_paragraph(line)
    table = document.add_table(rows=WORD_ROWS + 1, cols=len(_COLUMNS))
    grid = table._cells  # noqa: SLF001 - one look-up instead of a quadratic walk
    for number in range(WORD_ROWS + 1):
        for place, text in enumerate(_texts(number) if number else _COLUMNS):
            grid[number * len(_COLUMNS) + place].text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
