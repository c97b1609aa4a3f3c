"""How do the paragraphs and tables of word/document.xml read?

lxml directly, because python-docx repeats merged cells: gridSpan, hMerge, vMerge and gridBefore are
honoured (ECMA-376, part 1, §17.4). Deleted text of tracked changes is not read; inserted text is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from services.plans.documents.blocks import EMPTY_SLOT, Block, Cell, Paragraph, Row, Slot, Table
from services.plans.documents.cleaning import clean_lines
from services.plans.documents.numbering import ListNumbering, read_numbering
from services.plans.documents.package import WordPackage
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.styles import ParagraphLook, StyleSheet, read_styles

Element = Any

# A plan of a thousand pages stays below these; beyond them somebody is not sending a plan.
MAX_SLOTS = 60_000
MAX_PARAGRAPHS = 50_000
MAX_PARAGRAPH = 20_000
MAX_CHARACTERS = 2_000_000
MAX_COLUMNS = 100
_SAFE_DIGITS = 9
_WRAPPERS = frozenset({"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple",
                       "customXml", "bdo", "dir"})  # fmt: skip
_BREAKS = frozenset({"br", "cr"})


def read_blocks(package: WordPackage) -> list[Block]:
    """The paragraphs and tables of a document in reading order.

    :raises UnreadableDocument: no text at all (a scan), or a table of absurd size.
    """
    root = package.document
    w = str(root.tag).removesuffix("document")
    reader = _Reader(
        w, read_numbering(package.numbering), read_styles(package.styles),
        has_frames=next(root.iter(f"{w}txbxContent"), None) is not None,
    )  # fmt: skip
    body = root.find(f"{w}body")
    blocks = [] if body is None else list(reader.blocks(body))
    if not any(_has_words(block) for block in blocks):
        raise UnreadableDocument("no_text")
    return blocks


def _has_words(block: Block) -> bool:
    if isinstance(block, Paragraph):
        return bool(block.text)
    return any(slot.cell.text for row in block.rows for slot in row)


@dataclass(slots=True)
class _Reader:
    w: str
    numbering: ListNumbering
    styles: StyleSheet
    has_frames: bool
    tables: int = 0
    slots: int = 0
    characters: int = 0
    count: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def local(self, element: Element) -> str:
        tag = element.tag
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = str(tag).rpartition("}")[2]
        return name

    def blocks(self, parent: Element) -> Iterator[Block]:
        for child in parent:
            name = self.local(child)
            if name == "p":
                yield from self.paragraphs(child)
            elif name == "tbl":
                yield self.table(child)
            elif name in _WRAPPERS:
                yield from self.blocks(child)

    def paragraphs(self, element: Element) -> Iterator[Block]:
        look = self.styles.look(element, self.w)
        plain = _plain_runs(element, self.w)
        words = plain[0] if plain else "".join(self.words(element))
        bold = _are_bold(plain[1], look) if plain else _is_bold(element, look, w=self.w)
        self.characters += len(words)
        self.count += 1
        if (
            len(words) > MAX_PARAGRAPH
            or self.characters > MAX_CHARACTERS
            or self.count > MAX_PARAGRAPHS
        ):
            raise UnreadableDocument("too_large")
        lines = _cleaned(words)
        label = self.numbering.label(*look.numbering) if look.numbering else None
        if label:
            lines = (f"{label} {lines[0]}".strip(), *lines[1:])
        for line in lines:
            yield Paragraph(line, look.heading_level, bold, look.centered)
        if self.has_frames:
            for frame in element.iter(f"{self.w}txbxContent"):
                if not any(self.local(outer) == "Fallback" for outer in frame.iterancestors()):
                    yield from self.blocks(frame)

    def words(self, element: Element) -> Iterator[str]:
        for child in element:
            name = self.local(child)
            if name == "r":
                yield from self.run(child)
            elif name in _WRAPPERS:
                yield from self.words(child)

    def run(self, run: Element) -> Iterator[str]:
        for child in run:
            name = self.local(child)
            if name == "t":
                yield child.text or ""
            elif name == "tab":
                yield "\t"
            elif name in _BREAKS:
                yield "\n" if child.get(f"{self.w}type") in {None, "textWrapping"} else ""
            elif name == "noBreakHyphen":
                yield "-"

    def table(self, element: Element) -> Table:
        self.tables += 1
        number = self.tables
        rows: list[Row] = []
        for row in self.children(element, "tr"):
            above = rows[-1] if rows else ()
            rows.append(tuple(self.row(row, above)))
        width = max((len(row) for row in rows), default=0)
        return Table(tuple(row + (EMPTY_SLOT,) * (width - len(row)) for row in rows), number)

    def row(self, element: Element, above: Row) -> Iterator[Slot]:
        properties = element.find(f"{self.w}trPr")
        column = self.integer(properties, "gridBefore", default=0)
        yield from (EMPTY_SLOT,) * column
        previous: Cell | None = None
        for item in self.children(element, "tc"):
            span, goes_on_left, goes_on_above = self.spread(item.find(f"{self.w}tcPr"))
            self.slots += span
            if self.slots > MAX_SLOTS:
                raise UnreadableDocument("too_large")
            own = self.cell(item)
            continues_left = goes_on_left and previous is not None
            continues_above = goes_on_above and column < len(above)
            cell = own
            if continues_above:
                cell = above[column].cell
            elif continues_left and previous is not None:
                cell = previous
            for place in range(span):
                yield Slot(cell, not continues_above, place == 0 and not continues_left)
            column += span
            previous = cell

    def cell(self, element: Element) -> Cell:
        blocks = tuple(self.blocks(element))
        lines: list[str] = []
        for block in blocks:
            if isinstance(block, Paragraph):
                lines.append(block.text)
            else:
                lines.extend(_row_text(row) for row in block.rows)
        return Cell(tuple(_trimmed(lines)), blocks)

    def children(self, element: Element, wanted: str) -> Iterator[Element]:
        for child in element:
            name = self.local(child)
            if name == wanted:
                yield child
            elif name in _WRAPPERS:
                yield from self.children(child, wanted)

    def spread(self, settings: Element | None) -> tuple[int, bool, bool]:
        """Over how many columns a cell goes, and whether it goes on from the left or from above."""
        span, left, above = 1, False, False
        for mark in () if settings is None else settings:
            name = self.local(mark)
            if name == "gridSpan":
                span = max(1, self.integer(settings, "gridSpan", default=1))
            elif name in {"hMerge", "vMerge"} and mark.get(f"{self.w}val") in {None, "continue"}:
                left, above = left or name == "hMerge", above or name == "vMerge"
        return span, left, above

    def integer(self, settings: Element | None, kind: str, *, default: int) -> int:
        mark = None if settings is None else settings.find(f"{self.w}{kind}")
        written = "" if mark is None else str(mark.get(f"{self.w}val", ""))
        return min(int(written), MAX_COLUMNS) if _is_small_number(written) else default


def _is_small_number(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= _SAFE_DIGITS


def _plain_runs(element: Element, w: str) -> tuple[str, list[bool | None]] | None:
    """The words of a paragraph of nothing but text, and which runs say they are bold.

    Most paragraphs are of this kind; None for any other, which is read piece by piece.
    """
    run, text, settings = f"{w}r", f"{w}t", f"{w}rPr"
    words: list[str] = []
    marks: list[bool | None] = []
    for child in element:
        if child.tag != run:
            if child.tag == f"{w}pPr":
                continue
            return None
        mark = None
        before = len(words)
        for piece in child:
            if piece.tag == settings:
                mark = _bold_mark(piece, w)
            elif piece.tag != text:
                return None
            else:
                words.append(piece.text or "")
        if len(words) > before:
            marks.append(mark)
    return "".join(words), marks


def _bold_mark(settings: Element, w: str) -> bool | None:
    mark = settings.find(f"{w}b")
    return None if mark is None else mark.get(f"{w}val") not in {"0", "false", "off"}


def _are_bold(marks: list[bool | None], look: ParagraphLook) -> bool:
    """Whether every run is bold, by itself or by the style."""
    return bool(marks) and all(look.bold if mark is None else mark for mark in marks)


@lru_cache(maxsize=4096)
def _cleaned(words: str) -> tuple[str, ...]:
    """Cells say the same again and again: units, deadlines, ordinals."""
    return tuple(clean_lines(words))


def _is_bold(element: Element, look: ParagraphLook, *, w: str) -> bool:
    """Whether every word of the paragraph is bold, by its style or run by run."""
    runs = [run for run in element.findall(f"{w}r") if run.find(f"{w}t") is not None]
    if not runs:
        return False
    for run in runs:
        mark = run.find(f"{w}rPr/{w}b")
        if mark is None:
            if not look.bold:
                return False
        elif mark.get(f"{w}val") in {"0", "false", "off"}:
            return False
    return True


def _row_text(row: Row) -> str:
    return " ".join(slot.cell.text for slot in row if slot.begins and slot.cell.text)


def _trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at either end; those between are kept."""
    filled = [place for place, line in enumerate(lines) if line]
    return lines[filled[0] : filled[-1] + 1] if filled else []
