"""Is an office file (a zip of XML parts) safe to open? What it would become is checked first.

Only the parts a reader asks for are inflated, each up to a limit, and parsed without entities,
network or recovery. Nothing outside the file is ever fetched: a file that needs it is refused.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from posixpath import basename, dirname, join, normpath
from typing import Any

from lxml import etree

from services.plans.documents.refusals import UnreadableDocument

Element = Any  # lxml publishes no types

MAX_PART_BYTES = 4 * 1024 * 1024
MAX_TOTAL_BYTES = 500 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_RATIO = 300
RATIO_COUNTS_FROM = 1024 * 1024
MAX_MARKS = 600_000  # tags and attributes of one part: what the parsed tree costs in memory

_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = 30
# A template on somebody's own disk stands in most files made from one; it is not looked for.
_LOCAL_TEMPLATE = re.compile(r"(?:file:///)?[a-z]:[\\/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened office file whose directory was checked; `main` is the part with its content."""

    zip: zipfile.ZipFile
    names: frozenset[str]
    main: str
    main_type: str

    def part(self, name: str, *, limit: int = MAX_PART_BYTES) -> bytes:
        """The bytes of one entry, never more than its limit whatever its header claims."""
        with self.zip.open(name) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise UnreadableDocument("too_large")
        return data

    def tree(self, name: str, *, limit: int = MAX_PART_BYTES) -> Element:
        """One entry as a parsed tree."""
        return parse_xml(self.part(name, limit=limit))

    def optional(self, name: str, *, limit: int = MAX_PART_BYTES) -> Element | None:
        """The same, or None where the file has no such entry."""
        return self.tree(name, limit=limit) if name in self.names else None

    def beside(self, name: str) -> str:
        """The full name of an entry in the folder of the main part."""
        return join(dirname(self.main), name)

    def targets(self, part: str) -> dict[str, str]:
        """What the relationships of a part lead to inside the file, by their ids."""
        root = self.optional(join(dirname(part), "_rels", f"{basename(part)}.rels"))
        found: dict[str, str] = {}
        for item in [] if root is None else root.iter(f"{_RELATIONSHIPS}Relationship"):
            target = str(item.get("Target", ""))
            if item.get("TargetMode") != "External":
                whole = target if target.startswith("/") else join(dirname(part), target)
                found[str(item.get("Id"))] = normpath(whole).lstrip("/")
        return found


@contextmanager
def opened(content: bytes) -> Iterator[Archive]:
    """Check and open the bytes of an office file; what goes wrong while it is read is a refusal.

    :raises UnreadableDocument: a bomb, macros, encryption, damage, content fetched from elsewhere.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield _checked(archive)
    except UnreadableDocument:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableDocument("damaged") from error
    except (ValueError, RuntimeError, OverflowError, KeyError, IndexError) as error:
        raise UnreadableDocument("damaged") from error


def _checked(archive: zipfile.ZipFile) -> Archive:
    names = _check_entries(archive.infolist())
    if "[Content_Types].xml" not in names:
        raise UnreadableDocument("not_a_docx")
    unnamed = Archive(archive, names, "", "")
    types = unnamed.part("[Content_Types].xml")
    if b"macroEnabled" in types:
        raise UnreadableDocument("macros")
    main = _main_part(unnamed)
    if main not in names:
        raise UnreadableDocument("not_a_docx")
    _check_links(unnamed)
    return Archive(archive, names, main, _type_of(main, parse_xml(types)))


def _check_entries(entries: list[zipfile.ZipInfo]) -> frozenset[str]:
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise UnreadableDocument("zip_bomb")
    if any(_is_inflated(entry) for entry in entries) or _overlap(entries):
        raise UnreadableDocument("zip_bomb")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise UnreadableDocument("encrypted")
    if any(_is_macro(name.lower()) for name in names):
        raise UnreadableDocument("macros")
    if len(set(names)) != len(names):
        raise UnreadableDocument("damaged")
    return frozenset(names)


def _is_inflated(entry: zipfile.ZipInfo) -> bool:
    large = entry.file_size > RATIO_COUNTS_FROM
    return large and entry.file_size > MAX_RATIO * max(1, entry.compress_size)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether entries share bytes of the file: one small piece that inflates many times."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + _LOCAL_HEADER + len(entry.filename) + entry.compress_size
    return False


def _is_macro(name: str) -> bool:
    return name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name


def _main_part(archive: Archive) -> str:
    """Where the content is, by the package's own relationships (ECMA-376, part 2, §9.3)."""
    root = archive.optional("_rels/.rels")
    for item in [] if root is None else root.iter(f"{_RELATIONSHIPS}Relationship"):
        is_main = item.get("Type", "").endswith("/officeDocument")
        if is_main and item.get("TargetMode") != "External":
            return normpath(str(item.get("Target", "")).lstrip("/"))
    return "word/document.xml"


def _type_of(main: str, types: Element) -> str:
    for item in types.iter(f"{_CONTENT_TYPES}Override"):
        if str(item.get("PartName", "")).lstrip("/") == main:
            return str(item.get("ContentType", ""))
    return ""


def _check_links(archive: Archive) -> None:
    """Refuse templates, pictures, objects and sheets that would be fetched; hyperlinks are words."""
    for name in archive.names:
        if not name.endswith(".rels"):
            continue
        data = archive.part(name)
        if b"External" not in data:
            continue
        for item in parse_xml(data).iter(f"{_RELATIONSHIPS}Relationship"):
            if item.get("TargetMode") == "External" and not _is_harmless(item):
                raise UnreadableDocument("external_links")


def _is_harmless(relationship: Element) -> bool:
    kind = str(relationship.get("Type", "")).rpartition("/")[2]
    if kind == "hyperlink":
        return True
    target = str(relationship.get("Target", ""))
    return kind == "attachedTemplate" and bool(_LOCAL_TEMPLATE.match(target))


def parse_xml(data: bytes) -> Element:
    """A parsed part: no entities, no network, no repair of what is broken."""
    check_declarations(data)
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


def check_declarations(data: bytes) -> None:
    """Refuse document type declarations: office files have none, attacks begin with one."""
    if any(doctype in data for doctype in _DOCTYPES):
        raise UnreadableDocument("external_entities")
