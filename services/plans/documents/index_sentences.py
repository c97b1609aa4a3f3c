"""Which index does a sentence speak of, and what does it want of it?"""

import re
from dataclasses import replace

from services.plans.documents.reading import Reading
from services.plans.domain.document_content import IndexTarget
from services.plans.domain.targets import IndexGoal, parse_index_goal
from services.plans.domain.targets.wording import clause_spans, fold

_INDICES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("SIPAS", r"\bsipas\b"),
        ("PAR INDEX", r"\bpar[ -]?index\b"),
        ("PAPI", r"\bpapi\b"),
        ("PCI", r"\bpci\b"),
        ("DDCI", r"\bddci\b"),
        ("DTI", r"\bdti\b"),
        ("SIPAS", r"chi so hai long|muc do hai long"),
        ("PAR INDEX", r"chi so cai cach hanh chinh|chi so cchc"),
        ("DTI", r"chi so chuyen doi so"),
        ("PCI", r"chi so nang luc canh tranh"),
    )
)
_NAMED = re.compile(r"\bchi so\b|\b(?:sipas|par[ -]?index|papi|pci|ddci|dti)\b")


def index_name(sentence: str) -> str | None:
    """The index a sentence is about, by its usual short name; the first named if several."""
    words = fold(sentence)
    found = [
        (match.start(), name)
        for name, pattern in _INDICES
        if (match := pattern.search(words)) is not None
    ]
    return min(found)[1] if found else None


def note_index_goals(sentences: str, reading: Reading) -> None:
    """Remember what running text wants of an index; clauses that name none go on with the last."""
    name: str | None = None
    for start, end in clause_spans(sentences):
        clause = sentences[start:end]
        if _NAMED.search(fold(clause)) and (named := index_name(clause)):
            name = named
        if name is not None:
            goal = parse_index_goal(clause, year=reading.year)
            reading.index_goals[name] = _merged(reading.index_goals.get(name, IndexGoal()), goal)


def add_goals_without_table(reading: Reading) -> None:
    """Note the goals of indices that have no table of components."""
    with_table = {target.index for target in reading.index_targets}
    for name, goal in reading.index_goals.items():
        if name not in with_table and (goal.operator or goal.position):
            reading.index_targets.append(
                IndexTarget(name, goal.operator, goal.value, goal.unit, goal.position, goal.of)
            )


def _merged(known: IndexGoal, more: IndexGoal) -> IndexGoal:
    if known.operator is None:
        known = replace(known, operator=more.operator, value=more.value, unit=more.unit)
    if known.position is None:
        known = replace(known, position=more.position, of=more.of)
    return known
