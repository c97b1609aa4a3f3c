"""Which lists and spans of days and periods are written out, and under which limit?

"Trước ngày 30/6/2023", "Quý II, III/2025", "Từ tháng 3 đến tháng 11/2025", "15/3; 15/6".
What does not exist (31/02) is read here as far as its form goes and refused when resolved.
"""

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.dates import atom, inherited, partial_day
from services.plans.domain.deadlines.nodes import BEFORE, LATEST, Atom, Points

_UNTIL = "until"
_COUNTED = ("ngày", "tuần", "tháng", "quý", "giờ", "lần", "%")
_MINUTES_WIDTH = 2


def points(cursor: Cursor) -> Points | None:
    """One written day or period, a list of them, or a span."""
    return _span(cursor) or _days_of_months(cursor) or _list(cursor)


def limit(cursor: Cursor) -> str | None:
    """BEFORE, LATEST, "until" for words that only lead up to a date (đến hết), or None."""
    found = LATEST if cursor.take_phrase("limits.latest") else None
    if not found and cursor.take_phrase("limits.until"):
        found = _UNTIL
    return BEFORE if cursor.take_phrase("limits.before") else found


def list_joiner(cursor: Cursor) -> bool:
    """A comma, a semicolon, "và" or "&", or a sign and a word."""
    sign = cursor.take(",", ";")
    word = cursor.take("và", "&")
    return bool(sign or word)


@rule
def _list(cursor: Cursor) -> Points | None:
    bound = limit(cursor)
    clocked = _clock(cursor) is not None
    if bound in {LATEST, _UNTIL}:
        cursor.take("cuối")
    first = atom(cursor) or _head_without_month(cursor)
    if first is None or (clocked and first.unit != "day"):
        return None
    atoms = [first]
    while following := _listed(cursor, first.unit, bound=bound):
        atoms.append(following)
    return Points(tuple(atoms), None if bound == _UNTIL else bound, clocked=clocked)


@rule
def _listed(cursor: Cursor, unit: str, *, bound: str | None) -> Atom | None:
    token = cursor.peek()
    if not list_joiner(cursor) and not (token and token.new_line):
        return None
    again = limit(cursor)
    if again not in {None, bound}:
        return None
    following = atom(cursor) or inherited(cursor, unit)
    return None if following is None or following.unit != unit or _counts(cursor) else following


def _counts(cursor: Cursor) -> bool:
    """Whether the number just read counts what follows: "…, 10 ngày kể từ …"."""
    previous = cursor.peek(-1)
    return previous is not None and previous.number is not None and cursor.next_is(*_COUNTED)


@rule
def _span(cursor: Cursor) -> Points | None:
    if cursor.take_phrase("limits.span"):
        cursor.take("đầu")
    first = atom(cursor) or partial_day(cursor)
    sign = cursor.peek()
    is_bullet = sign is not None and sign.new_line
    if first is None or is_bullet:
        return None
    if not cursor.take("-") and not cursor.take_phrase("limits.to"):
        return None
    cursor.take_phrase("limits.until")
    bound = BEFORE if cursor.take_phrase("limits.before") else None
    if not bound:
        cursor.take("cuối")
    last = atom(cursor) or inherited(cursor, first.unit)
    if last is None or _counts(cursor) or _lacks_month(last):
        return None
    if _lacks_month(first) and last.unit != "day":
        return None
    return Points((first, last), bound, ranged=True)


def _lacks_month(day: Atom) -> bool:
    return day.unit == "day" and day.number is None


@rule
def _head_without_month(cursor: Cursor) -> Atom | None:
    """The first number of "15, 20/6": a day, because another day follows in the list."""
    head = partial_day(cursor)
    place = cursor.position
    following = inherited(cursor, "day") if head and list_joiner(cursor) else None
    cursor.position = place
    return head if following else None


@rule
def _days_of_months(cursor: Cursor) -> Points | None:
    """Reads "(Trước) ngày 15 các tháng 3, 6, 9 và 12": the same day of several months."""
    bound = limit(cursor)
    day = partial_day(cursor) if cursor.take("ngày") else None
    cursor.take("của")
    if day is None or not cursor.take("các", "những") or not cursor.next_is("tháng"):
        return None
    months = _list(cursor)
    if months is None or any(month.unit != "month" for month in months.atoms):
        return None
    atoms = tuple(
        Atom("day", day.day, m.number, m.year, year_token=m.year_token, day_token=day.day_token)
        for m in months.atoms
    )
    return Points(atoms, None if bound == _UNTIL else bound)


@rule
def _clock(cursor: Cursor) -> bool | None:
    """Reads "17h00", "17 giờ 30 phút", "17:00": understood, not kept, because deadlines are days."""
    if not cursor.take_number(0, 24):
        return None
    if cursor.take(":"):
        return bool(cursor.take_number(0, 59)) or None
    if not cursor.take("giờ", "h", "g"):
        return None
    minutes, after = cursor.peek(), cursor.peek(1)
    is_date = after is not None and after.text in {"/", "-", ".", "tháng"}
    if minutes and minutes.width == _MINUTES_WIDTH and not is_date and cursor.take_number(0, 59):
        cursor.take("phút")
    cursor.take(",")
    return True
