"""On which documents does the plan rest? "Căn cứ …", "Thực hiện …" before the first heading."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from services.plans.documents.items import tidy
from services.plans.documents.letterhead import calendar_day
from services.plans.documents.markers import bulleted
from services.plans.documents.notices import at
from services.plans.documents.reading import Reading
from services.plans.domain.document_content import LegalBasis
from services.plans.domain.legal_documents import known_document, year_in_number
from services.plans.domain.targets.wording import lowered

# The kind a symbol stands for (Nghị định 30/2020/NĐ-CP, Phụ lục III).
_KIND_OF_SYMBOL = {
    "NQ": "Nghị quyết", "QĐ": "Quyết định", "CT": "Chỉ thị", "KH": "Kế hoạch", "TB": "Thông báo",
    "BC": "Báo cáo", "NĐ": "Nghị định", "TT": "Thông tư", "HD": "Hướng dẫn", "CTr": "Chương trình",
    "KL": "Kết luận", "TTr": "Tờ trình", "ĐA": "Đề án", "TTLT": "Thông tư liên tịch",
}  # fmt: skip
_KINDS = (
    "Thông tư liên tịch", "Nghị quyết", "Nghị định", "Thông tư", "Quyết định", "Kế hoạch",
    "Công văn", "Chỉ thị", "Chương trình", "Thông báo", "Báo cáo", "Văn bản", "Hướng dẫn",
    "Kết luận", "Tờ trình", "Đề án", "Pháp lệnh", "Công điện", "Quy chế", "Quy định", "Bộ luật",
    "Luật", "Hiến pháp",
)  # fmt: skip
_KIND = "|".join(kind.lower() for kind in _KINDS)
_NUMBERED = re.compile(
    rf"\b(?P<kind>{_KIND})(?:\s+[^;,\d]{{0,40}}?)?\s+số\s*:?\s*"
    r"(?P<number>\d+[a-z]?\s*(?:[/-]\s*[^\W_][\w&.]*)+(?:\s?-\s?[\w&.]+)*)"
)
_STATUTE = re.compile(r"\b(?P<kind>bộ luật|luật|pháp lệnh|hiến pháp)\s+(?P<name>[^\W\d_][^;.]*)")
_DAY = re.compile(
    r"^[\s,(]*ngày\s*(?P<day>\d{1,2})\s*(?:[/.-]|tháng)\s*(?P<month>\d{1,2})\s*(?:[/.-]|năm)\s*"
    r"(?P<year>\d{4})\)?"
)
_ISSUER = re.compile(
    r"^[\s,]*(?:của|do)\s+(?P<issuer>.+?)(?=\s*(?:,|;|\bvề\b|\bban hành\b|\bphê duyệt\b|\bquy định\b"
    r"|\bhướng dẫn\b|\bsửa đổi\b|\btriển khai\b|\bthực hiện\b|\bcông bố\b|$))"
)
_ABOUT = re.compile(r"^[\s,]*(?:về(?: việc)?|v/v)\s+(?P<title>.+)$", re.DOTALL)
_ENACTING = re.compile(
    r"^[\s,]*(?P<title>(?:ban hành|phê duyệt|quy định|công bố|sửa đổi|hướng dẫn).+)$", re.DOTALL
)
_NEXT_CITATION = re.compile(rf",\s*(?:{_KIND})\b(?!\s+(?:tổng thể|hành động))")
_OWN_CLAUSE = re.compile(
    r",\s*(?:[^\W\d_][^,;]*,\s*)?[^,;]*\b(?:ban hành|xây dựng) (?:kế hoạch|báo cáo)\b"
)
_INTRODUCES = re.compile(r"^(?:căn cứ|thực hiện|theo|triển khai|trên cơ sở|xét|tiếp theo)\b")


def read_legal_bases(introduction: Sequence[str], reading: Reading) -> tuple[LegalBasis, ...]:
    """The documents cited before the first heading, in order; contradictions are warned about."""
    bases: list[LegalBasis] = []
    for printed in introduction:
        item = bulleted(printed)
        line = item.text if item else printed
        if _INTRODUCES.match(lowered(line)):
            for basis in _of_line(line):
                if basis not in bases:
                    bases.append(basis)
                    check_legal_basis(basis, reading, where=at("legal_bases"))
    return tuple(bases)


def _of_line(line: str) -> Iterator[LegalBasis]:
    for clause in line.split(";"):
        numbered = list(_NUMBERED.finditer(lowered(clause)))
        for place, match in enumerate(numbered):
            end = numbered[place + 1].start() if place + 1 < len(numbered) else len(clause)
            yield _numbered(clause, match, end=end)
        if not numbered and (statute := _STATUTE.search(lowered(clause))):
            yield _statute(clause, statute)


def _numbered(clause: str, match: re.Match[str], *, end: int) -> LegalBasis:
    rest = clause[match.end() : end]
    day, rest = _cut_day(rest)
    issuer, rest = _cut_issuer(rest)
    if day is None:
        day, rest = _cut_day(rest)
    return LegalBasis(
        kind=_kind_as_printed(match["kind"]),
        number=re.sub(r"\s+", "", clause[match.start("number") : match.end("number")]).rstrip("."),
        date=day,
        issuer=issuer,
        title=_title(rest),
    )


def _statute(clause: str, match: re.Match[str]) -> LegalBasis:
    """A law is cited by name: "Luật Tổ chức chính quyền địa phương ngày 19/6/2015"."""
    words = clause[match.start() : match.end()]
    dated = re.search(r"\s*,?\s*(?=\(?ngày\s*\d)", lowered(words))
    name = words[: dated.start()] if dated else words
    day, rest = _cut_day(words[dated.start() :]) if dated else (None, "")
    name = re.split(r",\s+(?=Sở|UBND|Ủy ban|Văn phòng)", name)[0]
    return LegalBasis(
        kind=_kind_as_printed(match["kind"]),
        number=None,
        date=day,
        issuer=_cut_issuer(rest)[0],
        title=tidy(name),
    )


def _kind_as_printed(kind: str) -> str:
    return next(printed for printed in _KINDS if printed.lower() == kind)


def _cut_day(rest: str) -> tuple[date | None, str]:
    match = _DAY.match(lowered(rest))
    if match is None:
        return None, rest
    return calendar_day(match["year"], match["month"], match["day"]), rest[match.end() :]


def _cut_issuer(rest: str) -> tuple[str | None, str]:
    match = _ISSUER.match(lowered(rest))
    if match is None:
        return None, rest
    return tidy(rest[match.start("issuer") : match.end("issuer")]), rest[match.end("issuer") :]


def _title(rest: str) -> str | None:
    small = lowered(rest)
    match = _ABOUT.match(small) or _ENACTING.match(small)
    if match is None:
        return None
    title = rest[match.start("title") : match.end("title")]
    for pattern in (_OWN_CLAUSE, _NEXT_CITATION):
        if cut := pattern.search(lowered(title)):
            title = title[: cut.start()]
    return tidy(title) or None


def check_legal_basis(basis: LegalBasis, reading: Reading, *, where: str) -> None:
    """A citation that cannot be right: the symbol of another kind, a day after the plan itself."""
    symbol = re.split(r"[/-]", basis.number or "")
    meant = next((_KIND_OF_SYMBOL[part] for part in symbol if part in _KIND_OF_SYMBOL), None)
    if meant and basis.kind not in {meant, "Văn bản"}:
        values = {"kind": basis.kind, "number": basis.number, "meant": meant}
        reading.notices.add("legal_basis_kind_mismatch", where, **values)
    issued = reading.deadlines.issued_on
    if basis.date and issued and basis.date > issued:
        number = basis.number or basis.title
        reading.notices.add("legal_basis_after_issue", where, number=number)
    _check_known(basis, reading, where=where)


def _check_known(basis: LegalBasis, reading: Reading, *, where: str) -> None:
    """The day of a well-known document, or the year in the number, says otherwise."""
    if basis.number is None or basis.date is None:
        return
    known = known_document(basis.number, basis.title)
    year = year_in_number(basis.number)
    if known and known.issued_on != basis.date:
        values = {"cited": f"{basis.date:%d/%m/%Y}", "known": f"{known.issued_on:%d/%m/%Y}"}
        reading.notices.add("legal_basis_date_mismatch", where, number=basis.number, **values)
    elif year and year != basis.date.year:
        cited = f"{basis.date:%d/%m/%Y}"
        reading.notices.add("legal_basis_year_mismatch", where, number=basis.number, cited=cited)
