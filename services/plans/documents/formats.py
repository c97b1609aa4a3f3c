"""What is this file: Word, Excel or plain text? Its bytes decide; its name may only agree.

Whatever it is becomes the same blocks (`blocks.py`), so that one anatomy reads them all.
"""

from services.plans.documents.archive import opened
from services.plans.documents.blocks import Block
from services.plans.documents.package import word_package
from services.plans.documents.plain_text import decoded, read_text
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.sheet_blocks import blocks_of_sheets
from services.plans.documents.word_text import read_blocks
from services.plans.documents.workbook import Workbook, read_workbook

MAX_FILE_BYTES = 50 * 1024 * 1024

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "legacy_doc"),
    ("Workbook", "legacy_xls"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"{\\rtf", b"mime-version:")
_SUFFIXES = {
    "docx": (".docx", ".dotx"),
    "xlsx": (".xlsx", ".xltx"),
    "text": (".txt", ".md", ".tsv", ".text", ".markdown"),
}
_DECLARED = (*(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes),
             ".doc", ".docm", ".xls", ".xlsm", ".xlsb", ".pdf", ".rtf", ".odt", ".ods", ".html",
             ".htm", ".zip", ".exe", ".png", ".jpg", ".jpeg")  # fmt: skip


def open_document(content: bytes, *, file_name: str | None) -> list[Block] | Workbook:
    """The blocks of a file, or the workbook where it is one of the platform's own.

    :raises UnreadableDocument: it is none of the kinds read, hostile, damaged or misnamed.
    """
    if not content:
        raise UnreadableDocument("empty_file")
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableDocument("too_large")
    if content.startswith(b"PK"):
        return _office_file(content, file_name)
    _refuse_other_kinds(content)
    words = decoded(content)
    if file_name and not is_unusual_name(file_name) and not _is_named("text", file_name):
        raise UnreadableDocument("not_a_docx")
    return read_text(words)


def is_unusual_name(file_name: str) -> bool:
    """Whether a name ends in nothing a document of these kinds ends in."""
    return not file_name.lower().endswith(_DECLARED)


def _office_file(content: bytes, file_name: str | None) -> list[Block] | Workbook:
    with opened(content) as archive:
        if "spreadsheetml" in archive.main_type:
            _check_name("xlsx", file_name)
            book = read_workbook(archive)
            return book if book.is_form else blocks_of_sheets(book)
        package = word_package(archive)
        _check_name("docx", file_name)
        return read_blocks(package)


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith(_OLE_SIGNATURE):
        for stream, code in _OLE_STREAMS:
            if stream.encode("utf-16-le") in content:
                raise UnreadableDocument(code)
        raise UnreadableDocument("not_a_docx")
    if content.startswith(b"%PDF"):
        raise UnreadableDocument("pdf")
    if content.lstrip()[:20].lower().startswith(_MARKUP):
        raise UnreadableDocument("not_a_docx")


def _check_name(kind: str, file_name: str | None) -> None:
    """Refuse a name that promises another kind: what is inside is not what its sender believes."""
    if file_name and not is_unusual_name(file_name) and not _is_named(kind, file_name):
        raise UnreadableDocument("wrong_extension")


def _is_named(kind: str, file_name: str) -> bool:
    return file_name.lower().endswith(_SUFFIXES[kind])
