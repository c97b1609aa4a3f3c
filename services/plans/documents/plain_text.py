"""How does plain text become paragraphs and tables? Text typed, exported, or taken from other files.

Tables come in three shapes: one row a line with tabs between the cells, Markdown rows between
bars, and one cell a line with a tab before it (`cell_lines.py`). A blank line inside a table is a
page break; HTML left over from a web form is taken out by `cleaning.py`.
"""

import re
from collections.abc import Sequence

from services.plans.documents.blocks import EMPTY_SLOT, Block, Cell, Paragraph, Slot, Table
from services.plans.documents.cell_lines import read_cell_lines
from services.plans.documents.cleaning import clean_lines
from services.plans.documents.refusals import UnreadableDocument
from services.plans.documents.side_by_side import read_side_by_side

MAX_TEXT_BYTES = 8 * 1024 * 1024
MAX_LINES = 100_000
MAX_LINE = 20_000
MAX_SLOTS = 300_000
MAX_COLUMNS = 100

_HEADING = re.compile(r"(#{1,6})\s+(?P<text>.+?)\s*#*")
_EMPHASIS = re.compile(r"(?P<mark>\*{1,3}|_{1,3})(?=\S)(?P<text>.+?)(?<=\S)(?P=mark)")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}")
_BARS_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?")
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|~<>-])")
_FIELD = re.compile(r"\[bookmark: [^\]\n]{0,80}\]")
_ORDINAL = re.compile(r"(?:\d{1,3}|[IVXLC]{1,6}|[a-zđA-ZĐ])(?:\.\d{1,3})*[.)]?\t")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FEWEST_TABS = 2
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decoded(content: bytes) -> str:
    """The words of a text file in UTF-8, or UTF-16 with its mark.

    :raises UnreadableDocument: other encodings cannot be told apart safely; binary files.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise UnreadableDocument("too_large")
    try:
        words = content.decode("utf-16" if content.startswith(_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDocument("not_text") from error
    if _CONTROL.search(words):
        raise UnreadableDocument("not_text")
    return words


def read_text(words: str) -> list[Block]:
    """The paragraphs and tables of a text.

    :raises UnreadableDocument: no words, or more than any plan has.
    """
    lines = _FIELD.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    if len(lines) > MAX_LINES or any(len(line) > MAX_LINE for line in lines):
        raise UnreadableDocument("too_large")
    blocks: list[Block] = []
    tables = slots = place = 0
    frame = -1
    while place < len(lines):
        beside, after = read_side_by_side(lines, place, frame=frame)
        if beside:
            blocks.extend(beside)
            place, frame = after, frame - 2
            continue
        rows, after = _table_at(lines, place)
        if rows:
            tables += 1
            slots += len(rows) * max(len(row) for row in rows)
            if slots > MAX_SLOTS:
                raise UnreadableDocument("too_large")
            blocks.append(_table(rows, tables))
            place = after
        else:
            blocks.extend(_paragraphs(lines[place]))
            place += 1
    if not any(isinstance(block, Table) or block.text for block in blocks):
        raise UnreadableDocument("no_text")
    return blocks


def _table_at(lines: Sequence[str], place: int) -> tuple[list[list[list[str]]], int]:
    """The rows of cells (lines each) of a table that begins here, and where it ends."""
    if "|" in lines[place]:
        return _bar_rows(lines, place)
    if "\t" not in lines[place]:
        return [], place
    if lines[place].count("\t") >= _FEWEST_TABS and "\t" in lines[place].strip():
        return _tab_rows(lines, place)
    return read_cell_lines(lines, place)


def _bar_rows(lines: Sequence[str], place: int) -> tuple[list[list[list[str]]], int]:
    """A Markdown table: its second line is a rule of dashes."""
    is_table = place + 1 < len(lines) and _BARS_RULE.fullmatch(lines[place + 1].strip())
    if not is_table or "|" not in lines[place + 1]:
        return [], place
    rows: list[list[list[str]]] = []
    while place < len(lines) and _BAR.search(lines[place]):
        line = lines[place].strip()
        if not _BARS_RULE.fullmatch(line):
            cells = _BAR.split(line.removeprefix("|").removesuffix("|"))
            rows.append([_BREAK.sub("\n", cell.replace("\\|", "|")).split("\n") for cell in cells])
        place += 1
    return rows, place


def _tab_rows(lines: Sequence[str], place: int) -> tuple[list[list[list[str]]], int]:
    """Rows with tabs between cells; blank lines inside are page breaks, short rows go on below."""
    width = lines[place].count("\t") + 1
    rows: list[list[list[str]]] = []
    while place < len(lines):
        line = lines[place]
        if not line.strip():
            following = _next_filled(lines, place)
            if following is None or lines[following].count("\t") + 1 != width:
                break
            place = following
            continue
        if rows and _goes_on(rows[-1], line, width=width):
            first, *more = line.split("\t")
            rows[-1][-1].append(first)
            rows[-1].extend([cell] for cell in more)
        elif "\t" in line:
            rows.append([[cell] for cell in line.split("\t")])
        else:
            break
        place += 1
    return rows, place


def _goes_on(row: Sequence[Sequence[str]], line: str, *, width: int) -> bool:
    """Whether a line is the rest of a row whose last cell so far holds a line end."""
    together = len(row) + line.count("\t")
    is_begun = len(row) > 1 and len(row) < width and bool(row[-1][0].strip())
    return is_begun and together <= width and "\t" in line and not _ORDINAL.match(line)


def _next_filled(lines: Sequence[str], place: int) -> int | None:
    return next((n for n in range(place, len(lines)) if lines[n].strip()), None)


def _table(rows: Sequence[Sequence[Sequence[str]]], number: int) -> Table:
    width = max(len(row) for row in rows)
    if width > MAX_COLUMNS:
        raise UnreadableDocument("too_large")
    return Table(tuple(_row(row, width) for row in rows), number)


def _row(cells: Sequence[Sequence[str]], width: int) -> tuple[Slot, ...]:
    slots = [Slot(_cell(cell)) for cell in cells]
    return (*slots, *(EMPTY_SLOT,) * (width - len(slots)))


def _cell(raw: Sequence[str]) -> Cell:
    paragraphs = [p for line in raw for p in _paragraphs(line)]
    filled = [place for place, paragraph in enumerate(paragraphs) if paragraph.text]
    if not filled:
        return EMPTY_SLOT.cell
    kept = paragraphs[filled[0] : filled[-1] + 1]
    return Cell(tuple(paragraph.text for paragraph in kept), tuple(kept))


def _paragraphs(raw: str) -> list[Paragraph]:
    """The paragraphs of a line, Markdown's own signs read and taken out."""
    line = raw.strip(" \t\u00a0")
    if _RULE.fullmatch(line):
        line = ""
    heading = _HEADING.fullmatch(line)
    if heading:
        line = heading["text"]
    level = len(heading[1]) if heading else None
    whole = _EMPHASIS.fullmatch(line)
    bold = level is not None or bool(whole and len(whole["mark"]) > 1)
    if "*" in line or "_" in line:
        line = _EMPHASIS.sub(lambda match: match["text"], line)
    if "\\" in line:
        line = _ESCAPED.sub(r"\1", line)
    return [Paragraph(words, level, bold) for words in clean_lines(line)]
