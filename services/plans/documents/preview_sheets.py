"""How does a preview read as a workbook that comes back? Doubts in colour, lists to choose from, row ids.

The columns are those of a plan's workbook, with some beside them: a day to set, what was
understood, what to look at, and the row's id, hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.plans.documents.plan_sheets import (
    INFO,
    TARGET_COLUMNS,
    TARGETS,
    TASK_COLUMNS,
    TASKS,
    info_rows,
    shown,
)
from shared.workbooks import Cell, Choice, Look, Sheet

Json = Mapping[str, Any]
UNITS, DOUBTS, LISTS, ORIGIN = "Đơn vị", "Cần xem lại", "Danh mục", "Nền tảng"
ROW_ID, SET_DAY = "Mã dòng", "Ấn định ngày"
NAME, MEANS = "Tên trong văn bản", "Là đơn vị"
NEW_UNIT = "(đơn vị mới)"
ORIGIN_IMPORT, ORIGIN_REVISION = "Bản xem trước", "Phiên bản"
_UNIT_FIELDS = ("lead_units", "coordinating_units")


@dataclass(frozen=True, slots=True)
class NameRow:
    """A unit name as written: what it is taken to mean, and what else it could be."""

    written: str
    means: str
    candidates: str
    where: str
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewBook:
    """Everything a preview's workbook shows. `doubts`: row id → field → sentences."""

    import_id: str
    revision: int
    content: Json
    understood: Mapping[str, str]  # row id → the days its deadline means
    doubts: Mapping[str, Mapping[str, str]]
    names: Sequence[NameRow]
    units: Sequence[str]  # "CODE – Name"
    warnings: Sequence[tuple[str, str, str]]  # heading, place, sentence


def preview_sheets(book: PreviewBook) -> list[Sheet]:
    """The sheets, those to correct first; two hidden ones at the end."""
    choices = [*book.units, NEW_UNIT]
    written = f"'{LISTS}'!$B$2:$B${len(book.units) + 1}" if book.units else None
    return [
        _tasks(book, written),
        _targets(book),
        _names(book, f"'{LISTS}'!$A$2:$A${len(choices) + 1}"),
        Sheet(
            INFO,
            ["Mục", "Nội dung"],
            [24, 90],
            [[Cell(label, Look.FIXED), Cell(text)] for label, text in info_rows(book.content)],
        ),
        Sheet(
            DOUBTS,
            ["Nhóm", "Ở đâu", "Điều cần xem lại"],
            [18, 40, 100],
            [[Cell(text, Look.FIXED) for text in warning] for warning in book.warnings],
        ),
        Sheet(
            LISTS,
            ["Chọn ở trang Đơn vị", "Tên đơn vị"],
            [50, 50],
            [[Cell(choice), Cell(choice.partition(" – ")[2])] for choice in choices],
            hidden=True,
        ),
        Sheet(
            ORIGIN,
            ["Mục", "Nội dung"],
            [24, 50],
            [
                [Cell(ORIGIN_IMPORT), Cell(book.import_id)],
                [Cell(ORIGIN_REVISION), Cell(str(book.revision))],
            ],
            hidden=True,
        ),
    ]


def _tasks(book: PreviewBook, written: str | None) -> Sheet:
    columns = [
        *TASK_COLUMNS.values(),
        (SET_DAY, 13),
        ("Hiểu là", 24),
        ("Cần xem lại", 44),
        (ROW_ID, 9),
    ]
    rows = []
    for task in book.content["tasks"]:
        doubts = book.doubts.get(task["row"], {})
        cells = [_cell(shown(n, task[n]), doubts.get(n)) for n in TASK_COLUMNS]
        sentences = "\n".join(dict.fromkeys(doubts.values()))
        rows.append(
            [
                *cells,
                Cell(""),
                Cell(book.understood.get(task["row"], ""), Look.FIXED),
                Cell(sentences, Look.FIXED),
                Cell(task["row"], Look.FIXED),
            ]
        )
    names = list(TASK_COLUMNS)
    choices = [Choice(names.index(name), written) for name in _UNIT_FIELDS] if written else []
    return Sheet(
        TASKS,
        [title for title, _ in columns],
        [width for _, width in columns],
        rows,
        choices=choices,
        hidden_columns=frozenset({len(columns) - 1}),
    )


def _targets(book: PreviewBook) -> Sheet:
    columns = [*TARGET_COLUMNS.values(), (ROW_ID, 9)]
    return Sheet(
        TARGETS,
        [title for title, _ in columns],
        [width for _, width in columns],
        [
            [*(Cell(shown(n, target[n])) for n in TARGET_COLUMNS), Cell(target["row"], Look.FIXED)]
            for target in book.content["targets"]
        ],
        hidden_columns=frozenset({len(columns) - 1}),
    )


def _names(book: PreviewBook, source: str) -> Sheet:
    rows = [
        [
            Cell(name.written, Look.FIXED),
            _cell(name.means, name.doubt),
            Cell(name.candidates, Look.FIXED),
            Cell(name.where, Look.FIXED),
        ]
        for name in book.names
    ]
    return Sheet(
        UNITS,
        [NAME, MEANS, "Gần giống", "Ở đâu"],
        [44, 44, 44, 44],
        rows,
        choices=[Choice(1, source)],
    )


def _cell(text: str, doubt: str | None) -> Cell:
    return Cell(text) if doubt is None else Cell(text, Look.DOUBT, doubt)
