"""Which periods does a duty return in, and on which day of them?

"Định kỳ hằng quý, 6 tháng, năm", "01 lần/quý", "6 tháng/lần", "ngày 15 của tháng cuối quý".
*Hằng* may be missing after định kỳ and báo cáo; there "3 tháng" is a quarter, "cuối năm" a year.
"""

from dataclasses import dataclass

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.dates import quarter
from services.plans.domain.deadlines.nodes import BEFORE, Atom, LastMonth, Points, Repeat
from services.plans.domain.deadlines.points import limit
from services.plans.domain.deadlines.vocabulary import ROMAN, SPOKEN

_NAMED = {"ngày": "day", "tuần": "week", "tháng": "month", "quý": "quarter", "năm": "year"}
_REPORTED = {"tuần": "week", "tháng": "month", "quý": "quarter", "năm": "year"}
_MONTHS = {3: "quarter", 6: "half_year", 9: "nine_months"}
_MONTHS_APART = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}
_LAST_DAY = 31
# the reports of a year as they are named: quý I, 6 tháng, quý III (or 9 tháng), năm
_YEAR_WITH_QUARTERS = ["quý 1", "half_year", "quý 3", "year"]
_YEAR_WITH_NINE_MONTHS = ["quý 1", "half_year", "nine_months", "year"]


@dataclass(frozen=True, slots=True)
class _Item:
    every: str
    is_explicit: bool


def repeat(cursor: Cursor, *, reported: bool) -> Repeat | None:
    """A list of periods. `reported`: báo cáo or định kỳ stands before, so hằng may be missing."""
    return _reports_of_a_year(cursor, reported=reported) or _periods(cursor, reported=reported)


def last_month(cursor: Cursor) -> LastMonth | Points | None:
    """Reads "(Trước) ngày 15 của tháng cuối quý"; of a numbered quarter it is a written date."""
    start = cursor.position
    found = _last_month(cursor)
    if found is None:
        cursor.position = start
    return found


def _last_month(cursor: Cursor) -> LastMonth | Points | None:
    bound = limit(cursor)
    named = cursor.take("ngày")
    day = cursor.take_number(1, _LAST_DAY) if named or bound else None
    of = cursor.take("của", "vào", "trong")
    # "trước 6 tháng cuối năm": six months, not the sixth
    if (named and not day) or (day and not named and not of):
        return None
    if not cursor.take_words("tháng cuối cùng", "tháng cuối"):
        return None
    cursor.take("của")
    numbered = quarter(cursor)
    if numbered and numbered.number:
        unit = "day" if day else "month"
        written = Atom(
            unit,
            day.number if day else None,
            3 * numbered.number,
            numbered.year,
            year_token=numbered.year_token,
            day_token=day,
        )
        return Points((written,), BEFORE if bound == BEFORE else None)
    return LastMonth(_period_named(cursor), day.number if day else None, bound == BEFORE)


def _period_named(cursor: Cursor) -> str:
    """The period a last month belongs to; "period" where only kỳ (báo cáo) or nothing is said."""
    cursor.take_phrase("recurrence.every")
    months = cursor.take_words("6 tháng", "06 tháng", "sáu tháng")
    word = None if months else cursor.take("quý", "năm", "kỳ")
    if word:
        cursor.take_words("báo cáo")
    named = {"quý": "quarter", "năm": "year"}.get(word.text if word else "", "period")
    return "half_year" if months else named


@rule
def _periods(cursor: Cursor, *, reported: bool) -> Repeat | None:
    first = _explicit(cursor) or _elided(cursor)
    if first is None:
        return None
    items = [first]
    while following := _further(cursor):
        items.append(following)
    every = tuple(dict.fromkeys(item.every for item in items))
    if items[0].is_explicit:
        return Repeat(every)
    if reported:
        return Repeat(every, elided=not any(item.is_explicit for item in items))
    is_evident = len(every) > 1 and not {"month", "quarter", "year"}.isdisjoint(every)
    return Repeat(every, elided=True, implied=True) if is_evident else None


@rule
def _further(cursor: Cursor) -> _Item | None:
    if not (cursor.take("/") or _comma_or_and(cursor)):
        return None
    cursor.take_phrase("filler.report")
    return _explicit(cursor) or _elided(cursor)


def _comma_or_and(cursor: Cursor) -> bool:
    sign = cursor.take(",")
    word = cursor.take("và", "&")
    return bool(sign or word)


