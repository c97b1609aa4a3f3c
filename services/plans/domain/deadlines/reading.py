"""How is a phrase read from beginning to end?

Text → tokens → clauses → deadlines. Anything that cannot be followed through to the end is
unrecognised: no date is ever guessed.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from services.plans.domain.deadlines.combine import NoReading, combine
from services.plans.domain.deadlines.cursor import Cursor
from services.plans.domain.deadlines.model import Deadline, Recurrence, RelativeTerm, undated
from services.plans.domain.deadlines.nodes import BEFORE, Clause, Node, Plain, Points, Repeat, Term
from services.plans.domain.deadlines.phrase import Phrase, read_phrase
from services.plans.domain.deadlines.resolve import days_of
from services.plans.domain.deadlines.terms import end_of_term
from services.plans.domain.deadlines.tokens import tokenise
from shared.working_calendar import WorkingCalendar

AddWorkingDays = Callable[[date, int], date]

# A deadline cell is a line or two; what is longer is a text, not a deadline.
LONGEST_TEXT = 500
_ASSUMED = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """A phrase understood: its NFC text, all clauses as read, and those that are deadlines."""

    text: str
    phrase: Phrase
    deadlines: list[Clause]


@dataclass(frozen=True, slots=True)
class _Context:
    year: int
    issued_on: date | None
    add_working_days: AddWorkingDays
    hedged: bool


def read(text: str, *, year: int) -> Reading | None:
    """The clauses of a text, or None when any word is not understood. Never raises."""
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > LONGEST_TEXT:
        return None
    phrase = read_phrase(Cursor(tokenise(composed)))
    if phrase is None:
        return None
    try:
        return Reading(composed, phrase, combine(phrase, year=year))
    except NoReading:
        return None


def parse_deadline(
    text: str,
    *,
    year: int,
    issued_on: date | None = None,
    add_working_days: AddWorkingDays | None = None,
) -> Deadline:
    """The deadline a text means (thời hạn, thời gian hoàn thành), as SPEC §4 defines it.

    `year`: the plan's, for dates written without one. `issued_on`: from which terms counted from
    the issue are counted. `add_working_days(day, n)`: the n-th working day after (before, if
    negative) a day, not counting it; Monday to Friday if not given. Never raises on any text:
    what is not wholly understood, or impossible, has the kind "unrecognised" and no date.
    """
    if not any(character.isalnum() for character in text):
        return undated(text, "unset")
    reading = read(text, year=year)
    if reading is None:
        return undated(text, "unrecognised", confidence=0.0)
    counting = add_working_days or WorkingCalendar(()).add_working_days
    context = _Context(year, issued_on, counting, reading.phrase.hedged)
    try:
        found = [
            _deadline(c.node, raw=_words(reading, c), context=context) for c in reading.deadlines
        ]
    except (ValueError, OverflowError):
        return undated(text, "unrecognised", confidence=0.0)
    if len(found) == 1:
        return replace(found[0], raw=text)
    least = min(part.confidence for part in found)
    return replace(undated(text, "parts", confidence=least), parts=tuple(found))


def _words(reading: Reading, clause: Clause) -> str:
    """The words of one clause of several, without the signs around it."""
    tokens = reading.phrase.tokens
    words = reading.text[tokens[clause.start].start : tokens[clause.end - 1].end]
    is_open = words.count("(") > words.count(")")
    is_closed = clause.end < len(tokens) and tokens[clause.end].text == ")"
    return words + ")" if is_open and is_closed else words


def _deadline(node: Node, *, raw: str, context: _Context) -> Deadline:
    confidence = _ASSUMED if context.hedged or _is_assumed(node) else 1.0
    match node:
        case Points():
            days = days_of(node, year=context.year)
            before = node.limit == BEFORE
            return Deadline(
                raw, days.kind, days.starts_on, days.due_on, days.dates, before,
                None, None, None, confidence,
            )  # fmt: skip
        case Repeat():
            of = "last_month_of_period" if node.of_last_month else None
            recurrence = Recurrence(node.every, node.day, node.month, of)
            found = undated(raw, "recurring", confidence=confidence)
            return replace(found, recurrence=recurrence, exclusive=node.before)
        case Term():
            return _counted(node, raw=raw, context=context, confidence=confidence)
        case Plain():
            return undated(raw, node.kind, confidence=confidence)
    raise NoReading


def _is_assumed(node: Node) -> bool:
    """A clock time was read over, or *hằng* understood without any word for it."""
    return getattr(node, "clocked", False) or getattr(node, "implied", False)


def _counted(node: Term, *, raw: str, context: _Context, confidence: float) -> Deadline:
    term = RelativeTerm(node.amount, node.unit, node.direction, node.anchor)
    due_on = None
    if node.anchor == "issued_on" and context.issued_on:
        counting = context.add_working_days
        due_on = end_of_term(term, context.issued_on, add_working_days=counting)
    found = undated(raw, "relative", confidence=confidence)
    return replace(found, due_on=due_on, relative=term)
