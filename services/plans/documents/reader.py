"""How does a file become the content of a plan or report? The reading, step by step."""

from collections.abc import Sequence
from dataclasses import replace

from services.plans.documents.agreement import check_agreement
from services.plans.documents.anatomy import Anatomy, dissect
from services.plans.documents.annex import check_annex
from services.plans.documents.blocks import Block, Paragraph
from services.plans.documents.closing import read_recipients, read_signer
from services.plans.documents.deadline_cells import DeadlineReader
from services.plans.documents.form import read_form
from services.plans.documents.formats import open_document
from services.plans.documents.index_sentences import add_goals_without_table
from services.plans.documents.layout import unfolded
from services.plans.documents.legal_bases import read_legal_bases
from services.plans.documents.letterhead import Letterhead, read_letterhead
from services.plans.documents.letterhead_checks import check_letterhead
from services.plans.documents.notices import Notices
from services.plans.documents.outline import read_outline
from services.plans.documents.reading import Reading
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.sections import read_outlook, read_sections, read_shortcomings
from services.plans.documents.tables import TableReader
from services.plans.documents.workbook import Workbook
from services.plans.documents.years import as_of_day, document_year, years_of_titles
from services.plans.domain.document_content import DocumentContent, DocumentKind
from services.plans.domain.targets.wording import fold


def read_document(content: bytes, *, file_name: str | None = None) -> DocumentContent:
    """What a plan, report or remediation report says, with everything the reader was unsure of.

    CPU-bound and synchronous: call it in a thread. Messages are in the current language.

    :param content: the bytes of a .docx, .xlsx or text; what they are is decided by looking at them.
    :param file_name: only to refuse a name that promises another kind; it is never trusted.
    :raises UnreadableDocument: the file is refused (see `refusals`).
    """
    opened = open_document(content, file_name=file_name)
    if isinstance(opened, Workbook):
        return read_form(opened)
    found = read_blocks(opened, file_name=file_name)
    if not _says_anything(found):
        raise UnreadableDocument("nothing_to_read")
    return found


def read_blocks(blocks: Sequence[Block], *, file_name: str | None) -> DocumentContent:
    """The content of a document of paragraphs and tables, wherever they came from."""
    blocks = unfolded(blocks)
    anatomy = dissect(blocks)
    words = "\n".join(block.text for block in blocks if isinstance(block, Paragraph))
    introduction = [paragraph.text for paragraph in anatomy.introduction if paragraph.text]
    letterhead = read_letterhead([p.text for p in anatomy.head], introduction, body=words)
    kind = _document_kind(anatomy, letterhead)
    as_of = as_of_day([anatomy.title or "", *introduction, *anatomy.annex_lines])
    year = document_year(
        kind,
        anatomy.title,
        made=letterhead.issued_on or as_of,
        near=letterhead.year,
        introduction=introduction,
        body=words,
    )
    reading = Reading(year, DeadlineReader(year, letterhead.issued_on), Notices())
    check_letterhead(anatomy, letterhead, reading=reading, file_name=file_name)
    legal_bases = read_legal_bases(introduction, reading)
    check_annex(anatomy.annex_lines, letterhead, reading=reading)
    _read_text(anatomy, kind, reading=reading)
    check_agreement(words.split("\n"), reading)
    return replace(
        _content(kind, reading),
        number=letterhead.number,
        symbol=letterhead.symbol,
        issued_on=letterhead.issued_on,
        as_of=as_of,
        issuer=letterhead.issuer,
        place=letterhead.place,
        title=anatomy.title,
        signer=read_signer(anatomy.closing),
        legal_bases=legal_bases,
        recipients=read_recipients(anatomy.closing),
    )


def _says_anything(content: DocumentContent) -> bool:
    """Whether any part of a plan or report was met; a shopping list is none with warnings."""
    named = content.title or content.number or content.symbol
    parts = (content.tasks, content.findings, content.targets, content.responsibilities)
    return bool(named or content.index_targets or any(parts))


def _content(kind: DocumentKind, reading: Reading) -> DocumentContent:
    """What was noted while reading."""
    return DocumentContent(
        document_kind=kind,
        year=reading.year,
        areas=reading.areas.areas(),
        index_targets=tuple(reading.index_targets),
        targets=tuple(reading.targets),
        tasks=tuple(reading.tasks),
        responsibilities=tuple(reading.responsibilities),
        findings=tuple(reading.findings),
        warnings=reading.notices.warnings,
    )


def _document_kind(anatomy: Anatomy, letterhead: Letterhead) -> DocumentKind:
    """By the printed kind, else by the symbol ("BC-…"); anything that is no report is a plan."""
    symbol = (letterhead.symbol or "").split("-")[0].upper()
    if anatomy.kind != "bao cao" and (anatomy.kind is not None or symbol != "BC"):
        return "plan"
    subject = fold(" ".join((anatomy.title or "", *anatomy.annex_lines)))
    return "remediation_report" if "khac phuc" in subject else "report"


def _read_text(anatomy: Anatomy, kind: DocumentKind, *, reading: Reading) -> None:
    """Note what the running text and the tables hold; areas are met in the text first."""
    body, annex = read_outline(anatomy.body), read_outline(anatomy.annex)
    tables = TableReader([*body.tables, *annex.tables], years_of_titles(anatomy))
    if kind == "plan":
        read_sections(body.root, reading, reads_tasks=not tables.assign_tasks)
        if not annex.tables:
            read_sections(annex.root, reading, reads_tasks=not tables.assign_tasks)
    else:
        read_outlook(body.root, reading, reads_tasks=not tables.assign_tasks)
        read_shortcomings(body.root, reading)
    tables.read(reading)
    add_goals_without_table(reading)
    if kind == "plan" and not reading.tasks:
        reading.notices.add("no_tasks")
