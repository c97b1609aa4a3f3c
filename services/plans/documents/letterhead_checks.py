"""What is missing or contradictory in the head of a document?"""

from services.plans.documents.anatomy import Anatomy
from services.plans.documents.formats import is_unusual_name
from services.plans.documents.letterhead import Letterhead
from services.plans.documents.notices import at
from services.plans.documents.reading import Reading


def check_letterhead(
    anatomy: Anatomy, letterhead: Letterhead, *, reading: Reading, file_name: str | None
) -> None:
    """Warn of blank or missing number, day, kind, title and issuer, and of years that disagree."""

    def warn(code: str, **values: object) -> None:
        reading.notices.add(code, at("letterhead"), **values)

    if file_name and is_unusual_name(file_name):
        warn("wrong_extension", name=file_name.rpartition(".")[2][:20])
    if letterhead.has_number_line and letterhead.number is None:
        warn("number_blank", symbol=letterhead.symbol or "…")
    if letterhead.has_date_line and letterhead.issued_on is None:
        warn("date_blank")
    missing = {
        "number_missing": not letterhead.has_number_line,
        "date_missing": not letterhead.has_date_line,
        "kind_unknown": anatomy.kind is None,
        "title_missing": anatomy.title is None,
        "issuer_missing": letterhead.issuer is None,
        "year_unknown": reading.year is None,
    }
    for code in (code for code, is_missing in missing.items() if is_missing):
        warn(code)
    issued = letterhead.issued_on
    if issued and reading.year and reading.year not in {issued.year, issued.year + 1}:
        warn("year_disagreement", found=issued.year, year=reading.year)
