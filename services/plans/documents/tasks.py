"""What does a row of a task table mean: units, products, deadline, targets, and what is not sure?"""

import re
from collections.abc import Sequence
from typing import Protocol

from services.plans.documents.blocks import Table
from services.plans.documents.columns import Header
from services.plans.documents.items import is_open, rejoined, split_items, tidy
from services.plans.documents.markers import bulleted
from services.plans.documents.notices import Where, in_table
from services.plans.documents.reading import Reading
from services.plans.documents.task_draft import TaskDraft
from services.plans.documents.task_rows import TaskRows
from services.plans.documents.unit_checks import check_leads
from services.plans.documents.units import split_units
from services.plans.domain.deadlines import Deadline
from services.plans.domain.document_content import Target, Task
from services.plans.domain.targets import parse_targets

_COORDINATION_LABEL = re.compile(
    r"(?:^|[;.\n]\s*|\s+)(?:[-+]\s*)?(?:cơ quan |đơn vị )?phối hợp\s*:", re.IGNORECASE
)


_UNREAD = ("note", "funding")
_LAST_WORD = 12
_CUT_END = re.compile(r"(?:,|\b(?:và|của|các|những|theo|cho|với|về|tại|được|hoặc|từ))$")
_TERMS_WITHOUT_DAY = {"unrecognised": "deadline_unrecognised", "unset": "deadline_unset"}


class Warn(Protocol):
    """Records a warning about one column of a task."""

    def __call__(self, code: str, role: str, **values: object) -> None: ...


def read_tasks(
    table: Table, header: Header, *, area: tuple[str | None, str] | None, reading: Reading
) -> None:
    """Note the tasks of a table. `area` is the number and title of the heading above it."""
    rows = TaskRows(header, area)
    known = {task.ordinal for task in reading.tasks}
    drafts = rows.read(table, header.data_from)
    for draft in drafts:
        task = _task(draft, reading)
        reading.add_task(task)
        _check(task, draft, table=table.number, header=header, reading=reading)
    for words in rows.skipped:
        reading.notices.add("row_skipped", in_table(table.number), text=words[:120])
    unread = header.unknown()
    for role in _UNREAD:
        if any(any(draft.cells[role]) for draft in drafts):
            unread.append(header.label(role) or role)
    for label in unread:
        reading.notices.add("column_not_read", in_table(table.number), column=label)
    _check_numbering(
        [draft.ordinal for draft in drafts], known, table=table.number, reading=reading
    )


def _task(draft: TaskDraft, reading: Reading) -> Task:
    lead_lines, coordination_lines = _assigned(draft)
    leads = split_units(lead_lines)
    area = reading.areas.code(*draft.area) if draft.area else None
    outputs = tuple(split_items(draft.cells["output"]))
    title = _one_line(draft.title)
    return Task(
        ordinal=draft.ordinal,
        area=area,
        title=title,
        lead_units=leads,
        coordinating_units=split_units(coordination_lines),
        outputs=outputs,
        deadline=reading.deadlines.cell(draft.cells["deadline"]),
        targets=task_targets(title, outputs, area=area, ordinal=draft.ordinal, year=reading.year),
    )


def task_targets(
    title: str, outputs: Sequence[str], *, area: str | None, ordinal: str | None, year: int | None
) -> tuple[Target, ...]:
    """The targets of the outputs, and those of the title that the outputs do not repeat."""
    found = [target for output in outputs for target in parse_targets(output, year=year)]
    figures = {(target.value, target.unit) for target in found}
    found += [t for t in parse_targets(title, year=year) if (t.value, t.unit) not in figures]
    return tuple(target.placed(area=area, task=ordinal) for target in found)