def _explicit(cursor: Cursor) -> _Item | None:
    every = _once_per(cursor) or _after_every(cursor) or _apart(cursor)
    return _Item(every, is_explicit=True) if every else None


@rule
def _once_per(cursor: Cursor) -> str | None:
    """Reads "01 lần/quý", "ít nhất một lần mỗi năm"."""
    cursor.take_phrase("recurrence.at_least")
    if not _once(cursor) or not (cursor.take("/") or cursor.take_phrase("recurrence.every")):
        return None
    return _named_period(cursor)


@rule
def _after_every(cursor: Cursor) -> str | None:
    """Reads "Hằng quý", "mỗi 6 tháng", "cuối mỗi năm", "mỗi tháng một lần"."""
    cursor.take("của")
    cursor.take("cuối")
    every = cursor.take_phrase("recurrence.every")
    found = _named_period(cursor) if every else None
    if found:
        _at_least_once(cursor)
    is_other = cursor.next_is("đầu", "cuối") or _is_numbered(cursor)
    return None if is_other else found


@rule
def _apart(cursor: Cursor) -> str | None:
    """Reads "6 tháng/lần", "3 tháng một lần"."""
    found = _named_period(cursor)
    if found is None or not (cursor.take_words("/ lần", "/ 1 lần", "/ 01 lần") or _once(cursor)):
        return None
    return found


def _once(cursor: Cursor) -> bool:
    return cursor.take_words("1 lần", "01 lần", "một lần")


def _at_least_once(cursor: Cursor) -> None:
    place = cursor.position
    cursor.take(",")
    cursor.take_phrase("recurrence.at_least")
    if not _once(cursor):
        cursor.position = place


@rule
def _named_period(cursor: Cursor) -> str | None:
    """Reads "quý", "1 năm", "6 tháng": what a duty may be repeated in."""
    if cursor.take_words("nửa năm"):
        return "half_year"
    token = cursor.take_number(1, 12)
    number = token.number if token else cursor.take_spoken(1, 12)
    word = cursor.take(*_NAMED)
    if word is None:
        return None
    if word.text == "tháng" and number:
        return _MONTHS_APART.get(number)
    return _NAMED[word.text] if number in {None, 1} else None


@rule
def _elided(cursor: Cursor) -> _Item | None:
    """Reads "quý", "6 tháng", "cuối năm" where hằng is understood."""
    if cursor.previous_is("trong"):
        return None
    if cursor.take_words("cuối năm", "cả năm"):
        found: str | None = "year"
    elif token := cursor.take_number(3, 9) or cursor.take_spoken(3, 9):
        number = token if isinstance(token, int) else token.number
        found = _MONTHS.get(number or 0) if cursor.take("tháng") else None
    else:
        cursor.take("cuối")
        word = cursor.take(*_REPORTED)
        found = _REPORTED[word.text] if word else None
    is_other = cursor.next_is("đầu", "cuối") or _is_numbered(cursor)
    return None if found is None or is_other else _Item(found, is_explicit=False)


def _is_numbered(cursor: Cursor) -> bool:
    """Whether a number follows: "quý II", "năm 2025" are not every quarter and year."""
    token = cursor.peek()
    is_number = token is not None and (token.number is not None or token.text in ROMAN)
    return is_number or cursor.next_is(*(phrase[0] for phrase in SPOKEN))


@rule
def _reports_of_a_year(cursor: Cursor, *, reported: bool) -> Repeat | None:
    """Reads "quý I, 6 tháng, quý III, năm" as the recurrence these reports of a year come from."""
    names = [name] if (name := _report(cursor)) else []
    while names and (following := _next_report(cursor)):
        names.append(following)
    if names == _YEAR_WITH_QUARTERS:
        return Repeat(("quarter", "half_year", "year"), elided=True, implied=not reported)
    if names == _YEAR_WITH_NINE_MONTHS:
        every = ("quarter", "half_year", "nine_months", "year")
        return Repeat(every, elided=True, implied=not reported)
    return None


@rule
def _next_report(cursor: Cursor) -> str | None:
    if not _comma_or_and(cursor):
        return None
    cursor.take_phrase("filler.report")
    return _report(cursor)


def _report(cursor: Cursor) -> str | None:
    numbered = quarter(cursor)
    if numbered:
        return f"quý {numbered.number}" if numbered.year is None else None
    item = _elided(cursor)
    return item.every if item else None
