"""Of what is a person warned before confirming? Each doubt with its place, sentence and way out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.plans.domain.content_doubts import (
    Doubt,
    group_of,
    row_doubts,
    standing_warnings,
)
from services.plans.domain.unit_names import KnownUnit
from services.plans.storage.tables import Import, Plan
from services.plans.use_cases.recognise_import import NamePreview, Repetitions
from shared.texts import has_text, text

_ONE_BY_ONE = 5  # more doubts of one kind are one warning that names the rows
_MENDED = frozenset({"title", "outputs", "deadline", "lead_units", "ordinal"})


@dataclass(frozen=True, slots=True)
class Warned:
    """A doubt as a person reads it: stable code, sentence, place, rows, and the nearest answers.

    `pointers` are JSON pointers into the preview's content; `candidates` are codes of units;
    `about` is the name as written that a doubt about a unit is about.
    """

    code: str
    group: str
    message: str
    where: str | None = None
    rows: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    about: str | None = None

    @property
    def short(self) -> str:
        """The doubt in a few words, to stand beside its row."""
        key = f"warnings.short.{self.code}"
        return text(key) if has_text(key) else self.message


class _Rows:
    """Where each task row stands, and which number is whose."""

    def __init__(self, tasks: Sequence[Mapping[str, Any]]) -> None:
        self.tasks = tasks
        self.places = {task["row"]: place for place, task in enumerate(tasks)}
        self.numbers = Counter(task["ordinal"] for task in tasks)
        self.by_number = {task["ordinal"]: task["row"] for task in tasks}
        words = re.escape(text("plan_reading.where.row", ordinal="\x00"))
        self._at_row = re.compile(words.replace("\x00", r"(?P<ordinal>[^,]+?)") + r"(?:,|$)")

    def pointer(self, row: str, name: str | None = None) -> str:
        """The JSON pointer of a row, or of one of its fields."""
        return f"/tasks/{self.places[row]}" + (f"/{name}" if name else "")

    def spoken_of(self, where: str | None) -> str | None:
        """The row a reader's place speaks of, where that is certain: its number is one task's."""
        found = self._at_row.search(where or "")
        number = found and found["ordinal"]
        return self.by_number[number] if number and self.numbers[number] == 1 else None

    def named(self, rows: Iterable[str]) -> str:
        """The rows as a person looks for them."""
        tasks = [self.tasks[self.places[row]] for row in rows]
        names = [task["ordinal"] or f"({task['row']})" for task in tasks]
        if len(names) > 2 * _ONE_BY_ONE:
            names = [*names[:_ONE_BY_ONE], "…", names[-1]]
        return text("plan_reading.where.tasks", ordinals=", ".join(names))


def warnings_of(
    row: Import,
    content: Mapping[str, Any],
    *,
    names: Mapping[str, NamePreview],
    units: Sequence[KnownUnit],
    known: Repetitions,
) -> list[Warned]:
    """All warnings: what was here before, what the reader noted, names, rows."""
    rows = _Rows(content["tasks"])
    return [
        *(_of_repetition(known) if row.state == "previewed" else ()),
        *_standing(content, row.changes, rows),
        *_of_names(names, units, rows),
        *_of_rows(content, rows),
    ]


def _of_repetition(known: Repetitions) -> Iterator[Warned]:
    file, plan = known.same_file, known.same_file_plan
    if plan is not None:
        yield _said(
            "same_file_plan", "file", plan=plan_name(plan), url=f"/plans/v1/plans/{plan.id}"
        )
    elif file is not None:
        yield _said("same_file", "file", url=f"/plans/v1/imports/{file.id}")
    for code, found in (
        ("same_number", known.same_number),
        ("similar_plan", known.similar),
        ("same_title", known.same_title),
    ):
        if found is not None and (code == "same_number" or known.same_number is None):
            yield _said(code, "file", plan=plan_name(found), url=f"/plans/v1/plans/{found.id}")
            return


def plan_name(plan: Plan) -> str:
    """A plan as a person calls it: number or title, year, state."""
    return f"{plan.number or plan.title[:80]} ({plan.year}, {text(f'run.states.{plan.state}')})"


def _standing(
    content: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], rows: _Rows
) -> Iterator[Warned]:
    """What the reader noted, unless the row it speaks of was corrected since."""
    mended = {change["row"] for change in changes if change["field"] in _MENDED}
    for warning in standing_warnings(content, changes):
        where, code = warning["where"], warning["code"]
        group = group_of(code, where)
        row = rows.spoken_of(where) if group == "tasks" else None
        if row is None:
            yield Warned(code, group, warning["message"], where)
        elif row not in mended:
            yield Warned(code, group, warning["message"], where, (row,), (rows.pointer(row),))


def _of_names(
    names: Mapping[str, NamePreview], units: Sequence[KnownUnit], rows: _Rows
) -> Iterator[Warned]:
    titles = {unit.code: unit.name for unit in units}
    for name, preview in names.items():
        found = preview.resolution
        if not preview.means_nothing:
            continue
        code = "unknown_group" if found.is_group_name else "unknown_unit"
        near = "; ".join(f"{titles.get(c, c)} ({c})" for c in found.candidates)
        key = code if near or found.is_group_name else "unknown_unit_alone"
        role = "lead_units" if "lead" in preview.roles else "coordinating_units"
        yield Warned(
            code,
            "units",
            text(f"warnings.{key}", name=name, candidates=near),
            rows.named(preview.rows),
            preview.rows,
            tuple(rows.pointer(row, role) for row in preview.rows),
            found.candidates,
            name,
        )


def _of_rows(content: Mapping[str, Any], rows: _Rows) -> Iterator[Warned]:
    noted: dict[tuple[str, str | None], str] = {}
    for warning in content["warnings"]:
        noted.setdefault((warning["code"], rows.spoken_of(warning["where"])), warning["where"])
    by_code: dict[str, list[Doubt]] = {}
    for doubt in row_doubts(content):
        by_code.setdefault(doubt.code, []).append(doubt)
    for code, doubts in by_code.items():
        if len(doubts) > _ONE_BY_ONE:
            all_rows = tuple(dict.fromkeys(row for doubt in doubts for row in doubt.rows))
            message = text(f"warnings.many.{code}", count=len(all_rows))
            yield _about(doubts[0], all_rows, message, where=rows.named(all_rows), rows=rows)
            continue
        for doubt in doubts:
            values = {name: _shown(value) for name, value in doubt.values.items()}
            where = noted.get((code, doubt.rows[0])) or rows.named(doubt.rows)
            message = text(f"warnings.{code}", **values)
            yield _about(doubt, doubt.rows, message, where=where, rows=rows)


def _about(
    doubt: Doubt, about: tuple[str, ...], message: str, *, where: str, rows: _Rows
) -> Warned:
    pointers = tuple(rows.pointer(row, doubt.about) for row in about)
    return Warned(doubt.code, group_of(doubt.code, where), message, where, about, pointers)


def _said(code: str, group: str, **values: str) -> Warned:
    return Warned(code, group, text(f"warnings.{code}", **values))


def _shown(value: object) -> str:
    """A day as people write it; anything else as it is."""
    try:
        return f"{date.fromisoformat(str(value)):%d/%m/%Y}"
    except ValueError:
        return str(value)
