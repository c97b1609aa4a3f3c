"""How is one day or one period written?

A day (30/6/2023, ngày 30 tháng 6, 2023-06-30), a month (tháng 6/2023, 6/2023), a quarter
(quý II, Q2/2025), months at one end of a year (6 tháng đầu năm), a year.
"""

from dataclasses import replace

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.nodes import Atom
from services.plans.domain.deadlines.tokens import Token
from services.plans.domain.deadlines.vocabulary import ROMAN

_SEPARATORS = ("/", "-", ".")
_YEARS = (1900, 2199)
_CENTURY = 2000
_LONG = 4
_SHORT = 2
_MONTHS = 12
_QUARTERS = 4
_DAYS = 31
_SHORT_YEARS_ABOVE = {"month": _MONTHS, "day": _MONTHS, "quarter": _QUARTERS}
_BARE_YEAR_AFTER = ("trong", "hết", "cuối", "đầu")
_GLUED_QUARTERS = {"q" + roman: value for roman, value in ROMAN.items()}


def atom(cursor: Cursor) -> Atom | None:
    """One day or period written with its own unit, or unmistakable without it."""
    return (
        _months_of_year(cursor)
        or quarter(cursor)
        or _month(cursor)
        or _iso_day(cursor)
        or _day(cursor)
        or _bare_month(cursor)
        or _year(cursor)
    )


@rule
def inherited(cursor: Cursor, unit: str) -> Atom | None:
    """A further item of a list whose unit was written before: "III" after "quý II,"."""
    if unit == "month":
        return _numbered(cursor, Atom("month", number=_number(cursor, _MONTHS)))
    if unit == "quarter":
        return _numbered(cursor, Atom("quarter", number=_quarter_number(cursor)))
    return partial_day(cursor) if unit == "day" else None


@rule
def partial_day(cursor: Cursor) -> Atom | None:
    """A day whose month is still to come: "15" of "15, 20/6", "ngày 15"."""
    cursor.take("ngày")
    day = cursor.take_number(1, _DAYS)
    return Atom("day", day=day.number, day_token=day) if day else None


@rule
def _months_of_year(cursor: Cursor) -> Atom | None:
    """Reads "6 tháng đầu năm 2025", "nửa cuối năm": any number of months at one end of a year."""
    if cursor.take_words("nửa"):
        number, end = 6, cursor.take("đầu", "cuối")
    else:
        number = _number(cursor, _MONTHS - 1) or 0
        end = cursor.take("đầu", "cuối") if number and cursor.take("tháng") else None
    if not end or not cursor.take("năm"):
        return None
    written = Atom("months", number=number, at_end=end.text == "cuối")
    return _with_year(cursor, written, short_above=99)


@rule
def quarter(cursor: Cursor) -> Atom | None:
    """Reads "Quý II", "quý 2/2025", "QII", "Q2"."""
    token = cursor.take(*_GLUED_QUARTERS)
    number: int | None = _GLUED_QUARTERS[token.text] if token else None
    if number is None and cursor.take("quý", "q"):
        cursor.take(".")
        number = _quarter_number(cursor)
    return _numbered(cursor, Atom("quarter", number=number))


def _quarter_number(cursor: Cursor) -> int | None:
    roman = cursor.take(*ROMAN)
    return ROMAN[roman.text] if roman else _number(cursor, _QUARTERS)


@rule
def _month(cursor: Cursor) -> Atom | None:
    short = cursor.take("t")
    if not short and not cursor.take("tháng"):
        return None
    month = _numbered(cursor, Atom("month", number=_number(cursor, _MONTHS)))
    # "T6" alone is also Friday (thứ Sáu)
    return None if not month or (short and month.year is None) else month


@rule
def _bare_month(cursor: Cursor) -> Atom | None:
    """Reads "6/2025": a month because four digits follow."""
    number = cursor.take_number(1, _MONTHS)
    if not number or not cursor.take(*_SEPARATORS):
        return None
    year = _long_year(cursor)
    if not year:
        return None
    return Atom("month", number=number.number, year=year.number, year_token=year)


@rule
def _year(cursor: Cursor) -> Atom | None:
    is_leading = cursor.previous_is(*_BARE_YEAR_AFTER)
    named = cursor.take("năm")
    year = _long_year(cursor)
    if year:
        return Atom("year", year=year.number, year_token=year)
    return Atom("year") if named and is_leading else None


