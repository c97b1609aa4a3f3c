"""Of which year does a document speak, and to which day do its figures go?"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from services.plans.documents.anatomy import Anatomy
from services.plans.documents.letterhead import calendar_day
from services.plans.domain.document_content import DocumentKind
from services.plans.domain.targets.wording import fold

_YEAR = re.compile(r"\bnam (20\d\d)\b")
_AS_OF = re.compile(
    r"(?:so lieu|tinh|cap nhat)\b[^.;]{0,50}?\bden\s+(?:het\s+)?ngay\s+(?P<day>\d{1,2})\s*"
    r"(?:[/.-]|thang)\s*(?P<month>\d{1,2})\s*(?:[/.-]|nam)\s*(?P<year>20\d\d)"
)
_LONGEST_LINE = 400


def years_in(text: str) -> set[int]:
    """The years a text names with the word *năm*."""
    return {int(year) for year in _YEAR.findall(fold(text))}


def years_of_titles(anatomy: Anatomy) -> set[int]:
    """The years named in the title and in the headings of the annex."""
    return {year for line in (anatomy.title or "", *anatomy.annex_lines) for year in years_in(line)}


def as_of_day(lines: Iterable[str]) -> date | None:
    """The day of "số liệu cập nhật đến ngày 14/9/2022"."""
    for line in lines:
        match = _AS_OF.search(fold(line[:_LONGEST_LINE]))
        if match and (day := calendar_day(match["year"], match["month"], match["day"])):
            return day
    return None


def document_year(
    kind: DocumentKind,
    title: str | None,
    *,
    made: date | None,
    near: int | None,
    introduction: Sequence[str],
    body: str,
) -> int | None:
    """The year: a plan is of the year in its title, a remediation report of the year it was made.

    The title of a remediation report names the year that was assessed. None if no year is written.

    :param made: the day of issue or of the figures; `near`: the year of a date line without a day.
    """
    made_in = made.year if made else near
    named = max(years_in(title or ""), default=None)
    if kind == "remediation_report":
        last = max((year for line in introduction for year in years_in(line)), default=None)
        return made_in or last or named
    found = named or made_in
    if found is None and (counted := Counter(re.findall(r"\b20\d\d\b", body)).most_common(1)):
        found = int(counted[0][0])
    return found
