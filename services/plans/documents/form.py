"""What does the platform's own workbook say? The form of docs/import-workbook.md, read exactly.

Nothing is concluded from words where a column says it: exported and read again, a plan is the same.
"""

import re
from datetime import date

from services.plans.documents.areas import area_key
from services.plans.documents.deadline_cells import DeadlineReader
from services.plans.documents.form_plan import (
    read_form_duties,
    read_form_findings,
    read_form_targets,
    read_form_tasks,
)
from services.plans.documents.form_sheets import FormSheets, Record, read_sheets
from services.plans.documents.form_values import day_of, operator_of, whole_of, year_of
from services.plans.documents.index_tables import check_component
from services.plans.documents.legal_bases import check_legal_basis
from services.plans.documents.notices import Notices, in_row, in_sheet
from services.plans.documents.reading import Reading
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.tasks import warn_of_jumps
from services.plans.documents.workbook import Workbook
from services.plans.domain.document_content import (
    DocumentContent,
    DocumentKind,
    IndexComponent,
    IndexTarget,
    LegalBasis,
    Signer,
)
from services.plans.domain.targets import decimal_of
from services.plans.domain.targets.wording import fold

_KINDS: dict[str, DocumentKind] = {
    "ke hoach": "plan",
    "bao cao khac phuc": "remediation_report",
    "bao cao": "report",
}
_NUMBERED = re.compile(r"(?P<code>[\w.]{1,12})[.)]\s+(?P<title>\S.*)")
_WORKED_ON = ("nhiem vu", "ton tai")


def read_form(book: Workbook) -> DocumentContent:
    """The content of a workbook of the platform.

    :raises UnreadableDocument: it has neither tasks nor findings.
    """
    sheets = read_sheets(book)
    if not any(sheets.has(sheet) for sheet in _WORKED_ON):
        raise UnreadableDocument("nothing_to_read")
    issued = day_of(sheets.facts.get("ngay ban hanh", ""))
    year = year_of(sheets.facts.get("nam", "")) or (issued.year if issued else None)
    reading = Reading(year, DeadlineReader(year, issued), Notices())
    kind = _KINDS.get(fold(sheets.facts.get("loai van ban", "")).strip(), "plan")
    _check_facts(sheets, issued, reading=reading)
    sheets.warn(reading)
    bases = tuple(_legal_basis(record, reading) for record in sheets.of("can cu"))
    _read_areas(sheets, reading)
    reading.index_targets.extend(_index_targets(sheets, reading))

    def area_of(words: str) -> str | None:
        return _area(words, reading)

    targets = read_form_targets(sheets, area_of=area_of, reading=reading)
    read_form_tasks(sheets, targets, area_of=area_of, reading=reading)
    read_form_duties(sheets, reading)
    read_form_findings(sheets, area_of=area_of, reading=reading)
    return _content(kind, sheets.facts, issued=issued, bases=bases, reading=reading)


def _content(
    kind: DocumentKind,
    facts: dict[str, str],
    *,
    issued: date | None,
    bases: tuple[LegalBasis, ...],
    reading: Reading,
) -> DocumentContent:
    number = facts.get("so") or None
    recipients = facts.get("noi nhan", "").replace(";", "\n").split("\n")
    return DocumentContent(
        document_kind=kind,
        number=number,
        symbol=facts.get("ky hieu") or (number.split("/", 1)[-1] if number else None),
        issued_on=issued,
        as_of=day_of(facts.get("so lieu den ngay", "")),
        issuer=facts.get("co quan ban hanh"),
        place=facts.get("noi ban hanh"),
        title=facts.get("trich yeu"),
        year=reading.year,
        signer=Signer(
            facts.get("tham quyen ky"), facts.get("chuc vu nguoi ky"), facts.get("nguoi ky")
        ),
        legal_bases=bases,
        recipients=tuple(line.strip() for line in recipients if line.strip()),
        areas=reading.areas.areas(),
        index_targets=tuple(reading.index_targets),
        targets=tuple(reading.targets),
        tasks=tuple(reading.tasks),
        responsibilities=tuple(reading.responsibilities),
        findings=tuple(reading.findings),
        warnings=reading.notices.warnings,
    )


def _check_facts(sheets: FormSheets, issued: date | None, *, reading: Reading) -> None:
    where = in_sheet("Thông tin")
    missing = {
        "number_missing": not {"so", "ky hieu"} & sheets.facts.keys(),
        "date_missing": issued is None,
        "title_missing": "trich yeu" not in sheets.facts,
        "issuer_missing": "co quan ban hanh" not in sheets.facts,
        "year_unknown": reading.year is None,
    }
    for code in (code for code, is_missing in missing.items() if is_missing):
        reading.notices.add(code, where)
    if "ky hieu" in sheets.facts and "so" not in sheets.facts:
        reading.notices.add("number_blank", where, symbol=sheets.facts["ky hieu"][:40])


def _legal_basis(record: Record, reading: Reading) -> LegalBasis:
    written = record["date"]
    basis = LegalBasis(
        kind=record["kind"],
        number=record.optional("number"),
        date=day_of(written),
        issuer=record.optional("issuer"),
        title=record.optional("title"),
    )
    if written and basis.date is None:
        where = in_row(record.sheet, record.row)
        reading.notices.add("day_not_understood", where, text=written[:40])
    check_legal_basis(basis, reading, where=in_row(record.sheet, record.row))
    return basis


def _read_areas(sheets: FormSheets, reading: Reading) -> None:
    code: str | None = None
    for record in sheets.of("linh vuc"):
        if record["code"] or record["title"]:
            title = record["title"] or record["code"]
            code = reading.areas.numbered(record["code"] or title, title)
        if code is not None and record["objective"]:
            reading.areas.add_objective(code, record["objective"])


def _area(words: str, reading: Reading) -> str | None:
    """The code of an area named by code, by "1. Cải cách thể chế" or by title; a new one if none."""
    if not words:
        return None
    known = reading.areas.areas()
    if any(area.code == words for area in known):
        return words
    match = _NUMBERED.fullmatch(words)
    title = match["title"] if match else words
    for area in known:
        if (match and area.code == match["code"]) or area_key(area.title) == area_key(title):
            return area.code
    return reading.areas.code(match["code"] if match else None, title)


def _index_targets(sheets: FormSheets, reading: Reading) -> list[IndexTarget]:
    """One index, then a row for each component; the facts of the index stand in its first row."""
    indices: list[tuple[Record, list[IndexComponent]]] = []
    for record in sheets.of("chi so"):
        if record["index"]:
            indices.append((record, []))
        if indices and record["title"]:
            figures = (decimal_of(record[key]) for key in ("baseline", "baseline_max", "target"))
            component = IndexComponent(record.optional("ordinal"), record["title"], *figures)
            indices[-1][1].append(component)
            check_component(component, in_row(record.sheet, record.row), reading=reading)
    for _, components in indices:
        warn_of_jumps([c.ordinal for c in components], in_sheet("Chỉ số"), reading=reading)
    return [
        IndexTarget(
            index=record["index"],
            operator=operator_of(record["operator"]),
            value=decimal_of(record["value"]),
            unit=record.optional("unit"),
            position=whole_of(record["position"]),
            of=whole_of(record["of"]),
            components=tuple(components),
        )
        for record, components in indices
    ]
