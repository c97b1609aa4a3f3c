"""How is a written deadline carried over to the plan of a later year?

The words stay; only the years in them grow: "Trước ngày 30/6/2023" becomes "Trước ngày
30/6/2026". What `parse_deadline` reads from the new words is the old deadline in the later year.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import date

from services.plans.domain.deadlines.model import Deadline
from services.plans.domain.deadlines.nodes import BEFORE, Points
from services.plans.domain.deadlines.reading import LONGEST_TEXT, Reading, parse_deadline, read
from services.plans.domain.deadlines.resolve import with_years
from services.plans.domain.deadlines.tokens import Token, tokenise

_YEARS = range(1900, 2200)
# Written with two digits. Up to 12 they could be a month ("tháng 6-12").
_SHORT_YEARS = range(2013, 2100)
_SHORT_WIDTH = 2
_LEAP_DAY = (2, 29)
_ANY_YEAR = 2000


def render_deadline(deadline: Deadline, *, shift_years: int) -> str:
    """The words of a deadline for a plan `shift_years` later (earlier, if negative).

    Words without a year stay as written; so do the numbers and dates of documents referred to.
    29/02 becomes 28/02 where the year has no such day. Raises ValueError when a year would leave
    1900–2199, the years the grammar reads.
    """
    found = None if deadline.kind == "unrecognised" else _reading(deadline)
    if found is None:
        return deadline.raw
    reading, year = found
    changes = dict([*_years(reading, shift_years), *_leap_days(reading, shift_years, year=year)])
    text = reading.text
    for token in sorted(changes, key=lambda token: token.start, reverse=True):
        text = text[: token.start] + changes[token] + text[token.end :]
    return text if changes else deadline.raw


def is_written_as_day(deadline: Deadline) -> bool:
    """Whether an exclusive due date was written as a day ("trước ngày 01/10") and not as a month,
    quarter or year ("trước tháng 10"): before a period, its first day is already too late.
    """
    found = _reading(deadline)
    nodes = [clause.node for clause in found[0].deadlines] if found else []
    return not any(
        isinstance(node, Points) and node.limit == BEFORE and node.atoms[-1].unit != "day"
        for node in nodes
    )


def _years(reading: Reading, shift: int) -> Iterator[tuple[Token, str]]:
    for clause in reading.phrase.clauses:
        if isinstance(clause.node, Points):
            for atom in clause.node.atoms:
                if atom.year is not None and atom.year_token is not None:
                    yield atom.year_token, _year(atom.year + shift, width=atom.year_token.width)


def _year(year: int, *, width: int) -> str:
    if year not in _YEARS:
        raise ValueError(f"{year} is not a year the grammar reads")
    is_short = width == _SHORT_WIDTH and year in _SHORT_YEARS
    return f"{year % 100:02d}" if is_short else str(year)


def _leap_days(reading: Reading, shift: int, *, year: int) -> Iterator[tuple[Token, str]]:
    for clause in reading.deadlines:
        if not isinstance(clause.node, Points):
            continue
        for atom in with_years(clause.node, year=year):
            is_leap_day = atom.unit == "day" and (atom.number, atom.day) == _LEAP_DAY
            if is_leap_day and atom.day_token and not isleap((atom.year or year) + shift):
                yield atom.day_token, "28"


def _reading(deadline: Deadline) -> tuple[Reading, int] | None:
    """The reading of the words that gives this deadline, and the plan's year it was read for.

    Where none gives it (somebody corrected the dates) any reading of the words will do.
    """
    any_reading: tuple[Reading, int] | None = None
    for year in dict.fromkeys(_candidates(deadline)):
        reading = read(deadline.raw, year=year)
        parsed = parse_deadline(deadline.raw, year=year)
        if reading is None or parsed.kind == "unrecognised":
            continue
        if _days(parsed) == _days(deadline):
            return reading, year
        any_reading = any_reading or (reading, year)
    return any_reading


def _candidates(deadline: Deadline) -> Iterator[int]:
    """The years a deadline may have been read for: those of its dates and of its words."""
    yield from (day.year for days in _days(deadline) for day in days if day)
    for token in tokenise(deadline.raw[:LONGEST_TEXT]):
        if token.number is not None and token.number in _YEARS:
            yield token.number
    yield _ANY_YEAR


def _days(deadline: Deadline) -> list[tuple[date | None, ...]]:
    """All days of a deadline and its parts; counted ones depend on more than the words."""
    if deadline.parts is not None:
        return [days for part in deadline.parts for days in _days(part)]
    if deadline.relative is not None:
        return [()]
    return [(deadline.starts_on, deadline.due_on, *(deadline.dates or ()))]
