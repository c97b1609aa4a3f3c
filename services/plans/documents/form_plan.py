"""What do the sheets of tasks, targets, duties and findings of the platform's workbook hold?"""

from collections.abc import Callable, Mapping, Sequence

from services.plans.documents.form_sheets import FormSheets, Record
from services.plans.documents.form_values import operator_of
from services.plans.documents.notices import in_row, in_sheet, in_tasks_from
from services.plans.documents.phrases import deadline_within, reported_to
from services.plans.documents.reading import Reading
from services.plans.documents.tasks import (
    check_deadline,
    is_cut,
    task_targets,
    warn_of_jumps,
)
from services.plans.documents.unit_checks import check_leads, check_names
from services.plans.documents.units import split_units_exactly
from services.plans.domain.deadlines import Deadline
from services.plans.domain.document_content import Duty, Finding, Responsibility, Target, Task
from services.plans.domain.targets import decimal_of, parse_targets

AreaOf = Callable[[str], str | None]
_MANY = 5  # more of the same are told in one sentence
TaskKey = tuple[str | None, str]
"""Area and ordinal: numbering may restart in each area."""


def read_form_targets(
    sheets: FormSheets, *, area_of: AreaOf, reading: Reading
) -> dict[TaskKey, list[Target]] | None:
    """The targets by task; those of no task are noted at once. None without such a sheet."""
    if not sheets.has("chi tieu"):
        return None
    found: dict[TaskKey, list[Target]] = {}
    for record in sheets.of("chi tieu"):
        area, task = area_of(record["area"]), record.optional("task")
        for target in _targets(record, reading):
            placed = target.placed(area=area, task=task)
            if task is None:
                reading.targets.append(placed)
            else:
                found.setdefault((area, task), []).append(placed)
    return found


def _targets(record: Record, reading: Reading) -> Sequence[Target]:
    """The target a row states in columns, else those its words set."""
    operator = operator_of(record["operator"])
    value = decimal_of(record["value"])
    if operator is None or (value is None and operator not in {">prev", "<prev"}):
        spoken = list(parse_targets(record["text"], year=reading.year))
        if not spoken or record["operator"]:
            where = in_row(record.sheet, record.row)
            reading.notices.add("target_not_understood", where, text=record["text"][:80])
        return spoken
    return [
        Target(
            text=record["text"],
            operator=operator,
            value=value,
            unit=record.optional("unit"),
            numerator=record.optional("numerator"),
            denominator=record.optional("denominator"),
        )
    ]


def read_form_tasks(
    sheets: FormSheets,
    targets: Mapping[TaskKey, list[Target]] | None,
    *,
    area_of: AreaOf,
    reading: Reading,
) -> None:
    """Note the tasks; targets no task was found for are warned about and kept with the plan."""
    left = dict(targets or {})
    count = 0
    read: list[tuple[Task, Record]] = []
    for record in sheets.of("nhiem vu"):
        if not record["title"] and not record["ordinal"]:
            continue
        count += 1
        ordinal = record.optional("ordinal") or str(count)
        area = area_of(record["area"])
        own = _own_targets(left, area, ordinal) if targets is not None else None
        task = _task(record, ordinal, area=area, targets=own, reading=reading)
        reading.add_task(task)
        read.append((task, record))
    gaps = {code: len(found) for code, found in _gaps([task for task, _ in read]).items()}
    for task, record in read:
        _check_task(task, record, gaps, reading=reading)
    for (_, ordinal), orphans in left.items():
        reading.notices.add("target_without_task", in_sheet("Chỉ tiêu"), ordinal=ordinal)
        reading.targets.extend(target.placed(area=target.area) for target in orphans)
    _warn_of_gaps(reading)
    ordinals = [task.ordinal for task in reading.tasks]
    warn_of_jumps(ordinals, in_sheet("Nhiệm vụ"), reading=reading)
    check_names(reading)


def _own_targets(left: dict[TaskKey, list[Target]], area: str | None, ordinal: str) -> list[Target]:
    """The targets of a task; a row of targets that names no area means the first such task."""
    found = left.pop((area, ordinal), None) or left.pop((None, ordinal), [])
    return [target.placed(area=area, task=ordinal) for target in found]


