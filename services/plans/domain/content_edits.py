"""What does a person change in a document that was read, and what was there before?

Corrections come by API or in a returned workbook; both become the same edits, applied to the JSON
of SPEC §9 with row ids (`content_rows`). Nothing is guessed: a deadline is given in words and read
by the grammar, and words that nobody touched are read again only when the year they lean on moves.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.plans.domain.content_rows import Json, give_row, link
from services.plans.domain.document_content import DocumentContent
from services.plans.domain.targets import parse_targets

ReadDeadline = Callable[[str], Json]  # words → the object of SPEC §4
TASK_FIELDS = (
    "ordinal",
    "area",
    "title",
    "lead_units",
    "coordinating_units",
    "outputs",
    "deadline",
)
TARGET_FIELDS = ("text", "operator", "value", "unit", "area", "task", "numerator", "denominator")
_SET_BY_PERSON = re.compile(r"^\d{1,2}/\d{1,2}/\d{4}(?: \((.*)\))?$", re.DOTALL)
_LEANS_ON = frozenset({"year", "issued_on"})
_NOTHING: dict[str, Json] = {
    "tasks": {
        "ordinal": None, "area": None, "title": "", "lead_units": [], "coordinating_units": [],
        "outputs": [], "deadline": None, "targets": [],
    },
    "targets": dict.fromkeys(TARGET_FIELDS) | {"text": "", "task_row": None},
}  # fmt: skip


class EditRefused(ValueError):
    """A correction that cannot be made: `pointer` says where in the request, `code` why."""

    def __init__(self, pointer: str, code: str) -> None:
        super().__init__(code)
        self.pointer = pointer
        self.code = code


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to add, below another one or (None) at the end."""

    after: str | None
    values: Json


