"""How does a sheet that somebody laid out by hand become paragraphs and tables?

A sheet is one grid: letterhead, titles, the table, "Nơi nhận" and signature stand in cells. The
table begins at a row that reads as a header; what stands above and below is read column by column,
each column a frame of its own, as the letterhead is in Word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.plans.documents.areas import is_known_area
from services.plans.documents.blocks import EMPTY_SLOT, Block, Cell, Paragraph, Row, Slot, Table
from services.plans.documents.cleaning import clean_lines
from services.plans.documents.closing import begins_signature, is_recipients_heading
from services.plans.documents.columns import MAX_HEADER_ROWS, header_at
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.workbook import Sheet, Workbook

_FEWEST_CELLS = 3
_MOST_IN_CLOSING = 3
_MAX_MERGED = 300_000
_MAX_SLOTS = 600_000


def blocks_of_sheets(book: Workbook) -> list[Block]:
    """The blocks of all sheets in the order of the tabs."""
    reader = _Reader()
    blocks: list[Block] = []
    for sheet in book.sheets:
        if len(book.sheets) > 1 and is_known_area(sheet.name):
            blocks.append(Paragraph(sheet.name.strip(), heading_level=1))
        blocks.extend(reader.blocks(sheet))
    return blocks


@dataclass(slots=True)
class _Reader:
    """Counts tables and frames over all sheets; equal cells are made once."""

    tables: int = 0
    frames: int = 0
    merged: int = 0
    _slots: dict[tuple[str, bool], Slot] = field(default_factory=dict)

    def blocks(self, sheet: Sheet) -> Iterator[Block]:
        grid = self._grid(sheet)
        following = _next_of_several(grid)
        loose: list[Row] = []
        place = 0
        while place < len(grid):
            if _may_be_header(grid[place]) and _begins_table(grid, place):
                yield from self._paragraphs(loose)
                loose = []
                end = _table_end(grid, place, following=following)
                self.tables += 1
                filled = [row for row in grid[place:end] if any(s.cell.lines for s in row)]
                yield Table(tuple(filled), self.tables)
                place = end
            else:
                loose.append(grid[place])
                place += 1
        yield from self._paragraphs(loose)

    def _grid(self, sheet: Sheet) -> list[Row]:
        """The rows of a sheet, all of one length; runs of blank rows are one blank row."""
        width = max(len(cells) for cells in sheet.rows.values())
        if sheet.merges:
            reach = max(m.right for m in sheet.merges if m.top in sheet.rows or m.left < width)
            width = max(width, min(reach + 1, width * 2))
        if width * len(sheet.rows) > _MAX_SLOTS:
            raise UnreadableDocument("too_large")
        filled: dict[int, list[Slot]] = {}
        bold = sheet.bold
        for number in sorted(sheet.rows):
            cells = sheet.rows[number]
            row = [
                self._slot(words, is_bold=(number, column) in bold) if words else EMPTY_SLOT
                for column, words in enumerate(cells)
            ]
            row.extend((EMPTY_SLOT,) * (width - len(row)))
            filled[number] = row
        self._merge(sheet, filled, width=width)
        grid: list[Row] = []
        last = -1
        for number in sorted(filled):
            if number > last + 1 and last >= 0:
                grid.append((EMPTY_SLOT,) * width)
            grid.append(tuple(filled[number]))
            last = number
        return grid

    def _slot(self, words: str, *, is_bold: bool) -> Slot:
        key = (words, is_bold)
        slot = self._slots.get(key)
        if slot is None:
            lines = clean_lines(words)
            if len(lines) == 1 and "\n" in words:
                lines = [words.strip()]
            kept = tuple(lines) if any(lines) else ()
            blocks = tuple(Paragraph(line, bold=True) for line in kept) if is_bold else ()
            slot = self._slots[key] = Slot(Cell(kept, blocks))
        return slot

    def _merge(self, sheet: Sheet, filled: dict[int, list[Slot]], *, width: int) -> None:
        for merge in sheet.merges:
            top = filled.get(merge.top)
            if top is None or merge.left >= width:
                continue
            self.merged += (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)
            if self.merged > _MAX_MERGED:
                raise UnreadableDocument("too_large")
            # A cell of its own: a merged range is one cell, however many others say the same.
            shared = top[merge.left].cell
            cell = Cell(shared.lines, shared.blocks)
            for row in range(merge.top, merge.bottom + 1):
                slots = filled.setdefault(row, [EMPTY_SLOT] * width) if cell.lines else []
                for column in range(merge.left, min(merge.right, len(slots) - 1) + 1):
                    slots[column] = Slot(cell, row == merge.top, column == merge.left)

    def _paragraphs(self, rows: Sequence[Row]) -> Iterator[Block]:
        """What stands outside the tables, column by column between rows that hold one wide cell."""
        columns: dict[int, list[Paragraph]] = {}
        for row in rows:
            places = [n for n, slot in enumerate(row) if slot.begins and slot.cell.lines]
            if len(places) == 1 and _is_wide(row, places[0]):
                yield from self._flushed(columns)
                yield from _lines(row[places[0]].cell, frame=0)
                continue
            for column in places:
                columns.setdefault(column, []).extend(_lines(row[column].cell, frame=column + 1))
        yield from self._flushed(columns)

    def _flushed(self, columns: dict[int, list[Paragraph]]) -> Iterator[Paragraph]:
        for column in sorted(columns):
            self.frames += 1
            for paragraph in columns[column]:
                yield Paragraph(paragraph.text, bold=paragraph.bold, frame=self.frames)
        columns.clear()


def _lines(cell: Cell, *, frame: int) -> Iterator[Paragraph]:
    for line in cell.lines:
        yield Paragraph(line, bold=bool(cell.blocks), frame=frame)


def _is_wide(row: Row, column: int) -> bool:
    """Whether a cell stands over at least half of the sheet: a title, a sentence."""
    span = sum(1 for slot in row if slot.cell is row[column].cell)
    return span * 2 >= len(row)


def _may_be_header(row: Row) -> bool:
    return sum(1 for slot in row if slot.begins and slot.cell.lines) >= _FEWEST_CELLS


def _piece(grid: Sequence[Row], place: int) -> tuple[Row, ...]:
    return tuple(grid[place : place + MAX_HEADER_ROWS])


def _table_end(grid: Sequence[Row], start: int, *, following: Sequence[int]) -> int:
    """Where the rows of a table end: at the closing of the document, at text, at another header."""
    place = start + 1
    while place < len(grid):
        if _closes(grid[place]):
            return place
        after_gap = not any(slot.cell.lines for slot in grid[place - 1])
        if after_gap and not _table_goes_on(grid, following[place]):
            return place
        place += 1
    return place


def _closes(row: Row) -> bool:
    words = [slot.cell.lines[0] for slot in row if slot.begins and slot.cell.lines]
    if len(words) > _MOST_IN_CLOSING:
        return False
    return any(is_recipients_heading(text) or begins_signature(text) for text in words)


def _next_of_several(grid: Sequence[Row]) -> list[int]:
    """For each row the first one from there on with several filled cells."""
    following = [len(grid)] * (len(grid) + 1)
    for place in range(len(grid) - 1, -1, -1):
        filled = sum(1 for slot in grid[place] if slot.begins and slot.cell.lines)
        following[place] = place if filled > 1 else following[place + 1]
    return following


def _table_goes_on(grid: Sequence[Row], place: int) -> bool:
    """Whether the next full row after a blank one is of the same table; lone cells are headings."""
    if place >= len(grid) or _closes(grid[place]):
        return False
    return not (_may_be_header(grid[place]) and _begins_table(grid, place))


def _begins_table(grid: Sequence[Row], place: int) -> bool:
    return header_at(Table(_piece(grid, place), 0), 0) is not None