def _assigned(draft: TaskDraft) -> tuple[list[str], list[str]]:
    """The lines of lead and coordinating units; one column may hold both, told apart by a label."""
    lead = list(draft.cells["lead"])
    coordination = list(draft.cells["coordination"])
    for column in (draft.cells["assignment"], [] if coordination else draft.cells["lead"]):
        whole = "\n".join(column)
        label = _COORDINATION_LABEL.search(whole)
        if label:
            lead = whole[: label.start()].split("\n")
            coordination = whole[label.end() :].split("\n")
        elif column and not lead:
            lead = list(column)
    return lead, coordination


def _one_line(lines: list[str]) -> str:
    line = " ".join(rejoined(lines))
    item = bulleted(line)
    return (item.text if item else line).strip().rstrip(".;,")


def _check(task: Task, draft: TaskDraft, *, table: int, header: Header, reading: Reading) -> None:
    def place(role: str) -> Where:
        return lambda: in_table(table, task.ordinal, column=header.label(role))

    def warn(code: str, role: str, **values: object) -> None:
        reading.notices.add(code, place(role), **values)

    check_leads(task.lead_units, place("lead"), reading=reading)
    _check_words(task, draft, warn=warn)
    check_deadline(task.deadline, place("deadline"), reading=reading)
    for role in draft.unpaired:
        column = header.label(role) or ""
        warn("unpaired", role, items=len(draft.ordinal_lines), blocks=f"«{column}»")
    due = [line for line in draft.cells["deadline"] if tidy(line)]
    if task.deadline.kind == "parts" and len(due) > 1 and len(due) != len(task.outputs):
        column = header.label("deadline") or ""
        warn("unpaired", "output", items=len(task.outputs), blocks=f"«{column}» ({len(due)})")


def _check_words(task: Task, draft: TaskDraft, *, warn: Warn) -> None:
    if not task.title:
        warn("task_without_words", "title")
    for role in ("output", "title"):
        words = [line for line in (draft.title if role == "title" else draft.cells[role]) if line]
        if words and is_cut(" ".join(words)):
            warn("text_cut", role, text=words[-1][-60:])


def check_deadline(deadline: Deadline, where: Where, *, reading: Reading) -> None:
    """Warn of a deadline without a day, or of one that cannot belong to the document."""
    if code := _TERMS_WITHOUT_DAY.get(deadline.kind):
        reading.notices.add(code, where, text=deadline.raw or "")
    if deadline.kind == "as_prescribed":
        reading.notices.add("deadline_as_prescribed", where, text=deadline.raw)
    due, issued = deadline.due_on, reading.deadlines.issued_on
    if due and issued and due < issued:
        reading.notices.add("deadline_before_issue", where, due=f"{due:%d/%m/%Y}")
    elif due and reading.year and due.year not in {reading.year, reading.year + 1}:
        reading.notices.add("year_disagreement", where, found=due.year, year=reading.year)


def is_cut(words: str) -> bool:
    """Whether a text ends in the middle: a quotation or bracket left open, a word like *của*."""
    return is_open(words) or bool(_CUT_END.search(words[-_LAST_WORD:].lower()))


def _check_numbering(
    ordinals: list[str | None], known: set[str | None], *, table: int, reading: Reading
) -> None:
    warn_of_jumps(ordinals, in_table(table), reading=reading)
    seen: set[str] = set()
    for ordinal in ordinals:
        if ordinal == "1":
            seen.clear()  # numbering restarts, as it does in each area
        if ordinal and ordinal in seen and ordinal not in known:
            reading.notices.add("ordinal_repeated", in_table(table, ordinal), ordinal=ordinal)
        seen.add(ordinal or "")


def warn_of_jumps(ordinals: Sequence[str | None], where: str, *, reading: Reading) -> None:
    """Warn where whole numbers leave some out (6, then 8); starting again at 1 is no jump."""
    last: int | None = None
    for ordinal in ordinals:
        if ordinal is None or not ordinal.isdecimal():
            continue
        number = int(ordinal)
        if last is not None and number > last + 1:
            missing = ", ".join(str(n) for n in range(last + 1, min(number, last + 10)))
            values = {"before": last, "after": number, "missing": missing}
            reading.notices.add("numbering_jump", where, **values)
        last = number
