"""Do text and tables of one document say the same?

The same thing is promised in the objectives and in the table of tasks, an index is named above its
table and in the text, a sentence counts the tasks: figures that differ are shown to a person.
"""

import re
from collections.abc import Sequence

from services.plans.documents.notices import at, in_tasks
from services.plans.documents.reading import Reading
from services.plans.domain.document_content import Target
from services.plans.domain.targets import decimal_text
from services.plans.domain.targets.wording import fold

_FIGURES = re.compile(r"\d+(?:[.,]\d+)?\s*%?")
_FILLERS = frozenset(
    [
        "dat",
        "tu",
        "tro",
        "len",
        "toi",
        "thieu",
        "it",
        "nhat",
        "tren",
        "duoi",
        "khong",
        "qua",
        "ty",
        "ti",
        "le",
        "phan",
        "dau",
        "hoan",
        "thanh",
        "co",
        "cac",
        "duoc",
        "va",
        "cua",
        "la",
        "trong",
        "do",
        "thuc",
        "hien",
        "bao",
        "dam",
        "dam",
        "100",
    ]
)
_FEWEST_WORDS = 4
_ALIKE = 0.8
_COUNTED = re.compile(r"\b(?:gom|voi|bao gom)(?: co)?\s+0*(?P<count>\d{1,3}) nhiem vu\b")


def check_agreement(lines: Sequence[str], reading: Reading) -> None:
    """Warn of contradictions between text and tables; `lines` are those of the running text."""
    _check_targets(reading)
    _check_indices(reading)
    _check_count(lines, reading)


def _check_targets(reading: Reading) -> None:
    spoken = [target for target in reading.targets if target.task is None]
    tabled = [target for target in reading.targets if target.task is not None]
    if not spoken or not tabled:
        return
    subjects = [(target, _subject(target)) for target in tabled]
    for target in spoken:
        words = _subject(target)
        for other, others in subjects:
            if _disagree(target, other) and _same(words, others):
                values = {"first": _figure(target), "second": _figure(other), "text": target.text}
                where = in_tasks((other.task or "…",))
                reading.notices.add("text_table_disagree", where, **values)


def _disagree(first: Target, second: Target) -> bool:
    return first.unit == second.unit and first.value != second.value


def _subject(target: Target) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", _FIGURES.sub(" ", fold(target.text)))
    return frozenset(words) - _FILLERS


def _same(first: frozenset[str], second: frozenset[str]) -> bool:
    if min(len(first), len(second)) < _FEWEST_WORDS:
        return False
    return len(first & second) >= _ALIKE * len(first | second)


def _figure(target: Target) -> str:
    value = "" if target.value is None else decimal_text(target.value).replace(".", ",")
    return f"{target.operator} {value}{target.unit or ''}".strip()


def _check_indices(reading: Reading) -> None:
    for index in reading.index_targets:
        goal = reading.index_goals.get(index.index)
        if goal is None or goal.value is None or index.value is None:
            continue
        if goal.value != index.value:
            values = {"index": index.index, "first": goal.value, "second": index.value}
            reading.notices.add("index_disagrees", at("prose"), **values)


def _check_count(lines: Sequence[str], reading: Reading) -> None:
    for line in lines:
        match = _COUNTED.search(fold(line))
        if match and reading.tasks and int(match["count"]) != len(reading.tasks):
            values = {"said": match["count"], "found": len(reading.tasks)}
            reading.notices.add("task_count_disagrees", at("prose"), **values)
