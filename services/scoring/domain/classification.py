"""Which class (xếp loại) does an index earn, and which gates keep a unit out of it?

Evidence: QĐ 25/2021/QĐ-TTg art. 3 (total of at least 80 and each criterion at least 50 % of its
maximum and no head disciplined). A unit that a gate keeps out falls to the next class below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.criteria_set import ClassBand, CriteriaSet, FactGate, Gate, ShareGate
from services.scoring.domain.decimals import total_of
from services.scoring.domain.lines import Line
from services.scoring.domain.rules.base import Note, Step
from services.scoring.domain.texts import Published


@dataclass(frozen=True)
class Classified:
    """The class, or None when none is earned, and how it was found."""

    name: str | None
    steps: tuple[Step, ...] = ()


def classify(
    criteria_set: CriteriaSet,
    index: Fraction | None,
    *,
    lines: Sequence[Line],
    facts: Mapping[str, bool],
) -> Classified:
    """The highest class whose minimum the rounded index reaches and whose gates are open."""
    steps: list[Step] = []
    by_code = {line.criterion.code: line for line in lines}
    for band in criteria_set.classes if index is not None else ():
        step = _try(band, index or Fraction(0), criteria_set, by_code, facts)
        steps.append(step)
        if step.holds:
            return Classified(band.name, tuple(steps))
    return Classified(None, tuple(steps))


def _try(
    band: ClassBand,
    index: Fraction,
    criteria_set: CriteriaSet,
    lines: Mapping[str, Line],
    facts: Mapping[str, bool],
) -> Step:
    params = {
        "name": band.name,
        "index": Published(index, criteria_set.index_places),
        "min": band.min,
    }
    if index < band.min:
        return Step("class", (Note("class_below_min", params),), holds=False)
    gates = tuple(step for gate in band.gates for step in _gate(gate, criteria_set, lines, facts))
    holds = all(step.holds for step in gates)
    key = "class_earned" if holds else "class_gate_closed"
    return Step("class", (Note(key, params),), holds=holds, steps=gates)


def _gate(
    gate: Gate, criteria_set: CriteriaSet, lines: Mapping[str, Line], facts: Mapping[str, bool]
) -> list[Step]:
    if isinstance(gate, FactGate):
        return [_fact_gate(gate, facts)]
    codes = gate.codes or tuple(area.code for area in criteria_set.outline.areas)
    return [_share_gate(gate, code, criteria_set.outline.below.get(code), lines) for code in codes]


def _fact_gate(gate: FactGate, facts: Mapping[str, bool]) -> Step:
    if gate.fact not in facts:
        return Step("gate", (Note("gate_fact_unknown", {"fact": gate.fact}),), holds=False)
    key = "gate_fact_yes" if facts[gate.fact] else "gate_fact_no"
    return Step("gate", (Note(key, {"fact": gate.fact}),), holds=facts[gate.fact] == gate.is_)


def _share_gate(
    gate: ShareGate, code: str, leaves: Sequence[str] | None, lines: Mapping[str, Line]
) -> Step:
    below = [lines[leaf] for leaf in leaves or ()]
    points, of = total_of(line.points for line in below), total_of(line.max for line in below)
    params = {"code": code, "points": points, "max": of, "percent": gate.percent}
    if leaves is None:
        return Step("gate", (Note("gate_unknown_code", params),), holds=False)
    if of == 0:
        return Step("gate", (Note("gate_nothing_applicable", params),), holds=True)
    holds = points * 100 >= gate.percent * of
    return Step(
        "gate", (Note("gate_share_open" if holds else "gate_share_closed", params),), holds=holds
    )
