"""Which clauses of a phrase are one deadline, and which are two?

A completion joins its recurrence, like joins like ("15/3; 15/6"), "theo quy định" beside a date
says nothing more. Clauses that stand side by side without a sign and do not complete each other
have no certain reading, nor have alternatives between dates.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from services.plans.domain.deadlines.completion import complete
from services.plans.domain.deadlines.nodes import (
    Clause,
    LastMonth,
    Node,
    Plain,
    Points,
    Repeat,
    Term,
)
from services.plans.domain.deadlines.phrase import Phrase

_Join = Callable[[Clause, Clause], Clause | None]
_BESIDE = ("", "(")
_LISTED = (",", "and", ";")


class NoReading(Exception):
    """The clauses are understood one by one, but not together."""


def combine(phrase: Phrase, *, year: int) -> list[Clause]:
    """The deadlines of a phrase, a clause each. `year` is the plan's.

    Raises NoReading when there is none, or the clauses cannot stand together.
    """
    clauses = _without_emphasis(phrase.clauses)
    clauses = _pairwise(clauses, lambda left, right: _absorbed(left, right, year=year))
    clauses = _pairwise(clauses, lambda left, right: _labelled(left, right, year=year))
    clauses = [_standing(clause) for clause in complete(clauses)]
    clauses = _pairwise(clauses, _merged)
    if not clauses or _lost_period(phrase, clauses):
        raise NoReading
    if not all(_is_certain(*pair) for pair in pairwise(clauses)):
        raise NoReading
    return clauses


def _pairwise(clauses: Sequence[Clause], join: _Join) -> list[Clause]:
    joined: list[Clause] = []
    for clause in clauses:
        both = join(joined[-1], clause) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(clause)
    return joined


def _joined(left: Clause, right: Clause, node: Node) -> Clause:
    return replace(left, node=node, end=right.end)


def _without_emphasis(clauses: Sequence[Clause]) -> list[Clause]:
    """An emphasis (liên tục) is a deadline only where there is no other."""
    plain = [c for c in clauses if not (isinstance(c.node, Plain) and c.node.weak)]
    return plain or list(clauses[:1])


def _absorbed(left: Clause, right: Clause, *, year: int) -> Clause | None:
    """A date beside "theo quy định", and a recurrence or *thường xuyên* within its year."""
    if _is_prescribed(right.node) and right.joiner in _BESIDE and not _is_event(left.node):
        return _joined(left, right, left.node)
    if _is_prescribed(left.node) and right.joiner in _BESIDE and not _is_event(right.node):
        # "theo kế hoạch tháng 6": the month may belong to the plan
        is_open = isinstance(right.node, Points) and not right.node.limit and not right.filled
        return None if is_open and not right.joiner else _joined(left, right, right.node)
    if right.joiner not in (*_BESIDE, ","):
        return None
    for periods, other in ((right.node, left.node), (left.node, right.node)):
        if _is_year_of(periods, other, year=year):
            return _joined(left, right, other)
    return None


def _is_year_of(node: Node, other: Node, *, year: int) -> bool:
    """Whether a node is the year in which the other, a continuous or returning duty, runs."""
    if not isinstance(node, Points) or node.limit or any(a.unit != "year" for a in node.atoms):
        return False
    if isinstance(other, Plain):
        return other.kind == "continuous"
    is_plan_year = len(node.atoms) == 1 and node.atoms[0].year in {None, year}
    return isinstance(other, Repeat) and is_plan_year


def _labelled(left: Clause, right: Clause, *, year: int) -> Clause | None:
    """As in "Báo cáo quý I trước ngày 15/3": the period names the report, the limit is the deadline."""
    name, due = left.node, right.node
    if not isinstance(name, Points) or not isinstance(due, Points) or right.joiner:
        return None
    if not left.reported or name.limit or len(name.atoms) > 1 or not due.limit:
        return None
    label = name.atoms[0]
    is_other_year = label.year not in {None, year} and any(a.year is None for a in due.atoms)
    if label.unit == "day" or is_other_year:
        return None
    return replace(_joined(left, right, due), ordinal=True)


def _standing(clause: Clause) -> Clause:
    """A last month of the quarter alone says hằng quý; "tháng cuối kỳ" alone says nothing."""
    node = clause.node
    if not isinstance(node, LastMonth):
        return clause
    if node.of != "quarter":
        raise NoReading
    repeat = Repeat(("quarter",), day=node.day, of_last_month=True, before=node.before)
    return replace(clause, node=repeat)


def _merged(left: Clause, right: Clause) -> Clause | None:
    """Like with like: a list of dates, of periods, of references."""
    one, other = left.node, right.node
    if isinstance(one, Plain) and isinstance(other, Plain) and one.kind == other.kind:
        return _joined(left, right, one)
    if right.named:
        return None
    if isinstance(one, Repeat) and isinstance(other, Repeat):
        if not (one.is_bare and other.is_bare) or right.joiner == "or":
            return None
        every = tuple(dict.fromkeys(one.every + other.every))
        elided = one.elided and other.elided
        return _joined(left, right, replace(one, every=every, elided=elided))
    if not isinstance(one, Points) or not isinstance(other, Points) or right.joiner not in _LISTED:
        return None
    return _listed(left, right, one=one, other=other)


def _listed(left: Clause, right: Clause, *, one: Points, other: Points) -> Clause | None:
    if one.ranged or other.ranged or one.limit != other.limit:
        return None
    if {atom.unit for atom in one.atoms} != {atom.unit for atom in other.atoms}:
        return None
    apart = one.apart or left.ordinal or right.ordinal
    both = replace(
        one,
        atoms=one.atoms + other.atoms,
        apart=apart,
        clocked=one.clocked or other.clocked,
    )
    return _joined(left, right, both)


def _lost_period(phrase: Phrase, clauses: Sequence[Clause]) -> bool:
    """Whether *định kỳ* stood there and found no period: "định kỳ và đột xuất".

    Before dates it may stand: "định kỳ vào tháng 6 và tháng 12".
    """
    if not phrase.periodic or any(isinstance(clause.node, Repeat) for clause in clauses):
        return False
    if any(_is_prescribed(clause.node) for clause in phrase.clauses):
        return False
    is_led = all(isinstance(clause.node, Points) for clause in clauses)
    return phrase.periodic_alone or not is_led


def _is_certain(left: Clause, right: Clause) -> bool:
    one, other = left.node, right.node
    if any(isinstance(node, Plain) and node.conditional for node in (one, other)):
        return False
    are_dated = all(isinstance(node, Points | Repeat | Term) for node in (one, other))
    if right.joiner == "or":
        return not are_dated
    if not right.joiner and not right.named:
        # "sau báo cáo hằng quý": the period may belong to what happens
        is_open = not right.filled and not (isinstance(other, Points) and other.limit)
        belongs = isinstance(other, Points | Repeat) and is_open and _is_event(one)
        return not are_dated and not belongs
    return not (_is_elided(one, other) or _is_elided(other, one))


def _is_elided(node: Node, other: Node) -> bool:
    """A period without *hằng* next to a numbered one: "quý I, 6 tháng"."""
    if not isinstance(node, Repeat) or not node.elided or not node.is_bare:
        return False
    return isinstance(other, Points) and not other.limit and other.atoms[0].unit != "day"


def _is_prescribed(node: Node) -> bool:
    return isinstance(node, Plain) and node.kind == "as_prescribed"


def _is_event(node: Node) -> bool:
    """Something outside the cell: on_event, as_prescribed."""
    return isinstance(node, Plain) and node.kind != "continuous"