@dataclass(frozen=True, slots=True)
class RowEdits:
    """What happens to the rows of one kind."""

    change: Mapping[str, Json] = field(default_factory=dict)
    add: tuple[NewRow, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """Facts by their name in SPEC §9 (whole lists for lists), and rows of tasks and targets.

    Deadlines are words wherever they stand.
    """

    facts: Json = field(default_factory=dict)
    tasks: RowEdits = RowEdits()
    targets: RowEdits = RowEdits()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `label` is how a person calls the row; `row` is None for facts."""

    place: str  # head | tasks | targets | units
    row: str | None
    label: str | None
    field: str
    before: Any
    after: Any

    def as_json(self) -> Json:
        return {
            "place": self.place,
            "row": self.row,
            "label": self.label,
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }


def edited(
    content: Json, edits: Edits, *, reader_of: Callable[[Json], ReadDeadline]
) -> tuple[Json, list[Change]]:
    """The content as corrected, and what changed; the content given stays as it is.

    :param reader_of: gives the reader of deadlines for a content's year and date of issue.
    :raises EditRefused: a row is not there, or a value is none.
    """
    result = copy.deepcopy(content)
    changes: list[Change] = []
    _change_facts(result, edits.facts, reader_of=reader_of, changes=changes)
    if _LEANS_ON & edits.facts.keys():
        _read_again(result, reader_of(content), reader_of(result), changes)
    read = reader_of(result)
    for kind, rows in (("tasks", edits.tasks), ("targets", edits.targets)):
        _drop(result, kind, rows, changes)
        _change(result, kind, rows, read=read, changes=changes)
        _add(result, kind, rows, read=read, changes=changes)
        link(result)
    _require_sense(result)
    return result, changes


def _change_facts(
    content: Json,
    facts: Json,
    *,
    reader_of: Callable[[Json], ReadDeadline],
    changes: list[Change],
) -> None:
    told = dict(facts)
    if told.get("number") and "symbol" not in told:
        told["symbol"] = told["number"].partition("/")[2] or content["symbol"]
    before = dict(content)
    content |= {name: value for name, value in told.items() if name in _LEANS_ON}
    read = reader_of(content)
    for name, value in told.items():
        content[name] = _with_deadlines(value, read)
        if content[name] != before[name]:
            changes.append(Change("head", None, None, name, before[name], content[name]))


def _with_deadlines(value: Any, read: ReadDeadline) -> Any:
    """Lists of duties and findings bring their deadlines as words."""
    if isinstance(value, list):
        return [_with_deadlines(item, read) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _with_deadlines(item, read) for name, item in value.items()}
    if isinstance(inner.get("deadline"), str):
        inner["deadline"] = read(inner["deadline"])
    return inner


def _read_again(content: Json, was: ReadDeadline, now: ReadDeadline, changes: list[Change]) -> None:
    """Words that leaned on the year or the day of issue mean other days now."""
    for task in content["tasks"]:
        before = task["deadline"]
        if before != was(before["raw"]):
            continue  # not from these words alone: a person's, or a column's
        after = task["deadline"] = now(before["raw"])
        if before["due_on"] != after["due_on"]:
            told = ("due_on", before["due_on"], after["due_on"])
            changes.append(Change("tasks", task["row"], label_of("tasks", task), *told))
    duties = [duty for unit in content["responsibilities"] for duty in unit["duties"]]
    for row in (*duties, *content["findings"]):
        if row["deadline"] is not None and row["deadline"] == was(row["deadline"]["raw"]):
            row["deadline"] = now(row["deadline"]["raw"])


def _drop(content: Json, kind: str, rows: RowEdits, changes: list[Change]) -> None:
    gone = {change.row for change in changes if change.field == "dropped"}  # with their task
    for place, row_id in enumerate(row_id for row_id in rows.drop if row_id not in gone):
        row = _find(content, kind, row_id, pointer=f"/{kind}/drop/{place}")
        content[kind].remove(row)
        changes.append(Change(kind, row_id, label_of(kind, row), "dropped", shown(row), None))
        if kind == "tasks":
            inside = [t["row"] for t in content["targets"] if t["task_row"] == row_id]
            _drop(content, "targets", RowEdits(drop=tuple(inside)), changes)


def _change(
    content: Json, kind: str, rows: RowEdits, *, read: ReadDeadline, changes: list[Change]
) -> None:
    for row_id, values in rows.change.items():
        pointer = f"/{kind}/change/{row_id}"
        row = _find(content, kind, row_id, pointer=pointer)
        before = shown(row)
        _set(content, kind, row, values, read=read, pointer=pointer)
        changes += [
            Change(kind, row_id, label_of(kind, row), name, before[name], value)
            for name, value in shown(row).items()
            if value != before[name]
        ]


def _add(
    content: Json, kind: str, rows: RowEdits, *, read: ReadDeadline, changes: list[Change]
) -> None:
    at_end: dict[str | None, str] = {}  # several below one row stay in the order given
    for place, new in enumerate(rows.add):
        pointer = f"/{kind}/add/{place}"
        row = copy.deepcopy(_NOTHING[kind]) | {"row": give_row(content, kind)}
        if kind == "tasks":
            row["deadline"] = read("")
        index = len(content[kind])
        if new.after is not None:
            above = at_end.get(new.after, new.after)
            index = content[kind].index(_find(content, kind, above, pointer=f"{pointer}/after")) + 1
        content[kind].insert(index, row)
        at_end[new.after] = row["row"]
        _set(content, kind, row, new.values, read=read, pointer=pointer)
        changes.append(Change(kind, row["row"], label_of(kind, row), "added", None, shown(row)))


def _set(
    content: Json, kind: str, row: Json, values: Json, *, read: ReadDeadline, pointer: str
) -> None:
    told = dict(values)
    if kind == "tasks":
        day = told.pop("due_on", None)
        if "deadline" in told:
            told["deadline"] = read(told["deadline"] or "")
        row |= told
        if day is not None:
            row["deadline"] = _on_day(date.fromisoformat(day), row["deadline"]["raw"], read)
        return
    if "text" in told and not told.get("operator") and row["operator"] is None:
        read_out = parse_targets(told["text"], year=content["year"])
        if not read_out:
            raise EditRefused(f"{pointer}/operator", "operator_needed")
        found = read_out[0].as_json()
        told = {n: found[n] for n in ("operator", "value", "unit", "numerator", "denominator")} | {
            name: value for name, value in told.items() if value is not None
        }
    row |= told
    if told.keys() & {"task", "area"}:
        row["task_row"] = _task_named(content, row, pointer=pointer)


def _on_day(day: date, words: str, read: ReadDeadline) -> Json:
    """The deadline a person sets; what the document says stays in brackets where it still can."""
    written = f"{day.day}/{day.month}/{day.year}"
    before = _SET_BY_PERSON.sub(r"\1", words).strip()
    both = read(f"{written} ({before})")
    kept = any(c.isalnum() for c in before) and both["kind"] == "date"
    return both if kept and both["due_on"] == day.isoformat() else read(written)


def _task_named(content: Json, target: Json, *, pointer: str) -> str | None:
    """The task a target is put into by its number; numbers may begin again in each area."""
    if target["task"] is None:
        return None
    same = [task for task in content["tasks"] if task["ordinal"] == target["task"]]
    here = [task for task in same if task["area"] == target["area"]] or same
    if not here:
        raise EditRefused(f"{pointer}/task", "unknown_task")
    kept = [task["row"] for task in here if task["row"] == target["task_row"]]
    return str((kept or [here[0]["row"]])[0])


def label_of(kind: str, row: Mapping[str, Any]) -> str:
    """What a person calls a row: its printed number, and the beginning of its words."""
    words = str(row["title" if kind == "tasks" else "text"])
    short = words if len(words) <= 60 else words[:60].rsplit(" ", 1)[0] + "…"  # noqa: PLR2004
    return f"{row['ordinal']}. {short}" if row.get("ordinal") else short


def shown(row: Mapping[str, Any]) -> Json:
    """The fields of a row that a person corrects; a deadline by its words."""
    names = TASK_FIELDS if "title" in row else TARGET_FIELDS
    return {name: row[name]["raw"] if name == "deadline" else row[name] for name in names}


def _find(content: Json, kind: str, row_id: str, *, pointer: str) -> Json:
    for row in content[kind]:
        if row["row"] == row_id:
            found: Json = row
            return found
    raise EditRefused(pointer, "unknown_row")


def _require_sense(content: Json) -> None:
    """What was put together must be a document again, and its tasks and targets have words."""
    for kind, name in (("tasks", "title"), ("targets", "text")):
        for row in content[kind]:
            if not (row[name] or "").strip():
                raise EditRefused(f"/{kind}/{row['row']}/{name}", "missing")
    for target in content["targets"]:
        better = target["operator"] in {">prev", "<prev"}
        if better != (target["value"] is None):
            pointer = f"/targets/{target['row']}/value"
            raise EditRefused(pointer, "value_not_wanted" if better else "missing")
    DocumentContent.from_json(content)
