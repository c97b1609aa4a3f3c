"""What did somebody change in a returned workbook? Each cell against what the preview says now.

A cell that reads as it went out is no correction, however Excel stores it; so a workbook that comes
back untouched changes nothing.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.plans.documents.plan_sheets import (
    INFO,
    INFO_ITEMS,
    TARGET_COLUMNS,
    TARGETS,
    TASK_COLUMNS,
    TASKS,
    shown,
)
from services.plans.documents.preview_sheets import (
    MEANS,
    NAME,
    NEW_UNIT,
    ORIGIN,
    ORIGIN_IMPORT,
    ORIGIN_REVISION,
    ROW_ID,
    SET_DAY,
    UNITS,
)
from services.plans.documents.returned_values import same_number, value_of
from services.plans.domain.content_edits import Edits, NewRow, RowEdits
from shared.search_text import search_key
from shared.workbooks import ReturnedSheet
from shared.workbooks.grid import column_name

Json = dict[str, Any]


class NotOurs(ValueError):
    """The workbook lacks what a workbook of a preview has: its origin, or a row's id."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose text is no value: where, and the code of why."""

    place: str
    code: str


@dataclass(slots=True)
class Returned:
    """What came back: edits, unit names, and the cells that cannot be read."""

    import_id: str
    revision: int
    edits: Edits = field(default_factory=Edits)
    units: dict[str, str | None] = field(default_factory=dict)
    new_units: list[str] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


class _Table:
    """A sheet by its column titles, whatever their order and spelling."""

    def __init__(self, sheet: ReturnedSheet) -> None:
        self.title = sheet.title
        header = sheet.rows.get(1, {})
        self.columns = {search_key(text): index for index, text in header.items()}
        self.rows = {n: cells for n, cells in sorted(sheet.rows.items()) if n > 1}

    def has(self, title: str) -> bool:
        return search_key(title) in self.columns

    def text(self, row: int, title: str) -> str | None:
        """A cell's text, trimmed; None where the column is not there."""
        index = self.columns.get(search_key(title))
        return None if index is None else plain(self.rows[row].get(index, ""))

    def place(self, row: int, title: str) -> str:
        return f"{self.title}!{column_name(self.columns[search_key(title)])}{row}"


def read_returned(
    sheets: Sequence[ReturnedSheet], content: Mapping[str, Any], *, meanings: Mapping[str, str]
) -> Returned:
    """What a workbook of this preview corrects.

    :param meanings: each unit name as written → what its cell said when it went out.
    :raises NotOurs: it is no workbook of a preview.
    """
    tables = {search_key(sheet.title): _Table(sheet) for sheet in sheets}
    found = _origin(tables.get(search_key(ORIGIN)))
    tasks, targets, info, names = (
        tables.get(search_key(title)) for title in (TASKS, TARGETS, INFO, UNITS)
    )
    facts = _facts(info, content, found.faults) if info else {}
    titles = {name: title for name, (title, _) in TASK_COLUMNS.items()} | {"due_on": SET_DAY}
    task_edits = _rows(tasks, content["tasks"], titles, needs="title", faults=found.faults)
    titles = {name: title for name, (title, _) in TARGET_COLUMNS.items()}
    target_edits = _rows(targets, content["targets"], titles, needs="text", faults=found.faults)
    found.edits = Edits(facts=facts, tasks=task_edits, targets=target_edits)
    if names is not None:
        _names(names, meanings, found)
    return found


def plain(text: str) -> str:
    """A text as a person sees it: NFC, without spaces at the ends of its lines and empty last lines."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _origin(table: _Table | None) -> Returned:
    values = {
        search_key(table.text(row, "Mục") or ""): table.text(row, "Nội dung") or ""
        for row in (table.rows if table else ())
        if table
    }
    import_id, revision = (values.get(search_key(k), "") for k in (ORIGIN_IMPORT, ORIGIN_REVISION))
    if not import_id or not revision.isdecimal():
        raise NotOurs
    return Returned(import_id, int(revision))


def _rows(
    table: _Table | None,
    known: Sequence[Json],
    titles: Mapping[str, str],
    *,
    needs: str,
    faults: list[CellFault],
) -> RowEdits:
    """Rows changed, added below the one above them, and left out. A copied row is a new one."""
    if table is None:
        return RowEdits()
    if not table.has(ROW_ID):
        raise NotOurs
    by_id = {row["row"]: row for row in known}
    change: dict[str, Json] = {}
    add: list[NewRow] = []
    above: str | None = None
    seen: set[str] = set()
    for number in table.rows:
        row_id = table.text(number, ROW_ID) or ""
        fresh = row_id not in by_id or row_id in seen
        if fresh and not table.text(number, titles[needs]):
            continue  # an empty row, or a remark below the table
        values = dict(_values(table, number, titles, {} if fresh else by_id[row_id], faults))
        if fresh:
            add.append(NewRow(above, values))
            continue
        above = row_id
        seen.add(row_id)
        if values:
            change[row_id] = values
    return RowEdits(change, tuple(add), tuple(row for row in by_id if row not in seen))


def _values(
    table: _Table, number: int, titles: Mapping[str, str], row: Json, faults: list[CellFault]
) -> Iterator[tuple[str, Any]]:
    """The fields of a row whose cells read otherwise than the row does now."""
    for name, title in titles.items():
        text = table.text(number, title)
        before = plain(shown(name, row.get(name)))
        if text is None or text == before or (name == "value" and same_number(text, before)):
            continue
        try:
            yield name, value_of(name, text)
        except ValueError as error:
            faults.append(CellFault(table.place(number, title), str(error)))


def _facts(table: _Table, content: Mapping[str, Any], faults: list[CellFault]) -> Json:
    rows = {search_key(table.text(row, "Mục") or ""): row for row in table.rows}
    facts: Json = {}
    for name, label in INFO_ITEMS.items():
        row = rows.get(search_key(label))
        if row is None:
            continue
        outer, _, inner = name.partition(".")
        now = (content[outer] or {}).get(inner) if inner else content[outer]
        text = table.text(row, "Nội dung") or ""
        if text == plain(shown(name, now)):
            continue
        try:
            value = value_of(name, text)
        except ValueError as error:
            faults.append(CellFault(table.place(row, "Nội dung"), str(error)))
            continue
        if inner:
            facts[outer] = {**(facts.get(outer) or content[outer]), inner: value}
        else:
            facts[name] = value
    return facts


def _names(table: _Table, meanings: Mapping[str, str], found: Returned) -> None:
    for row in table.rows:
        name = next((n for n in meanings if plain(n) == table.text(row, NAME)), None)
        means = table.text(row, MEANS)
        if name is None or means is None or means == plain(meanings[name]):
            continue
        if not means:
            found.units[name] = None
        elif search_key(means) == search_key(NEW_UNIT):
            found.units[name] = None
            found.new_units.append(name)
        else:
            found.units[name] = means.partition(" – ")[0].strip()
