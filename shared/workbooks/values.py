"""What text does a cell show? Strings as they are, numbers without tails, dates as dd/mm/yyyy."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

Element = Any  # lxml publishes no types

_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_NO_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_FIRST_OF_1900, _FIRST_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465  # 31/12/9999


class Formats:
    """Which cell formats of a workbook show numbers as dates."""

    def __init__(self, styles: Element | None, *, from_1904: bool) -> None:
        self._dated: list[bool] = []
        self._first = _FIRST_OF_1904 if from_1904 else _FIRST_OF_1900
        if styles is None:
            return
        own = {
            int(item.get("numFmtId")): str(item.get("formatCode"))
            for item in styles.iter("{*}numFmt")
        }
        for group in styles.iter("{*}cellXfs"):
            self._dated = [self._is_date(int(xf.get("numFmtId") or 0), own) for xf in group]

    def date_of(self, cell: Element, number: Decimal) -> date | None:
        """The day a number stands for; None when it is just a number."""
        style = int(cell.get("s") or 0)
        if style >= len(self._dated) or not self._dated[style] or not 0 < number <= _LAST_SERIAL:
            return None
        return self._first + timedelta(days=int(number))

    @staticmethod
    def _is_date(number: int, own: dict[int, str]) -> bool:
        if number in _BUILT_IN_DATES:
            return True
        code = _NO_FORMAT.sub("", own.get(number, "")).lower()
        return ("d" in code and "m" in code) or "yy" in code


def words_of(item: Element) -> str:
    """The words of a string with or without formatted runs; reading aids (rPh) are no words."""
    return "".join(
        part.text or ""
        for part in item.iter("{*}t")
        if etree.QName(part.getparent()).localname != "rPh"
    )


def cell_text(cell: Element, shared: Sequence[str], formats: Formats) -> str:
    """The text of a cell as somebody reads it; empty for none."""
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return words_of(cell)
    value = next((inner.text or "" for inner in cell if etree.QName(inner).localname == "v"), "")
    if kind == "s":
        place = int(value) if value else -1
        return shared[place] if 0 <= place < len(shared) else ""
    if kind != "n" or not value:
        return value[:10] if kind == "d" else value
    number = Decimal(value)
    day = formats.date_of(cell, number)
    if day is not None:
        return f"{day:%d/%m/%Y}"
    shown = format(number.normalize(), "f") if number.is_finite() else value
    return str(int(number)) if number == number.to_integral_value() else shown
