"""How is a counted term written, and on which day does it end?

"Trong 10 ngày làm việc kể từ ngày ban hành", "05 ngày trước khi họp". A term without anything to
count from is not understood. The counting follows Bộ luật Dân sự 2015, Điều 147–148.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.model import RelativeTerm
from services.plans.domain.deadlines.nodes import Term
from services.plans.domain.deadlines.references import event
from services.plans.domain.deadlines.vocabulary import PHRASES, REPEATED

_LONGEST = 9999
_WIDTH = 4
_MONTHS_OF_YEAR = 12
# a week is seven days, a year twelve months (Điều 148)
_UNITS = {"ngày": (1, "day"), "tuần": (7, "day"), "tháng": (1, "month"), "năm": (12, "month")}


@rule
def term(cursor: Cursor) -> Term | None:
    """A counted term with its anchor."""
    return _amount_first(cursor) or _event_first(cursor)


@rule
def _amount_first(cursor: Cursor) -> Term | None:
    """Reads "(Trong) 10 ngày kể từ …", "(chậm nhất) 05 ngày trước khi …", "trước 05 ngày so với …"."""
    is_before = False
    while cursor.take_phrase("limits.latest", "terms.lead"):
        pass
    if cursor.take("trước"):
        is_before = True
    amount = _amount(cursor)
    if amount is None:
        return None
    if is_before:
        anchored = cursor.take_words("so với", "tính đến")
        return _anchored(cursor, amount, direction="before") if anchored else None
    if cursor.take_phrase("terms.before_event"):
        return _anchored(cursor, amount, direction="before")
    cursor.take(",")
    after = cursor.take_phrase("terms.after")
    return _anchored(cursor, amount, direction="after") if after else None


@rule
def _event_first(cursor: Cursor) -> Term | None:
    """Reads "Sau khi nhận văn bản 05 ngày", "trước ngày họp 03 ngày làm việc"."""
    direction = "before" if cursor.take_phrase("terms.before_event") else "after"
    if direction == "after" and not (
        cursor.take_phrase("terms.after") and cursor.take_phrase("terms.moment")
    ):
        return None
    happened = event(cursor)
    cursor.take(",")
    cursor.take_phrase("terms.lead")
    amount = _amount(cursor) if happened else None
    if happened is None or amount is None:
        return None
    return Term(*amount, direction, _anchor(happened))


@rule
def _amount(cursor: Cursor) -> tuple[int, str] | None:
    """Amount and unit: "10 ngày làm việc", "05 (năm) ngày", "02 tuần", "một tháng"."""
    token = cursor.take_number(1, _LONGEST, width=_WIDTH)
    amount = token.number if token else cursor.take_spoken(1, 12)
    if amount is None or (cursor.take("(") and not _repeats(cursor, amount)):
        return None
    if cursor.take_words("ngày làm việc"):
        return amount, "working_day"
    word = cursor.take(*_UNITS)
    if word is None:
        return None
    cursor.take("lịch")
    factor, unit = _UNITS[word.text]
    return amount * factor, unit


def _repeats(cursor: Cursor, amount: int) -> bool:
    phrase = cursor.take_phrase("numerals.repeated")
    is_same = phrase is not None and REPEATED[phrase] == amount
    return bool(is_same and cursor.take(")"))


def _anchored(cursor: Cursor, amount: tuple[int, str], *, direction: str) -> Term | None:
    cursor.take_phrase("terms.moment")
    happened = event(cursor)
    return None if happened is None else Term(*amount, direction, _anchor(happened))


def _anchor(happened: tuple[str, ...]) -> str:
    """The issue or signing of the plan itself is "issued_on"; another document is an event."""
    said = tuple(word for word in happened if word != "được")
    if any(
        _is_own(said[len(verb) :]) for verb in PHRASES["terms.issue"].all if _starts(said, verb)
    ):
        return "issued_on"
    named = (said[: -len(verb)] for verb in PHRASES["terms.issue"].all if _ends(said, verb))
    return "issued_on" if any(rest and _is_own(rest) for rest in named) else "event"


def _starts(said: tuple[str, ...], verb: tuple[str, ...]) -> bool:
    return said[: len(verb)] == verb


def _ends(said: tuple[str, ...], verb: tuple[str, ...]) -> bool:
    return said[-len(verb) :] == verb


def _is_own(document: tuple[str, ...]) -> bool:
    if not document or document in PHRASES["terms.own_document"].all:
        return True
    documents = PHRASES["reference.document"].all
    return document[-1] == "này" and document[:-1] in documents


def end_of_term(
    term: RelativeTerm, issued_on: date, *, add_working_days: Callable[[date, int], date]
) -> date:
    """The last day of a term counted from the date of issue (thời hạn, thời điểm kết thúc).

    The day of issue is not counted (Điều 147); a term in months ends on the same day of its last
    month, or on the last day where that day is missing; a last day that is a day off moves to the
    next working day (Điều 148), for a term counted back to the earlier one. Raises OverflowError
    or ValueError when the term leaves the calendar.
    """
    count = term.amount if term.direction == "after" else -term.amount
    if term.unit == "working_day":
        return add_working_days(issued_on, count)
    if term.unit == "day":
        last = issued_on + timedelta(days=count)
    else:
        last = _add_months(issued_on, count)
    step = 1 if count > 0 else -1
    return add_working_days(last - timedelta(days=step), step)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_OF_YEAR + day.month - 1 + months, _MONTHS_OF_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
