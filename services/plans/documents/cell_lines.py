"""How is a table read that was printed one cell a line, a tab before each?

So text comes out of Word through other programs: cells keep their blank lines, rows end with a
blank line after the last cell, and where a page broke a row its empty cells are lost. What opens
like the cells of another column then says where it stands.
"""

import re
from collections import Counter
from collections.abc import Sequence

from services.plans.documents.blocks import Cell, Slot, Table
from services.plans.documents.cleaning import clean_lines
from services.plans.documents.columns import read_header
from services.plans.documents.markers import marked

Lines = list[str]
_BEGINS = re.compile(r"[ \u00a0]*\t")
_FEWEST_COLUMNS = 3
_LONGEST_LABEL = 250
_OPENING_WORDS = 2
_SEEN_OFTEN = 2


def read_cell_lines(lines: Sequence[str], place: int) -> tuple[list[list[Lines]], int]:
    """The rows of such a table that begins here, and where it ends; no rows when none begins."""
    header, after = _header(lines, place)
    if len(header) < _FEWEST_COLUMNS or not _is_header(header):
        return [], place
    cells, end = _cells(lines, after, width=len(header))
    return [header, *_rows(cells, len(header))], end


def _header(lines: Sequence[str], place: int) -> tuple[list[Lines], int]:
    """The cells up to the first blank line, and where that is."""
    cells: list[Lines] = []
    while place < len(lines) and lines[place].strip():
        if _BEGINS.match(lines[place]):
            cells.append([lines[place]])
        elif cells:
            cells[-1].append(lines[place])
        else:
            break
        place += 1
    return cells, place


def _is_header(cells: Sequence[Lines]) -> bool:
    words = [tuple(text for line in cell for text in clean_lines(line.strip())) for cell in cells]
    if any(len(" ".join(lines)) > _LONGEST_LABEL or marked(lines[0]) for lines in words):
        return False
    return read_header(Table((tuple(Slot(Cell(lines)) for lines in words),), 1)) is not None


def _cells(lines: Sequence[str], place: int, *, width: int) -> tuple[list[Lines], int]:
    """All cells that follow; the table ends where words without a tab follow a whole row.

    The last cell of a row may hold blank lines itself, as long as further cells follow.
    """
    cells: list[Lines] = []
    last_cell = max((n for n in range(place, len(lines)) if _BEGINS.match(lines[n])), default=-1)
    while place < len(lines):
        line = lines[place]
        if _BEGINS.match(line):
            cells.append([line])
        elif _ends_row(cells, width) and line.strip() and (place > last_cell or _is_empty(cells)):
            break
        elif cells:
            cells[-1].append(line)
        elif line.strip():
            break
        place += 1
    return cells, place


def _ends_row(cells: Sequence[Lines], width: int) -> bool:
    return bool(cells) and len(cells) % width == 0 and not cells[-1][-1].strip()


def _is_empty(cells: Sequence[Lines]) -> bool:
    return not any(line.strip() for line in cells[-1])


def _rows(cells: Sequence[Lines], width: int) -> list[list[Lines]]:
    """The cells row by row, the lost ones put back empty."""
    lost = -len(cells) % width
    if not lost:
        return [list(cells[n : n + width]) for n in range(0, len(cells), width)]
    usual = _usual_columns(cells, width)
    rows: list[list[Lines]] = [[]]
    for cell in cells:
        column = usual.get(_opening(cell))
        if column is not None and column != len(rows[-1]) % width and lost:
            missing = (column - len(rows[-1])) % width
            for _ in range(min(missing, lost)):
                _put(rows, [""], width)
            lost -= min(missing, lost)
        _put(rows, cell, width)
    return rows


def _put(rows: list[list[Lines]], cell: Lines, width: int) -> None:
    if len(rows[-1]) == width:
        rows.append([])
    rows[-1].append(cell)


def _usual_columns(cells: Sequence[Lines], width: int) -> dict[str, int]:
    """In which column the cells stand that open with the same words, where they mostly agree."""
    places: dict[str, Counter[int]] = {}
    for number, cell in enumerate(cells):
        if opening := _opening(cell):
            places.setdefault(opening, Counter())[number % width] += 1
    return {
        opening: column
        for opening, counted in places.items()
        for column, times in counted.most_common(1)
        if times >= _SEEN_OFTEN and times * 2 > counted.total()
    }


def _opening(cell: Lines) -> str:
    """The first words of a cell, none where it has fewer."""
    words = " ".join(cell).split()
    return " ".join(words[:_OPENING_WORDS]).lower() if len(words) > _OPENING_WORDS else ""
