"""Is this really a Word file, and which of its parts carry its words?"""

from dataclasses import dataclass

from lxml import etree

from services.plans.documents.archive import Archive, Element
from services.plans.documents.refusals import UnreadableDocument

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WordPackage:
    """The parsed parts of a .docx that carry its words; styles and numbering may be missing."""

    document: Element
    styles: Element | None
    numbering: Element | None


def word_package(archive: Archive) -> WordPackage:
    """The parts of an opened Word file.

    :raises UnreadableDocument: its main part is no document of Word.
    """
    document = archive.tree(archive.main, limit=MAX_DOCUMENT_BYTES)
    if etree.QName(document).localname != "document":
        raise UnreadableDocument("not_a_docx")
    return WordPackage(
        document=document,
        styles=archive.optional(archive.beside("styles.xml")),
        numbering=archive.optional(archive.beside("numbering.xml")),
    )