@rule
def _iso_day(cursor: Cursor) -> Atom | None:
    year = _long_year(cursor)
    sign = cursor.take("-", "/") if year else None
    month = cursor.take_number(1, _MONTHS) if sign else None
    if not year or not sign or not month or not cursor.take(sign.text):
        return None
    day = cursor.take_number(1, _DAYS)
    if not day:
        return None
    return Atom("day", day.number, month.number, year.number, year_token=year, day_token=day)


@rule
def _day(cursor: Cursor) -> Atom | None:
    named = cursor.take("ngày", "mùng", "mồng")
    if named and named.text == "ngày":
        cursor.take("mùng", "mồng")
    day = cursor.take_number(1, _DAYS)
    if not day:
        return None
    start = Atom("day", day.number, day_token=day)
    return (
        _month_in_words(cursor, start)
        or _month_in_digits(cursor, start, is_named=named is not None)
        or (start if named else None)
    )


@rule
def _month_in_words(cursor: Cursor, day: Atom) -> Atom | None:
    if not cursor.take("tháng"):
        return None
    return _numbered(cursor, replace(day, number=_number(cursor, _MONTHS)))


@rule
def _month_in_digits(cursor: Cursor, day: Atom, *, is_named: bool) -> Atom | None:
    sign = cursor.take(*_SEPARATORS)
    month = cursor.take_number(1, _MONTHS) if sign else None
    if not sign or not month:
        return None
    full = _year_of_day(cursor, replace(day, number=month.number), sign=sign.text)
    following = cursor.peek(1)
    is_cut = cursor.next_is("/", ".") and following is not None and following.number is not None
    if is_cut and following and not following.spaced:
        return None
    # "10-12/2025" may be 10 December or October to December
    is_open = sign.text == "-" and full.year is not None and (day.day or 0) <= _MONTHS
    separator = cursor.peek(-2)
    is_mixed = separator is not None and separator.text in {"/", "."}
    return None if is_open and is_mixed and not is_named else full


def _year_of_day(cursor: Cursor, day: Atom, *, sign: str) -> Atom:
    """The year after day and month: four digits after any sign, two after the same one."""
    place = cursor.position
    if cursor.take(sign):
        short = cursor.take_number(0, 99)
        if short and short.width == _SHORT:
            return replace(day, year=_CENTURY + (short.number or 0), year_token=short)
        cursor.position = place
    return _with_year(cursor, day, short_above=99)


def _numbered(cursor: Cursor, written: Atom) -> Atom | None:
    """The atom with its year, if its number was there."""
    if not written.number:
        return None
    return _with_year(cursor, written, short_above=_SHORT_YEARS_ABOVE[written.unit])


def _with_year(cursor: Cursor, written: Atom, *, short_above: int) -> Atom:
    """The atom with the year that follows it, if one does: "/2023", "-23", "năm 2023", "2023".

    `short_above`: two digits are a year only above this, for below they may be another month.
    """
    year = _year_after_sign(cursor, short_above) or _year_after_word(cursor)
    return replace(written, year=_full(year), year_token=year) if year else written


@rule
def _year_after_sign(cursor: Cursor, short_above: int) -> Token | None:
    if not cursor.take(*_SEPARATORS):
        return None
    short = cursor.take_number(short_above + 1, 99)
    if not short:
        return _long_year(cursor)
    # "tháng 6-30/7": the number begins a date
    return short if short.width == _SHORT and not cursor.next_is(*_SEPARATORS) else None


@rule
def _year_after_word(cursor: Cursor) -> Token | None:
    cursor.take(",")
    cursor.take("của")
    cursor.take("năm")
    return _long_year(cursor)


def _long_year(cursor: Cursor) -> Token | None:
    return cursor.take_number(*_YEARS, width=_LONG)


def _full(year: Token) -> int:
    number = year.number or 0
    return number if year.width == _LONG else _CENTURY + number


def _number(cursor: Cursor, high: int) -> int | None:
    """A number from 1, in digits or in words."""
    token = cursor.take_number(1, high)
    return token.number if token else cursor.take_spoken(1, high)
