"""How does the content of a plan read on a screen? The lines under `cchc plan parse FILE`."""

from collections.abc import Iterator

from services.plans.domain.document_content import (
    DocumentContent,
    Finding,
    IndexTarget,
    Target,
    Task,
)
from services.plans.domain.targets import decimal_text
from shared.texts import text

_NOTHING = "—"
_TITLE = 100


def summary(content: DocumentContent) -> str:
    """The document on a page: what it is, its tasks with leads and deadlines, what is unsure."""
    return "\n".join(
        [
            *_head(content),
            *_section("index_targets", [_index(goal) for goal in content.index_targets]),
            *_section("targets", [_target(t) for t in content.targets if t.task is None]),
            *_section("tasks", ["\n".join(_task(task)) for task in content.tasks]),
            *_section("findings", [_finding(finding) for finding in content.findings]),
            *_section("warnings", [_warning(w.message, w.where) for w in content.warnings]),
        ]
    )


def _head(content: DocumentContent) -> Iterator[str]:
    signer = " ".join(
        part
        for part in (content.signer.authority, content.signer.position, content.signer.name)
        if part
    )
    day = content.issued_on
    for key, value in (
        ("kind", text(f"plan_reading.kinds.{content.document_kind}")),
        ("number", content.number or content.symbol),
        ("issued_on", f"{day:%d/%m/%Y}" if day else None),
        ("issuer", content.issuer),
        ("title", content.title),
        ("year", None if content.year is None else str(content.year)),
        ("signer", signer),
    ):
        yield f"{text(f'plan_reading.summary.{key}')}: {value or _NOTHING}"


def _section(key: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    return ["", text(f"plan_reading.summary.{key}", count=str(len(lines))), *lines]


def _index(goal: IndexTarget) -> str:
    value = "" if goal.value is None else f" {decimal_text(goal.value)}{goal.unit or ''}"
    rank = f", {goal.position}/{goal.of or '?'}" if goal.position else ""
    return f"  {goal.index}: {goal.operator or ''}{value}{rank} ({len(goal.components)})"


def _target(target: Target) -> str:
    value = "" if target.value is None else f" {decimal_text(target.value)}"
    unit = f" {target.unit}" if target.unit else ""
    return f"  [{target.area or _NOTHING}] {target.operator}{value}{unit}: {_short(target.text)}"


def _task(task: Task) -> Iterator[str]:
    place = f"{task.area}/{task.ordinal}" if task.area else task.ordinal
    yield f"  {place or _NOTHING}. {_short(task.title)}"
    due = f" → {task.deadline.due_on:%d/%m/%Y}" if task.deadline.due_on else ""
    for key, words in (("lead", "; ".join(task.lead_units)), ("deadline", task.deadline.raw + due)):
        if words:
            yield f"      {text(f'plan_reading.summary.{key}')}: {words}"


def _finding(finding: Finding) -> str:
    points = ""
    if finding.points is not None and finding.max is not None:
        points = f" {decimal_text(finding.points)}/{decimal_text(finding.max)}"
    return f"  {finding.criterion or _NOTHING}{points}: {_short(finding.reason or _NOTHING)}"


def _warning(message: str, where: str | None) -> str:
    return f"  ! {message}" + (f" ({where})" if where else "")


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else line[:_TITLE].rsplit(" ", 1)[0] + "…"
