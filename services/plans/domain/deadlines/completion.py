"""Which day, month or last month completes a recurrence?

"Hằng quý, trước ngày 15 của tháng cuối quý", "ngày 20 hằng tháng", "năm (trước ngày 15/12)".
The pair that stands closer together is joined first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from services.plans.domain.deadlines.model import PERIODS
from services.plans.domain.deadlines.nodes import BEFORE, Atom, Clause, LastMonth, Points, Repeat

_TIGHTNESS = {"": 0, "(": 0, ",": 1, "and": 1, ";": 2}
_SHORT = ("day", "week", "month")
_ONCE_A_YEAR = ("half_year", "nine_months", "year")
_CLOSES_IN = {"half_year": 6, "nine_months": 9, "year": 12}
_LEAP_YEAR = 2000


def complete(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses with every completion joined to its recurrence."""
    joined = list(clauses)
    while candidates := [
        (_TIGHTNESS[right.joiner], place, repeats)
        for place, (left, right) in enumerate(pairwise(joined))
        if right.joiner in _TIGHTNESS and (repeats := _completed(left, right))
    ]:
        _, place, repeats = min(candidates, key=lambda found: found[:2])
        left, right = joined[place : place + 2]
        joined[place : place + 2] = [
            replace(left, node=repeat, end=right.end, joiner=left.joiner if index == 0 else ";")
            for index, repeat in enumerate(repeats)
        ]
    return joined


def _completed(left: Clause, right: Clause) -> tuple[Repeat, ...]:
    """The recurrences two neighbours make together; none if they do not."""
    if isinstance(left.node, Repeat):
        repeat, other = left.node, right.node
    elif isinstance(right.node, Repeat):
        repeat, other = right.node, left.node
    else:
        return ()
    if not repeat.is_bare:
        return ()
    if isinstance(other, LastMonth):
        follows = isinstance(right.node, Repeat) and bool(right.joiner)
        return _of_last_months(repeat, other) if follows else _in_last_month(repeat, other)
    if not isinstance(other, Points) or other.ranged or any(a.year for a in other.atoms):
        return ()
    is_apart = right.joiner == ";" and not _is_day_of_month(other)
    if is_apart or right.joiner == "and":
        return ()
    closing = _closing_one(repeat, other) if right.joiner == "(" else ()
    return closing or _on_days(repeat, other)


def _is_day_of_month(written: Points) -> bool:
    return all(atom.unit == "day" and atom.number is None for atom in written.atoms)


def _of_last_months(repeat: Repeat, last: LastMonth) -> tuple[Repeat, ...]:
    """The list of "ngày 15 của tháng cuối quý, 6 tháng, năm" goes on after the last month."""
    if not repeat.elided or last.of not in PERIODS:
        return ()
    return _in_last_month(replace(repeat, every=(last.of, *repeat.every), implied=False), last)


def _in_last_month(repeat: Repeat, last: LastMonth) -> tuple[Repeat, ...]:
    """The last month of a quarter serves every period that ends with one, never a month."""
    short = tuple(period for period in repeat.every if period in _SHORT)
    long = tuple(period for period in repeat.every if period not in _SHORT)
    fits = last.of == "period" or (
        last.of in long and all(PERIODS.index(p) >= PERIODS.index(last.of) for p in long)
    )
    if not long or not fits:
        return ()
    whole = replace(repeat, every=long, day=last.day, of_last_month=True, before=last.before)
    return (replace(repeat, every=short), whole) if short else (whole,)


def _on_days(repeat: Repeat, written: Points) -> tuple[Repeat, ...]:
    before = written.limit == BEFORE
    if _is_day_of_month(written):
        if not {"day", "week"}.isdisjoint(repeat.every):
            return ()
        return tuple(replace(repeat, day=atom.day, before=before) for atom in written.atoms)
    if not set(repeat.every) <= set(_ONCE_A_YEAR):
        return ()
    every = repeat.every
    if every == ("year",):
        every = ("year",) * len(written.atoms)
    if len(every) != len(written.atoms):
        return ()
    found = [
        _on_day(replace(repeat, every=(period,), before=before), atom)
        for period, atom in zip(every, written.atoms, strict=True)
    ]
    return tuple(one for one in found if one) if all(found) else ()


def _closing_one(repeat: Repeat, written: Points) -> tuple[Repeat, ...]:
    """One day in brackets after several periods: "6 tháng, năm (trước ngày 15/12)" is the year's.

    Only the period that closes in that month; with none, or two days, nothing is concluded.
    """
    if len(written.atoms) != 1 or len(repeat.every) == 1:
        return ()
    atom = written.atoms[0]
    closing = [period for period in repeat.every if _CLOSES_IN.get(period) == atom.number]
    if len(closing) != 1 or not set(repeat.every).isdisjoint(_SHORT):
        return ()
    before = written.limit == BEFORE
    whole = _on_day(replace(repeat, every=(closing[0],), before=before), atom)
    rest = tuple(period for period in repeat.every if period != closing[0])
    return (replace(repeat, every=rest), whole) if whole else ()


def _on_day(repeat: Repeat, written: Atom) -> Repeat | None:
    """The recurrence on a day of a month, or in a month or quarter: what the year has once."""
    if written.unit == "day" and written.number and _exists(written):
        return replace(repeat, day=written.day, month=written.number)
    if repeat.before or repeat.every != ("year",) or written.number is None:
        return None
    if written.unit == "month":
        return replace(repeat, month=written.number)
    return replace(repeat, month=3 * written.number) if written.unit == "quarter" else None


def _exists(written: Atom) -> bool:
    try:
        date(_LEAP_YEAR, written.number or 0, written.day or 0)
    except ValueError:
        return False
    return True
