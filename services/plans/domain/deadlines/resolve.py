"""On which days do written days and periods fall?

Missing months and years come from the rest of the list, else the year from the plan. Dates are
those written, never moved; what does not exist raises ValueError.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from services.plans.domain.deadlines.nodes import BEFORE, Atom, Points


@dataclass(frozen=True, slots=True)
class Days:
    """`kind`: date | window | dates. The other fields are those of `model.Deadline`."""

    kind: str
    starts_on: date | None
    due_on: date
    dates: tuple[date, ...] | None


def days_of(points: Points, *, year: int) -> Days:
    """The days of one written deadline; `year` is the plan's.

    Raises ValueError for a day that does not exist (31/02), a span that runs backwards, a list
    whose years cannot be told.
    """
    atoms = _with_months(points.atoms)
    if points.ranged:
        return _window(_years_of_span(atoms, year), limit=points.limit)
    atoms = _years_of_list(atoms, year)
    bounds = sorted({atom.bounds() for atom in atoms})
    if points.limit is None and atoms[0].unit != "day":
        first, last = bounds[0][0], bounds[-1][1]
        if len(bounds) == 1 or (_is_unbroken(bounds) and not points.apart):
            return Days("window", first, last, None)
    dates = tuple(day[0] if points.limit == BEFORE else day[1] for day in bounds)
    return Days("date" if len(dates) == 1 else "dates", None, dates[-1], dates)


def with_years(points: Points, *, year: int) -> tuple[Atom, ...]:
    """The atoms with the months and years `days_of` gives them."""
    atoms = _with_months(points.atoms)
    return _years_of_span(atoms, year) if points.ranged else _years_of_list(atoms, year)


def _with_months(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """As in "15, 20/6": a day without a month has that of the next one."""
    found: list[Atom] = []
    following: Atom | None = None
    for atom in reversed(atoms):
        whole = atom
        if atom.unit == "day" and atom.number is None:
            if following is None:
                raise ValueError("a day without a month")
            whole = replace(atom, number=following.number, year=following.year)
        found.append(whole)
        following = whole
    return tuple(reversed(found))


def _years_of_list(atoms: Sequence[Atom], year: int) -> tuple[Atom, ...]:
    """As in "Quý IV/2024, quý I/2025", "tháng 11, 12/2025": a missing year is the next one written."""
    written = [atom.year is not None for atom in atoms]
    if not any(written):
        return tuple(replace(atom, year=year) for atom in atoms)
    shared = _shared_years(atoms)
    if all(written) or _ascends(shared):
        return shared
    in_plan_year = tuple(replace(a, year=year if a.year is None else a.year) for a in atoms)
    if _ascends(in_plan_year):
        return in_plan_year
    raise ValueError("the years of the list cannot be told")


def _shared_years(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    years: list[int | None] = [atom.year for atom in atoms]
    for index in range(len(years) - 2, -1, -1):
        years[index] = years[index] or years[index + 1]
    for index in range(1, len(years)):
        years[index] = years[index] or years[index - 1]
    return tuple(replace(atom, year=found) for atom, found in zip(atoms, years, strict=True))


def _ascends(atoms: Sequence[Atom]) -> bool:
    starts = [atom.bounds()[0] for atom in atoms]
    return starts == sorted(set(starts))


def _years_of_span(atoms: Sequence[Atom], year: int) -> tuple[Atom, Atom]:
    first, last = atoms
    last = replace(last, year=last.year or first.year or year)
    if first.year is not None:
        return first, last
    same = replace(first, year=last.year)
    is_forward = same.bounds()[0] <= last.bounds()[1]
    return (same if is_forward else replace(first, year=year)), last


def _window(ends: tuple[Atom, Atom], *, limit: str | None) -> Days:
    starts_on = ends[0].bounds()[0]
    first, last = ends[1].bounds()
    due_on = first if limit == BEFORE else last
    if starts_on >= due_on:
        raise ValueError("the span runs backwards")
    return Days("window", starts_on, due_on, None)


def _is_unbroken(bounds: Sequence[tuple[date, date]]) -> bool:
    return all(right[0] - left[1] == timedelta(days=1) for left, right in pairwise(bounds))
