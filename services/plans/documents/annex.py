"""Does the annex belong to this document? "(Ban hành kèm theo Kế hoạch số … ngày …)" says so."""

import re
from collections.abc import Iterable

from services.plans.documents.letterhead import Letterhead, calendar_day, read_number
from services.plans.documents.notices import at
from services.plans.documents.reading import Reading
from services.plans.domain.targets.wording import lowered

_BELONGS = re.compile(
    r"kèm theo\s+[^\d(]{0,60}?\b(?P<number>số\s*:?.*?)(?:,?\s*ngày(?P<day>[\s\d/.…_-]*|"
    r"[\s\d…._]*tháng[\s\d…._]*năm\s*\d{0,4}))?(?=\s*(?:của\b|\)|$))"
)
_DAY = re.compile(r"(\d{1,2})\D+(\d{1,2})\D+(\d{4})")


def check_annex(lines: Iterable[str], letterhead: Letterhead, *, reading: Reading) -> None:
    """Warn when the annex leaves number or day blank, or names those of another document."""
    for line in lines:
        match = _BELONGS.search(lowered(line))
        if match is None:
            continue
        number, symbol = read_number(line[match.start("number") : match.end("number")])
        if symbol is None:
            continue
        if number is None:
            reading.notices.add(
                "annex_number_blank", at("annex"), number=letterhead.number or symbol
            )
        elif letterhead.number and number != letterhead.number:
            reading.notices.add(
                "annex_number_mismatch", at("annex"), found=number, number=letterhead.number
            )
        _check_day(match["day"] or "", letterhead, reading=reading)


def _check_day(written: str, letterhead: Letterhead, *, reading: Reading) -> None:
    parts = _DAY.search(written)
    day = calendar_day(parts[3], parts[2], parts[1]) if parts else None
    if day is None:
        reading.notices.add("annex_date_blank", at("annex"))
    elif letterhead.issued_on and day != letterhead.issued_on:
        values = {"found": f"{day:%d/%m/%Y}", "issued": f"{letterhead.issued_on:%d/%m/%Y}"}
        reading.notices.add("annex_date_mismatch", at("annex"), **values)
