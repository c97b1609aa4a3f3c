"""How does Excel show a number: as a figure, a percentage, a day, a month?

The format decides (ECMA-376, part 1, §18.8.30): 45107 is "30/6/2023" in a cell of days. Days count
from 30/12/1899, or from 1/1/1904 in files of old Macintosh versions.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from services.plans.documents.archive import Archive, Element

_DAY_FORMATS = {14, 15, 16, 22, *range(27, 32), 36, *range(50, 59)}
_MONTH_FORMATS = {17}
_PERCENT_FORMATS = {9, 10}
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465  # 31/12/9999
_LITERALS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_MOST_DIGITS = 30


@dataclass(slots=True)
class CellFormats:
    """How the cell styles show numbers; styles are named by their place, as cells name them."""

    days: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    percents: frozenset[str] = frozenset()
    bold: frozenset[str] = frozenset()
    epoch: date = _EPOCH
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def number(self, written: str, style: str) -> str:
        """A stored number as shown: "95", "88.89", "98%", "30/6/2023", "Tháng 6/2023"."""
        key = (written, style)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._shown(written, style)
        return found

    def iso_day(self, written: str) -> str:
        """A day stored as ISO 8601, as it would be typed."""
        try:
            day = date.fromisoformat(written[:10])
        except ValueError:
            return written
        return f"{day.day}/{day.month}/{day.year}"

    def _shown(self, written: str, style: str) -> str:
        try:
            figure = Decimal(repr(float(written)))
        except (ValueError, InvalidOperation):
            return written
        if not figure.is_finite():
            return written
        if style in self.percents:
            return f"{_plain(figure * 100)}%"
        is_day, is_month = style in self.days, style in self.months
        if (is_day or is_month) and 1 <= figure <= _LAST_SERIAL:
            day = self.epoch + timedelta(days=int(figure))
            whole = f"{day.month}/{day.year}"
            return f"{day.day}/{whole}" if is_day else f"Tháng {whole}"
        return _plain(figure)


def read_formats(archive: Archive) -> CellFormats:
    """The formats of a workbook; a workbook without styles shows plain numbers."""
    root = archive.optional(archive.beside("styles.xml"))
    settings = archive.tree(archive.main).find("{*}workbookPr")
    is_1904 = settings is not None and settings.get("date1904") in {"1", "true"}
    epoch = _EPOCH_1904 if is_1904 else _EPOCH
    if root is None:
        return CellFormats(epoch=epoch)
    own = {
        str(item.get("numFmtId")): str(item.get("formatCode", ""))
        for item in root.findall("{*}numFmts/{*}numFmt")
    }
    fonts = [_is_bold(font) for font in root.findall("{*}fonts/{*}font")]
    found: dict[str, set[str]] = {"day": set(), "month": set(), "percent": set(), "bold": set()}
    for place, style in enumerate(root.findall("{*}cellXfs/{*}xf")):
        kind = _kind(str(style.get("numFmtId", "0")), own)
        if kind:
            found[kind].add(str(place))
        font = str(style.get("fontId", ""))
        if font.isdecimal() and int(font) < len(fonts) and fonts[int(font)]:
            found["bold"].add(str(place))
    return CellFormats(
        frozenset(found["day"]),
        frozenset(found["month"]),
        frozenset(found["percent"]),
        frozenset(found["bold"]),
        epoch,
    )


def _kind(number: str, own: dict[str, str]) -> str | None:
    if number in own:
        code = _LITERALS.sub("", own[number]).lower().split(";")[0]
        if "%" in code:
            return "percent"
        if "d" in code:
            return "day"
        return "month" if "m" in code and "y" in code else None
    place = int(number) if number.isdecimal() else 0
    if place in _PERCENT_FORMATS:
        return "percent"
    if place in _DAY_FORMATS:
        return "day"
    return "month" if place in _MONTH_FORMATS else None


def _is_bold(font: Element) -> bool:
    mark = font.find("{*}b")
    return mark is not None and mark.get("val") not in {"0", "false"}


def _plain(figure: Decimal) -> str:
    """Without exponent and trailing zeros; absurdly long figures keep their exponent."""
    if abs(figure.adjusted()) > _MOST_DIGITS:
        return str(figure)
    shown = f"{figure:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
