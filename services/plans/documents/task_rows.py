"""Which rows of a task table make one task? Rows are put together before anything is understood.

A page break leaves rows without ordinal that go on with the task above; merged cells make rows that
share one; headings of areas stand in rows of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.plans.documents.areas import is_known_area
from services.plans.documents.blocks import Paragraph, Row, Slot, Table
from services.plans.documents.columns import Header, is_column_numbers, repeats_header
from services.plans.documents.items import goes_on, joined, tidy
from services.plans.documents.markers import Depth, bulleted, marked
from services.plans.documents.merged_rows import split_merged
from services.plans.documents.period_columns import deadline_lines
from services.plans.documents.task_draft import SHARED, TaskDraft, ordinal_of
from services.plans.documents.units import is_unit

# Names of units and deadlines are put together by those who know how such phrases go on.
_PROSE = ("output", "note", "funding")
_ASSIGNED = ("lead", "coordination", "assignment", "output", "deadline")
_DANGLING = re.compile(
    r"\b(?:của|và|theo|các|những|cho|với|về|tại|do|là|đến|từ|trong|được|bằng|trên|hoặc|để|khi|số)$"
)
_HIGH_ORDINAL = re.compile(r"[IVX]{1,5}|[A-HĐ]")
_DITTO = re.compile(r"[-–\s]*(?:nt|như trên)[-–.\s]*|[\"″〃”]+|(?://)+", re.IGNORECASE)
_TOTAL = re.compile(r"(?:tổng cộng|tổng số|cộng)\s*:?", re.IGNORECASE)
_HEADING_LENGTH = 200
_LAST_WORD = 12


@dataclass(slots=True)
class TaskRows:
    """Reads the rows of one table in order; `area` is what stands above the table."""

    header: Header
    area: tuple[str | None, str] | None = None
    drafts: list[TaskDraft] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    _after_heading: bool = True
    _last: str | None = None
    _counted: dict[str, int] = field(default_factory=dict)

    def read(self, table: Table, data_from: int) -> list[TaskDraft]:
        """All tasks of the rows from `data_from` on."""
        rows = [row for row in table.rows[data_from:] if self._is_data(row)]
        for place, row in enumerate(rows):
            following = rows[place + 1] if place + 1 < len(rows) else None
            self._row(row, following)
        return [task for draft in self.drafts for task in split_merged(draft)]

    def _is_data(self, row: Row) -> bool:
        filled = any(slot.cell.text for slot in row if slot.begins)
        return filled and not is_column_numbers(row) and not repeats_header(row, self.header)

    def _row(self, row: Row, following: Row | None) -> None:
        if heading := self._heading(row, following):
            self.area = heading
            self._after_heading = True
            return
        if (column := self._column_area(row)) is not None:
            self.area = column
        ordinal = ordinal_of(self._own(row, "ordinal"))
        title = self._own(row, "title")
        if _TOTAL.fullmatch(" ".join(title)):
            return
        if ordinal or (title and self._begins_task(row, title)):
            self._begin(row, ordinal, title=title)
        elif self.drafts:
            self._continue(row, title)
        else:
            self.skipped.append(" | ".join(slot.cell.text for slot in row if slot.begins))

    def _begin(self, row: Row, ordinal: str | None, *, title: list[str]) -> None:
        cells = {role: self._shared(row, role) for role in SHARED}
        if self.drafts:
            for role, lines in cells.items():
                if lines and all(_DITTO.fullmatch(line) for line in lines if line):
                    cells[role] = list(self.drafts[-1].cells[role])
        whole = title or self._shared(row, "title")
        printed = tuple(line for line in self._own(row, "ordinal") if line)
        qualified = self._qualified(ordinal)
        self._after_heading = False
        self._last = qualified or self._last
        self.drafts.append(TaskDraft(qualified, whole, cells, self.area, ordinal is None, printed))

    def _continue(self, row: Row, title: list[str]) -> None:
        draft = self.drafts[-1]
        broken = not any(self._continues_merge(row, role) for role in ("ordinal", "title"))
        draft.title = _extended(draft.title, title, broken=broken)
        for role in SHARED:
            own = self._own(row, role)
            if own and " ".join(own) != " ".join(draft.cells[role]):
                torn = broken and role in _PROSE
                draft.cells[role] = _extended(draft.cells[role], own, broken=torn)

    def _begins_task(self, row: Row, title: list[str]) -> bool:
        """Whether a row with a title but no ordinal is a task of its own and no torn-off piece."""
        if self._after_heading or self._own(row, "ordinal"):
            return True
        lead = self._own(row, "lead") or self._own(row, "assignment")
        has_own = bool(lead or self._own(row, "deadline"))
        above = _last(self.drafts[-1].title)
        if "ordinal" not in self.header.columns:
            return has_own or not goes_on(above, title[0])
        if not has_own or title[0][:1].islower():
            return False
        complete = bool(lead and is_unit(tidy(lead[0])) and self._own(row, "deadline"))
        return complete or bool(bulleted(title[0])) or above[-1:] in {".", ";"}

    def _qualified(self, ordinal: str | None) -> str | None:
        """Letters are told apart ("a" under 3 is "3.a"); without ordinal, counted on ("3.1")."""
        if ordinal and not (ordinal.isalpha() and ordinal.islower()):
            return ordinal
        if "ordinal" not in self.header.columns:
            return str(len(self.drafts) + 1)
        base = self._base()
        if ordinal or base is None:
            return f"{base}.{ordinal}" if base and ordinal else ordinal
        self._counted[base] = count = self._counted.get(base, 0) + 1
        return f"{base}.{count}"

    def _base(self) -> str | None:
        """The number below which a row without number of its own is counted."""
        if self._after_heading:
            return self.area[0] if self.area else None
        if self._last is None:
            return None
        above, _, end = self._last.rpartition(".")
        if end.isalpha() and end.islower():
            return above or None
        return above if above and self.drafts[-1].counted_on else self._last

    def _heading(self, row: Row, following: Row | None) -> tuple[str | None, str] | None:
        """The number and title of an area when the row is its heading."""
        filled = [slot for slot in row if slot.begins and slot.cell.text]
        if len(filled) == 1:
            heading = self._merged_heading(row, filled[0]) or self._lone_heading(row, filled[0])
            if heading:
                return heading
        if any(self._shared(row, role) for role in _ASSIGNED):
            return None
        ordinal = ordinal_of(self._own(row, "ordinal"))
        title = " ".join(self._own(row, "title"))
        if not title or len(title) > _HEADING_LENGTH:
            return None
        if ordinal:
            high = bool(_HIGH_ORDINAL.fullmatch(ordinal))
            is_heading = high or is_known_area(title) or self._has_children(ordinal, following)
            return (ordinal, title) if is_heading or _is_shouted(title) else None
        plain = marked(title)
        if plain and plain.depth <= Depth.DECIMAL and plain.number:
            return plain.number, plain.text
        return (None, title) if _is_shouted(title) or self._is_bold_area(row) else None

    def _merged_heading(self, row: Row, slot: Slot) -> tuple[str | None, str] | None:
        span = sum(1 for other in row if other.cell is slot.cell)
        if span * 2 < len(row) or span == 1 or len(slot.cell.text) > _HEADING_LENGTH:
            return None
        plain = marked(slot.cell.text)
        if plain and plain.number:
            return plain.number, plain.text.strip()
        return None, slot.cell.text

    def _lone_heading(self, row: Row, slot: Slot) -> tuple[str | None, str] | None:
        """A heading in the first cell alone: what merging across the row becomes in plain text."""
        words = slot.cell.text
        columns = {0, *self.header.columns.get("ordinal", ())}
        if all(row[column] is not slot for column in columns) or len(words) > _HEADING_LENGTH:
            return None
        plain = marked(words)
        if plain and plain.number and " " in plain.text:
            return plain.number, plain.text.strip()
        return (None, words) if _is_shouted(words) or is_known_area(words) else None

    def _is_bold_area(self, row: Row) -> bool:
        bold = [
            block.bold
            for column in self.header.columns["title"]
            for block in row[column].cell.blocks
            if isinstance(block, Paragraph) and block.text
        ]
        return all(bold) and is_known_area(" ".join(self._own(row, "title")))

    def _has_children(self, ordinal: str, following: Row | None) -> bool:
        below = None if following is None else ordinal_of(self._own(following, "ordinal"))
        return below is not None and below.startswith(f"{ordinal}.")

    def _column_area(self, row: Row) -> tuple[str | None, str] | None:
        """The area of a column *Lĩnh vực*, merged or repeated down the rows."""
        title = " ".join(self._shared(row, "area"))
        if not title:
            return None
        plain = marked(title)
        return (plain.number, plain.text) if plain and plain.number else (None, title)

    def _continues_merge(self, row: Row, role: str) -> bool:
        columns = self.header.columns.get(role, ())
        return any(not row[column].begins_row and row[column].cell.text for column in columns)

    def _own(self, row: Row, role: str) -> list[str]:
        """The lines of the cells that begin in this row."""
        if role == "deadline":
            return deadline_lines(row, self.header, inherited=False)
        return _lines(row, self.header.columns.get(role, ()), inherited=False)

    def _shared(self, row: Row, role: str) -> list[str]:
        """The lines of the cells of this row, those merged down from above included."""
        if role == "deadline":
            return deadline_lines(row, self.header, inherited=True)
        return _lines(row, self.header.columns.get(role, ()), inherited=True)


def _lines(row: Row, columns: Sequence[int], *, inherited: bool) -> list[str]:
    lines: list[str] = []
    for column in columns:
        slot = row[column]
        if slot.begins_column and (slot.begins_row or inherited):
            lines += slot.cell.lines
    return lines


def _is_shouted(title: str) -> bool:
    """Several words in capitals: a heading, not an abbreviation."""
    return title.isupper() and " " in title


def _last(lines: list[str]) -> str:
    return next((line for line in reversed(lines) if line), "")


def _extended(lines: list[str], more: list[str], *, broken: bool) -> list[str]:
    """The lines with those of the next row; a sentence torn by a page break is made whole."""
    if not more or not lines:
        return lines + more
    torn = goes_on(lines[-1], more[0]) or (
        marked(more[0]) is None and bool(_DANGLING.search(lines[-1][-_LAST_WORD:].lower()))
    )
    if broken and torn:
        return [*lines[:-1], joined(lines[-1], more[0]), *more[1:]]
    return [*lines, *more]
