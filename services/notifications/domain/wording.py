"""How are dates and days written to an official?

Vietnamese as in official papers (Nghị định 30/2020/NĐ-CP, Phụ lục I): days below 10 and the months
1 and 2 carry a zero in front.
"""

import re
import unicodedata
from datetime import date
from uuid import UUID

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ZERO_MONTHS = 2


def long_date(day: date, language: str) -> str:
    """A date with its weekday: thứ Ba, ngày 30 tháng 6 năm 2026; Tuesday, 30 June 2026."""
    weekday = _WEEKDAYS[language][day.weekday()]
    if language == "en":
        return f"{weekday}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{weekday}, ngày {day.day:02d} tháng {_month(day)} năm {day.year}"


def short_date(day: date, language: str) -> str:
    """A date for a subject line: 30/6/2026; 30 June 2026."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02d}/{_month(day)}/{day.year}"


def one_line(words: str) -> str:
    """Words that are safe in a header: one line, no control characters, no encoded-word start."""
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in words
    )
    return re.sub(r"\s+", " ", visible).replace("=?", "= ?").strip()


def shortened(words: str, longest: int) -> str:
    """At most so many characters, cut between words, with an ellipsis where something is missing."""
    if len(words) <= longest:
        return words
    cut = words[: longest - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…".replace(" …", "…")


def document_number(source: str) -> str | None:
    """The number of the document an obligation comes from ("1205/KH-SVHTT"); None if it has none."""
    _, _, number = source.partition("/")
    try:
        UUID(number)
    except ValueError:
        return number or None
    return None


def _month(day: date) -> str:
    return f"{day.month:02d}" if day.month <= _ZERO_MONTHS else str(day.month)