def _task(
    record: Record,
    ordinal: str,
    *,
    area: str | None,
    targets: list[Target] | None,
    reading: Reading,
) -> Task:
    outputs = tuple(record.several("output"))
    title = record["title"]
    if targets is None:
        year = reading.year
        found = task_targets(title, outputs, area=area, ordinal=ordinal, year=year)
    else:
        found = tuple(targets)
    return Task(
        ordinal=ordinal,
        area=area,
        title=title,
        lead_units=split_units_exactly(record.lines("lead")),
        coordinating_units=split_units_exactly(record.lines("coordination")),
        outputs=outputs,
        deadline=reading.deadlines.cell(record.lines("deadline")),
        targets=found,
    )


def _warn_of_gaps(reading: Reading) -> None:
    """Say once what is missing in many tasks."""
    for code, without in _gaps(reading.tasks).items():
        if len(without) > _MANY:
            reading.notices.add(code, in_tasks_from(without), count=len(without))


def _gaps(tasks: Sequence[Task]) -> dict[str, list[str]]:
    return {
        "tasks_without_lead": [t.ordinal or "" for t in tasks if not t.lead_units],
        "tasks_without_deadline": [t.ordinal or "" for t in tasks if t.deadline.kind == "unset"],
    }


def _check_task(task: Task, record: Record, gaps: Mapping[str, int], *, reading: Reading) -> None:
    def where() -> str:
        return in_row(record.sheet, record.row)

    if not task.title:
        reading.notices.add("task_without_words", where)
    for words in (task.title, " ".join(task.outputs)):
        if words and is_cut(words):
            reading.notices.add("text_cut", where, text=words[-60:])
    if task.lead_units or gaps["tasks_without_lead"] <= _MANY:
        check_leads(task.lead_units, where, reading=reading)
    if task.deadline.kind != "unset" or gaps["tasks_without_deadline"] <= _MANY:
        check_deadline(task.deadline, where, reading=reading)


def read_form_duties(sheets: FormSheets, reading: Reading) -> None:
    """Note the duties by unit; a row without a unit goes on with the one above."""
    says_deadline = sheets.has("trach nhiem", "deadline")
    says_addressee = sheets.has("trach nhiem", "report_to")
    units: list[tuple[str, list[Duty]]] = []
    for record in sheets.of("trach nhiem"):
        if record["unit"]:
            units.append((record["unit"], []))
        if not units or not record["text"]:
            continue
        words = record["text"]
        deadline: Deadline | None = None
        if not says_deadline:
            deadline = deadline_within(words, reading)
        elif record["deadline"]:
            deadline = reading.deadlines.cell(record.lines("deadline"))
        addressee = record.optional("report_to") if says_addressee else reported_to(words)
        units[-1][1].append(Duty(words, deadline, addressee))
    reading.responsibilities.extend(Responsibility(unit, tuple(duties)) for unit, duties in units)


def read_form_findings(sheets: FormSheets, *, area_of: AreaOf, reading: Reading) -> None:
    """Note the findings."""
    for record in sheets.of("ton tai"):
        deadline = _finding_deadline(record, reading)
        reading.findings.append(
            Finding(
                area=area_of(record["area"]),
                criterion=record.optional("criterion"),
                points=decimal_of(record["points"]),
                max=decimal_of(record["max"]),
                reason=record.block("reason"),
                measure=record.block("measure"),
                deadline=deadline,
                progress=record.block("progress"),
                note=record.block("note"),
            )
        )
        if deadline is not None:
            check_deadline(deadline, in_row(record.sheet, record.row), reading=reading)


def _finding_deadline(record: Record, reading: Reading) -> Deadline | None:
    """As understood; one that a person must sort out first ("Chưa rõ thời hạn") stays unclear."""
    if not record["deadline"]:
        return None
    lines = record.lines("deadline")
    return reading.deadlines.unclear(lines) if record["unclear"] else reading.deadlines.cell(lines)
