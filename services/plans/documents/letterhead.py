"""Who issued which document when? Number, symbol, place, day and issuing body above the title.

The letterhead of Nghị định 30/2020/NĐ-CP, Phụ lục I. Drafts leave the serial or the day blank: the
number is given only after signing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.plans.documents.units import is_unit
from services.plans.domain.targets.wording import fold, lowered

_NUMBER = re.compile(
    r"^\W*số\s*[:.]?\s*(?P<serial>[\d.…_ ]*[a-zđ]?)\s*/\s*(?:(?P<year>20\d\d)\s*/\s*)?"
    r"(?P<symbol>[^\W\d_][\w&.]*(?:\s?-\s?[\w&.]+)*)"
)
_PARTY_NUMBER = re.compile(
    r"^\W*số\s*[:.]?\s*(?P<serial>[\d.…_ ]*)\s*-\s*(?P<symbol>[^\W\d_]+(?:\s?/\s?[\w-]+))"
)
_NUMBER_LINE = re.compile(r"^\W*số\s*[:.]?\s*(?:[\d.…_/-]|$)")
_DAY = re.compile(
    r"(?P<place>[^,;:\n]{2,60}?),?\s+ngày\s*(?P<day>\d{0,2})[\s.…_/]*tháng\s*(?P<month>\d{0,2})"
    r"[\s.…_/]*năm\s*(?P<year>\d{4})?"
)
_STATE = re.compile(r"cong hoa xa hoi|doc lap ?- ?tu do|dang cong san viet nam|^[\W_]*$|^du thao")
_ENACTS = re.compile(
    r"\s+(?:ban hành|xây dựng|báo cáo|thông báo|yêu cầu|đề nghị|triển khai|quyết định|hướng dẫn)\b"
)
# "ỦY BAN NHÂN DÂN" above "XÃ TÂY SƠN" is one name on two lines.
_TERRITORY = re.compile(r"(?:tỉnh|thành phố|tp\b|huyện|quận|thị xã|thị trấn|xã|phường|đặc khu)\b")
_CLAUSE_START = re.compile(r"^|[;,.:]\s+")
_MAX_NAME = 120
_PLACE_TAIL = re.compile(r"(?:[^\W\d_][\w.]*)(?:(?: - |[ -])[^\W\d_][\w.]*){0,4}$")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the head of a document says; `year` of its date line even where the day is blank."""

    number: str | None = None
    symbol: str | None = None
    issued_on: date | None = None
    place: str | None = None
    issuer: str | None = None
    year: int | None = None
    has_number_line: bool = False
    has_date_line: bool = False


def read_letterhead(lines: Sequence[str], introduction: Sequence[str], *, body: str) -> Letterhead:
    """The letterhead from the lines above the title; the introduction names the issuer if they do not.

    `body` is searched for the issuer's name as written in small letters.
    """
    serial_line = next((line for line in lines if _NUMBER_LINE.match(lowered(line))), None)
    number, symbol = read_number(serial_line or "")
    dated = next((match for line in lines if (match := _DAY.search(lowered(line)))), None)
    place = _place(lines)
    return Letterhead(
        number=number,
        symbol=symbol,
        issued_on=_day(dated),
        place=place,
        issuer=_issuer_above(lines, body) or _issuer_within(introduction),
        year=int(dated["year"]) if dated and dated["year"] else None,
        has_number_line=serial_line is not None,
        has_date_line=dated is not None,
    )


def read_number(line: str) -> tuple[str | None, str | None]:
    """Number and symbol of a line "Số: 1205 /KH-SVHTT": the number whole, None if it is blank."""
    small = lowered(line)
    match = _NUMBER.search(small)
    separator = "/"
    if match is None:
        match, separator = _PARTY_NUMBER.search(small), "-"
    if match is None:
        return None, None
    symbol = re.sub(r"\s+", "", line[match.start("symbol") : match.end("symbol")]).rstrip(".")
    serial = re.sub(r"[\s.…_]", "", line[match.start("serial") : match.end("serial")])
    if not any(digit.isdecimal() for digit in serial):
        return None, symbol
    year = match.groupdict().get("year")
    whole = f"{serial}/{year}/{symbol}" if year else f"{serial}{separator}{symbol}"
    return whole, symbol


def calendar_day(year: str, month: str, day: str) -> date | None:
    """The day, or None when any part is blank or the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _day(match: re.Match[str] | None) -> date | None:
    return calendar_day(match["year"] or "", match["month"], match["day"]) if match else None


def _place(lines: Sequence[str]) -> str | None:
    for whole in lines:
        number = _NUMBER.search(lowered(whole))
        line = whole[number.end() :] if number else whole
        if match := _DAY.search(lowered(line)):
            words = line[match.start("place") : match.end("place")].strip()
            tail = _PLACE_TAIL.search(words)
            return tail.group() if tail else None
    return None


def _issuer_above(lines: Sequence[str], body: str) -> str | None:
    """The last body named in capitals; the one above it is its superior."""
    names: list[str] = []
    for line in lines:
        words = re.sub(r"[-_*\s]+$", "", line).strip()
        if not words.isupper() or _STATE.search(fold(words)) or _NUMBER_LINE.match(lowered(words)):
            continue
        if not names or (is_unit(words) and not _TERRITORY.match(lowered(words))):
            names.append(words)
        else:
            names[-1] = f"{names[-1]} {words}"
    return _as_in_body(names[-1], body) if names else None


def _as_in_body(name: str, body: str) -> str:
    place = lowered(body).find(lowered(name))
    while place >= 0:
        found = body[place : place + len(name)]
        if not found.isupper():
            return found[:1].upper() + found[1:]
        place = lowered(body).find(lowered(name), place + 1)
    return name


def _issuer_within(introduction: Sequence[str]) -> str | None:
    """The body before the verb: "…; Sở Văn hóa và Thể thao ban hành Kế hoạch …"."""
    for line in reversed(introduction):
        for verb in _ENACTS.finditer(lowered(line)):
            before = line[: verb.start()]
            for start in reversed([match.end() for match in _CLAUSE_START.finditer(before)]):
                name = before[start:].strip()
                if name[:1].isupper() and is_unit(name) and len(name) < _MAX_NAME:
                    return name
    return None
