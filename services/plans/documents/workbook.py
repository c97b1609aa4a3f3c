"""What do the cells of an Excel file say? Its sheets as rows of words, as a person sees them.

Streamed with expat, because a tree of a large sheet takes hundreds of megabytes. Formulas are
refused: what they show was computed elsewhere and cannot be checked here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from services.plans.documents.archive import Archive, check_declarations
from services.plans.documents.cell_values import CellFormats, read_formats
from services.plans.documents.refusals import UnreadableDocument
from services.plans.domain.targets.wording import fold
from shared.workbooks.grid import column_name

MAX_SHEET_BYTES = 48 * 1024 * 1024
MAX_STRINGS_BYTES = 32 * 1024 * 1024
MAX_MARKS = 2_000_000
MAX_CELLS = 300_000
MAX_COLUMNS = 200
MAX_SHEETS = 100
MAX_CELL = 32_767

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MERGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_RELATION_ID = re.compile(r"^\{.*\}id$")
_FETCHED = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/webextensions/")
_ALPHABET = 26


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, rows and columns counted from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its filled rows by their place (from 0), merged ranges, bold cells."""

    name: str
    number: int
    rows: dict[int, list[str]]
    merges: tuple[Merge, ...]
    bold: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets in their order."""

    sheets: tuple[Sheet, ...]

    @property
    def is_form(self) -> bool:
        """Whether this is a workbook of the platform itself (docs/import-workbook.md)."""
        return any(
            len(cells) > 1 and fold(cells[0]) == "mau" and cells[1].startswith("CCHC")
            for sheet in self.sheets
            if fold(sheet.name) == "thong tin"
            for cells in sheet.rows.values()
        )


def read_workbook(archive: Archive) -> Workbook:
    """The sheets of an opened Excel file.

    :raises UnreadableDocument: formulas, data fetched from elsewhere, absurd size, no words at all.
    """
    if any(name.lower().startswith(_FETCHED) for name in archive.names):
        raise UnreadableDocument("external_links")
    strings = _shared_strings(archive)
    formats = read_formats(archive)
    sheets: list[Sheet] = []
    budget = MAX_CELLS
    for number, (name, part) in enumerate(_visible(archive), start=1):
        data = archive.part(part, limit=MAX_SHEET_BYTES)
        if data.count(b"<c ") + data.count(b":c ") > budget or data.count(b"<") > MAX_MARKS:
            raise UnreadableDocument("too_large")
        reader = _SheetReader(strings, formats, number)
        reader.read(data)
        budget -= reader.cells
        if reader.rows:
            merges, bold = tuple(reader.merges), frozenset(reader.bold)
            sheets.append(Sheet(name, number, reader.rows, merges, bold))
    if not sheets:
        raise UnreadableDocument("no_text")
    return Workbook(tuple(sheets))


def _visible(archive: Archive) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet in the order of the tabs; hidden ones hold lists, no plans."""
    targets = archive.targets(archive.main)
    listed = archive.tree(archive.main).findall("{*}sheets/{*}sheet")
    if len(listed) > MAX_SHEETS:
        raise UnreadableDocument("too_large")
    for item in listed:
        ids = [value for name, value in item.attrib.items() if _RELATION_ID.match(str(name))]
        part = targets.get(ids[0], "") if ids else ""
        if item.get("state") in {"hidden", "veryHidden"} or part not in archive.names:
            continue
        yield str(item.get("name", "")), part


def _shared_strings(archive: Archive) -> list[str]:
    name = archive.beside("sharedStrings.xml")
    if name not in archive.names:
        return []
    data = archive.part(name, limit=MAX_STRINGS_BYTES)
    if data.count(b"<") > MAX_MARKS:
        raise UnreadableDocument("too_large")
    reader = _StringsReader()
    _parse(data, reader)
    return reader.strings


class _StringsReader:
    """Collects the shared strings; runs are joined, phonetic guides left out."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._reads = False
        self._phonetic = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._reads = not self._phonetic
        elif name == "rPh":
            self._phonetic = True

    def words(self, data: str) -> None:
        if self._reads:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if name == "t":
            self._reads = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.strings.append("".join(self._pieces))
            self._pieces = []


class _SheetReader:
    """Collects the cells of one sheet."""

    def __init__(self, strings: list[str], formats: CellFormats, number: int) -> None:
        self.rows: dict[int, list[str]] = {}
        self.merges: list[Merge] = []
        self.bold: set[tuple[int, int]] = set()
        self.cells = 0
        self._strings = strings
        self._formats = formats
        self._number = number
        self._row = -1
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._pieces: list[str] = []
        self._reads = False
        self._phonetic = False
        self._columns: dict[str, int] = {}

    def read(self, data: bytes) -> None:
        _parse(data, self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin(attributes)
        elif name in {"v", "t"}:
            self._reads = not self._phonetic
        elif name == "f":
            place = f"{column_name(self._column)}{self._row + 1}"
            raise UnreadableDocument("formulas", sheet=self._number, cell=place)
        elif name == "row":
            written = attributes.get("r", "")
            self._row = int(written) - 1 if written.isdecimal() else self._row + 1
            self._column = -1
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def words(self, data: str) -> None:
        if self._reads:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if name == "c":
            if self._pieces:
                self._finish("".join(self._pieces))
        elif name in {"v", "t"}:
            self._reads = False
        elif name == "rPh":
            self._phonetic = False

    def _begin(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._pieces = []
        letters = attributes.get("r", "").rstrip("0123456789")
        self._column = self._number_of(letters) if letters else self._column + 1

    def _number_of(self, letters: str) -> int:
        found = self._columns.get(letters)
        if found is None:
            if not _REFERENCE.fullmatch(f"{letters}1"):
                raise UnreadableDocument("damaged")
            found = self._columns[letters] = column_number(letters)
        return found

    def _finish(self, written: str) -> None:
        if self._kind == "s":
            words = self._strings[int(written)]
        elif self._kind == "n":
            words = self._formats.number(written, self._style)
        elif self._kind == "b":
            words = "x" if written == "1" else ""
        elif self._kind == "d":
            words = self._formats.iso_day(written)
        else:
            words = written
        if not words or words.isspace():
            return
        if self._column >= MAX_COLUMNS or len(words) > MAX_CELL:
            raise UnreadableDocument("too_large")
        cells = self.rows.setdefault(self._row, [])
        while len(cells) < self._column:
            cells.append("")
        cells[self._column :] = [words]
        if self._style in self._formats.bold:
            self.bold.add((self._row, self._column))

    def _merge(self, reference: str) -> None:
        match = _MERGE.fullmatch(reference)
        if match and match[3]:
            left, right = column_number(match[1]), column_number(match[3])
            self.merges.append(Merge(int(match[2]) - 1, left, int(match[4]) - 1, right))


def column_number(letters: str) -> int:
    """The place of a column from 0: A → 0, AA → 26."""
    number = 0
    for letter in letters:
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number - 1


def _parse(data: bytes, reader: "_StringsReader | _SheetReader") -> None:
    """Feed a part to a reader; names come without their namespace."""
    check_declarations(data)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    if b":c " in data or b":si>" in data:
        _strip_prefixes(parser, reader)
    else:
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.words
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableDocument("damaged") from error


def _strip_prefixes(parser: expat.XMLParserType, reader: "_StringsReader | _SheetReader") -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        reader.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        reader.end(name.rpartition(":")[2])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
