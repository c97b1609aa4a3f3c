"""Which value does a person mean by what they typed into a cell? Nothing is guessed: else it is refused."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from services.plans.documents.plan_sheets import KINDS
from services.plans.domain.targets import Operator
from shared.search_text import search_key

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2})")
_SIGNS = {"≥": ">=", "≤": "<="}
_MANY = frozenset({"lead_units", "coordinating_units", "outputs", "recipients"})
_UNITS = frozenset({"lead_units", "coordinating_units"})


def value_of(name: str, text: str) -> Any:
    """The value a text means in its column.

    :raises ValueError: with the code of what is wrong with it.
    """
    if name in _MANY:
        return [part for part in _split(text, name) if part]
    if not text:
        return "" if name == "deadline" else None
    reading: Callable[[str], Any] | None = _READINGS.get(name)
    return reading(text) if reading else text


def _split(text: str, name: str) -> list[str]:
    """One a line; units of one line may stand side by side."""
    if "\n" not in text and name in _UNITS:
        return [part.strip() for part in text.split(";")]
    return text.split("\n")


def same_number(text: str, before: str) -> bool:
    try:
        return bool(text and before) and _decimal(text) == _decimal(before)
    except ValueError:
        return False


def _decimal(text: str) -> str:
    try:
        number = Decimal(text.replace(" ", "").replace(",", ".").removesuffix("%"))
    except InvalidOperation:
        raise ValueError("not_a_number") from None
    if not number.is_finite() or abs(number.adjusted()) > 12:  # noqa: PLR2004 - digits that anything counted has
        raise ValueError("not_a_number")
    return format(number.normalize(), "f")


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError("not_a_day")
    day, month, year, iso_year, iso_month, iso_day = found.groups()
    try:
        return date(int(year or iso_year), int(month or iso_month), int(day or iso_day)).isoformat()
    except ValueError:
        raise ValueError("not_a_day") from None


def _year(text: str) -> int:
    if not re.fullmatch(r"20\d\d", text):
        raise ValueError("not_a_year")
    return int(text)


def _operator(text: str) -> str:
    sign = _SIGNS.get(text, text)
    if sign not in get_args(Operator):
        raise ValueError("not_an_operator")
    return sign


def _kind(text: str) -> str:
    for kind, word in KINDS.items():
        if search_key(word) == search_key(text):
            return kind
    raise ValueError("not_a_kind")


def _authority(text: str) -> str:
    if text not in {"TM.", "KT.", "TL.", "TUQ."}:
        raise ValueError("not_an_authority")
    return text


_READINGS: dict[str, Callable[[str], Any]] = {
    "value": _decimal,
    "issued_on": _day,
    "as_of": _day,
    "due_on": _day,
    "year": _year,
    "operator": _operator,
    "document_kind": _kind,
    "signer.authority": _authority,
}
