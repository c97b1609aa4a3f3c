"""Which deadline do several time columns give: quarters or months that are ticked, start and end?

"Thời gian thực hiện" over "Quý I" … "Quý IV" with an x below is written as "Quý I; Quý II".
"""

import re
from collections.abc import Sequence

from services.plans.documents.blocks import Row
from services.plans.documents.columns import Header, Label
from services.plans.domain.targets.wording import fold

_TICK = re.compile(r"[xX×✓✔*+●•√]")
_STARTS = re.compile(r"\bbat dau\b|\btu\b")
_ENDS = re.compile(r"\bket thuc\b|\bhoan thanh\b|\bden\b")
_TWO = 2


def deadline_lines(row: Row, header: Header, *, inherited: bool) -> list[str]:
    """The deadline of a row in words; one time column gives its own lines."""
    columns = header.columns.get("deadline", ())
    cells = [
        (header.labels[column], row[column].cell.lines)
        for column in columns
        if row[column].begins_column and (row[column].begins_row or inherited)
    ]
    filled = [(label, lines) for label, lines in cells if any(lines)]
    if len(columns) == 1 or not filled:
        return [line for _, lines in filled for line in lines]
    if all(_TICK.fullmatch(" ".join(lines)) for _, lines in filled):
        return ["; ".join(_period(label) for label, _ in filled)]
    if span := _span(filled):
        return [span]
    return [line for _, lines in filled for line in lines]


def _period(label: Label) -> str:
    """The period a ticked column stands for: its own words, a bare number with those above."""
    leaf, above = label[-1], fold(" ".join(label[:-1]))
    if any(letter.isalpha() and letter not in "IVXivx" for letter in leaf):
        return leaf
    kind = "Quý" if re.search(r"\bquy\b", above) else "Tháng" if "thang" in above else ""
    return f"{kind} {leaf}".strip()


def _span(filled: Sequence[tuple[Label, Sequence[str]]]) -> str | None:
    if len(filled) != _TWO:
        return None
    (first, start), (second, end) = sorted(
        filled, key=lambda cell: bool(_ENDS.search(fold(cell[0][-1])))
    )
    if _STARTS.search(fold(first[-1])) and _ENDS.search(fold(second[-1])):
        return f"Từ {' '.join(start)} đến {' '.join(end)}"
    return None
