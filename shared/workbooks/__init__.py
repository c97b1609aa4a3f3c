"""How does an Excel workbook (.xlsx) go out to people and come back? As text, never as formulas."""

from shared.workbooks.grid import Cell, Choice, Look, Sheet
from shared.workbooks.reading import ReturnedSheet, UnreadableWorkbook, read_workbook
from shared.workbooks.writing import MEDIA_TYPE, write_workbook

__all__ = [
    "MEDIA_TYPE",
    "Cell",
    "Choice",
    "Look",
    "ReturnedSheet",
    "Sheet",
    "UnreadableWorkbook",
    "read_workbook",
    "write_workbook",
]
