"""Of what does a Word document consist for a reader? Paragraphs and tables, in order.

A table is a full grid: a merged cell stands in every place it covers, and each place knows whether
the cell begins there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One printed line of thought; line breaks inside a Word paragraph make several.

    `frame` tells the cells of a layout table apart (0 is the page itself).
    """

    text: str
    heading_level: int | None = None
    bold: bool = False
    centered: bool = False
    frame: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its lines with blank ones kept (they separate blocks), and what it is made of."""

    lines: tuple[str, ...]
    blocks: "tuple[Block, ...]" = ()

    @property
    def text(self) -> str:
        """All words on one line."""
        lines = self.lines
        return lines[0] if len(lines) == 1 else " ".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the grid; a merged cell begins only at its first row and first column."""

    cell: Cell
    begins_row: bool = True
    begins_column: bool = True

    @property
    def begins(self) -> bool:
        return self.begins_row and self.begins_column


Row = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of rows of one length. `number` counts the tables of the document from 1."""

    rows: tuple[Row, ...]
    number: int

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


Block = Paragraph | Table
EMPTY_CELL = Cell(())
EMPTY_SLOT = Slot(EMPTY_CELL)
