"""How is an Excel file of plain words written? Rows of text, the first one the header."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.workbooks import Cell, Sheet, write_workbook


@dataclass(frozen=True, slots=True)
class SheetOfWords:
    """A sheet to write: its first row is the header; `widths` in characters, by column."""

    name: str
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()


def write_spreadsheet(sheets: Sequence[SheetOfWords]) -> bytes:
    """The bytes of an .xlsx."""
    return write_workbook(
        [
            Sheet(
                sheet.name,
                sheet.rows[0] if sheet.rows else (),
                sheet.widths,
                [[Cell(words) for words in row] for row in sheet.rows[1:]],
            )
            for sheet in sheets
        ]
    )
