"""Is this really a Word file, and is it safe to open? What is inside its zip is checked first.

Only the parts the reader needs are inflated, each up to a limit, and parsed without entities,
network or recovery. External relationships (remote templates, linked pictures) are never followed.
"""

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import Any

from lxml import etree

from services.plans.documents.refusals import UnreadableDocument

Element = Any  # lxml publishes no types

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_PART_BYTES = 4 * 1024 * 1024
MAX_TOTAL_BYTES = 500 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_RATIO = 300
RATIO_COUNTS_FROM = 1024 * 1024
MAX_MARKS = 600_000  # tags and attributes of one part: what the parsed tree costs in memory

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True)
class WordPackage:
    """The parsed parts of a .docx that carry its words; styles and numbering may be missing."""

    document: Element
    styles: Element | None
    numbering: Element | None


def open_package(content: bytes) -> WordPackage:
    """Check and open the bytes of a .docx.

    :raises UnreadableDocument: anything but a readable Word file without macros.
    """
    _check_signature(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _open(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableDocument("damaged") from error
    except (ValueError, RuntimeError, OverflowError) as error:
        if isinstance(error, UnreadableDocument):
            raise
        raise UnreadableDocument("damaged") from error


def _check_signature(content: bytes) -> None:
    if not content:
        raise UnreadableDocument("empty_file")
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableDocument("too_large")
    if content.startswith(_OLE_SIGNATURE):
        if _ENCRYPTED_STREAM in content:
            raise UnreadableDocument("encrypted")
        raise UnreadableDocument("legacy_doc" if _WORD_STREAM in content else "not_a_docx")
    if not content.startswith(b"PK"):
        raise UnreadableDocument("not_a_docx")


def _open(archive: zipfile.ZipFile) -> WordPackage:
    names = _check_entries(archive.infolist())
    main = _main_part(archive, names)
    if main not in names:
        raise UnreadableDocument("not_a_docx")
    folder = dirname(main)
    document = _parse(_inflate(archive, main, limit=MAX_DOCUMENT_BYTES))
    if etree.QName(document).localname != "document":
        raise UnreadableDocument("not_a_docx")
    return WordPackage(
        document=document,
        styles=_optional(archive, names, name=join(folder, "styles.xml")),
        numbering=_optional(archive, names, name=join(folder, "numbering.xml")),
    )


def _check_entries(entries: list[zipfile.ZipInfo]) -> frozenset[str]:
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise UnreadableDocument("zip_bomb")
    if any(_is_inflated(entry) for entry in entries):
        raise UnreadableDocument("zip_bomb")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise UnreadableDocument("encrypted")
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise UnreadableDocument("macros")
    if len(set(names)) != len(names):
        raise UnreadableDocument("damaged")
    return frozenset(names)


def _is_inflated(entry: zipfile.ZipInfo) -> bool:
    large = entry.file_size > RATIO_COUNTS_FROM
    return large and entry.file_size > MAX_RATIO * max(1, entry.compress_size)


def _main_part(archive: zipfile.ZipFile, names: frozenset[str]) -> str:
    """Where the text is, by the package's own relationships (ECMA-376, part 2, §9.3)."""
    if "[Content_Types].xml" not in names:
        raise UnreadableDocument("not_a_docx")
    types = _inflate(archive, "[Content_Types].xml", limit=MAX_PART_BYTES)
    if b"macroEnabled" in types:
        raise UnreadableDocument("macros")
    relationships = _optional(archive, names, name="_rels/.rels")
    for item in [] if relationships is None else relationships.iter(_RELATIONSHIP):
        if (
            item.get("Type", "").endswith("/officeDocument")
            and item.get("TargetMode") != "External"
        ):
            return normpath(str(item.get("Target", "")).lstrip("/"))
    return "word/document.xml"


def _optional(archive: zipfile.ZipFile, names: frozenset[str], *, name: str) -> Element | None:
    return _parse(_inflate(archive, name, limit=MAX_PART_BYTES)) if name in names else None


def _inflate(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """The bytes of one entry, never more than its limit whatever its header claims."""
    with archive.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableDocument("too_large")
    return data


def _parse(data: bytes) -> Element:
    if any(doctype in data for doctype in _DOCTYPES):
        raise UnreadableDocument("external_entities")
    if data.count(b"<") + data.count(b"=") > MAX_MARKS:
        raise UnreadableDocument("too_large")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument("damaged") from error
