"""What does a returned workbook say? Its cells as text; anything that could act or hide is refused.

Formulas are refused rather than calculated: what a person means must stand in the cell. Nothing
outside the file is ever followed.
"""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from posixpath import join, normpath
from typing import Any

from lxml import etree

from shared.texts import text
from shared.workbooks.values import Formats, cell_text, words_of
from shared.workbooks.words import decoded

Element = Any  # lxml publishes no types

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PART_BYTES = 48 * 1024 * 1024
MAX_TOTAL_BYTES = 200 * 1024 * 1024
MAX_RATIO = 300
RATIO_COUNTS_FROM = 1024 * 1024
MAX_CELLS = 300_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1


class UnreadableWorkbook(ValueError):
    """A workbook that is refused: `code` is stable, `place` a cell where there is one."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.place = place

    def __str__(self) -> str:
        return text(f"workbooks.refusals.{self.code}", place=self.place)


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """A sheet as it came back: the text of each cell by row (from 1) and column (from 0)."""

    title: str
    rows: Mapping[int, Mapping[int, str]]


def read_workbook(content: bytes) -> list[ReturnedSheet]:
    """The sheets of an .xlsx, hidden ones too. CPU-bound: call it in a thread.

    :raises UnreadableWorkbook: it is none, damaged, protected, too large, or holds what may act.
    """
    _check_signature(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            return _read(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        KeyError,
        OSError,
    ) as error:
        raise UnreadableWorkbook("damaged") from error
    except (ValueError, ArithmeticError, RuntimeError) as error:
        if isinstance(error, UnreadableWorkbook):
            raise
        raise UnreadableWorkbook("damaged") from error


def _check_signature(content: bytes) -> None:
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableWorkbook("too_large")
    if content.startswith(_OLE_SIGNATURE):
        raise UnreadableWorkbook("encrypted" if _ENCRYPTED_STREAM in content else "legacy_xls")
    if not content.startswith(b"PK"):
        raise UnreadableWorkbook("not_xlsx")


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES or any(map(_inflated, entries)):
        raise UnreadableWorkbook("zip_bomb")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise UnreadableWorkbook("encrypted")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise UnreadableWorkbook("macros")
    if any("/externallinks/" in name for name in names):
        raise UnreadableWorkbook("external_links")
    if "xl/workbook.xml" not in names:
        raise UnreadableWorkbook("not_xlsx")
    if len(set(names)) != len(names):
        raise UnreadableWorkbook("damaged")


def _inflated(entry: zipfile.ZipInfo) -> bool:
    large = entry.file_size > RATIO_COUNTS_FROM
    return large and entry.file_size > MAX_RATIO * max(1, entry.compress_size)


def _read(archive: zipfile.ZipFile) -> list[ReturnedSheet]:
    book = _parse(archive, "xl/workbook.xml")
    targets = {
        item.get("Id"): normpath(join("xl", str(item.get("Target")))).removeprefix("/")
        for item in _parse(archive, "xl/_rels/workbook.xml.rels")
        if item.get("TargetMode") != "External"
    }
    names = set(archive.namelist())
    shared = _shared_texts(archive) if "xl/sharedStrings.xml" in names else []
    styles = _parse(archive, "xl/styles.xml") if "xl/styles.xml" in names else None
    from_1904 = any(p.get("date1904") in {"1", "true"} for p in _all(book, "workbookPr"))
    formats = Formats(styles, from_1904=from_1904)
    room = MAX_CELLS
    found = []
    for sheet in _all(book, "sheet"):
        target = targets[sheet.get(_RELATION)].removeprefix("xl/xl/")
        data = _inflate(archive, target)
        room -= data.count(b"<c ") + data.count(b"<c>") + data.count(b":c ")
        if room < 0:
            raise UnreadableWorkbook("too_large")
        title = str(sheet.get("name"))
        found.append(
            ReturnedSheet(title, _rows(_tree(data), title, shared=shared, formats=formats))
        )
    return found


def _rows(
    tree: Element, title: str, *, shared: Sequence[str], formats: Formats
) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    number = 0
    for row in _all(tree, "row"):
        number = int(row.get("r") or number + 1)
        cells: dict[int, str] = {}
        column = -1
        for cell in row:
            if etree.QName(cell).localname != "c":
                continue
            place = cell.get("r")
            column = _column(place) if place else column + 1
            if any(etree.QName(inner).localname == "f" for inner in cell):
                raise UnreadableWorkbook("formula", f"{title}!{place or ''}")
            words = cell_text(cell, shared, formats)
            if words:
                cells[column] = decoded(words)
        if cells:
            rows[number] = cells
    return rows


def _column(place: str) -> int:
    index = 0
    for letter in place.rstrip("0123456789").upper():
        if not "A" <= letter <= "Z":
            raise UnreadableWorkbook("damaged")
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    tree = _parse(archive, "xl/sharedStrings.xml")
    return [words_of(item) for item in _all(tree, "si")]


def _all(tree: Element, name: str) -> list[Element]:
    return [*tree.iter(f"{_MAIN}{name}", f"{_STRICT}{name}")]


def _parse(archive: zipfile.ZipFile, name: str) -> Element:
    return _tree(_inflate(archive, name))


def _inflate(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one entry, never more than the limit whatever its header claims."""
    with archive.open(name) as stream:
        data = stream.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise UnreadableWorkbook("too_large")
    return data


def _tree(data: bytes) -> Element:
    if any("<!DOCTYPE".encode(kind) in data for kind in ("ascii", "utf-16-le", "utf-16-be")):
        raise UnreadableWorkbook("external_entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableWorkbook("damaged") from error
