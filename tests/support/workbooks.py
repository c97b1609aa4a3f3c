"""Excel files for tests, written part by part: as officers lay them out, and hostile ones."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from services.plans.documents.blocks import Block, Paragraph, Table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
GENERAL, DAY, MONTH, PERCENT, BOLD = 0, 1, 2, 3, 4
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="1"><numFmt numFmtId="170" formatCode="dd\\/mm\\/yyyy;@"/></numFmts>
<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>
<cellXfs count="5"><xf numFmtId="0" fontId="0"/><xf numFmtId="170" fontId="0"/>
<xf numFmtId="17" fontId="0"/><xf numFmtId="9" fontId="0"/><xf numFmtId="0" fontId="1"/></cellXfs>
</styleSheet>"""


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell given as XML between <c> and </c>, with its type and style."""

    inside: str
    kind: str = "n"
    style: int = GENERAL


def number(value: str, style: int = GENERAL) -> Raw:
    return Raw(f"<v>{value}</v>", "n", style)


Value = str | Raw
Rows = Sequence[Sequence[Value]]


@dataclass(slots=True)
class Book:
    """Sheets to write; `merges` by sheet ("A1:C1"), `hidden` by name."""

    sheets: Mapping[str, Rows]
    merges: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    shared: bool = True
    prefix: str = ""
    extra: Mapping[str, bytes] = field(default_factory=dict)
    workbook_settings: str = ""

    def saved(self) -> bytes:
        """The bytes of the .xlsx."""
        strings: dict[str, int] = {}
        sheets = [self._sheet(name, rows, strings) for name, rows in self.sheets.items()]
        numbers = range(1, len(sheets) + 1)
        parts: dict[str, str] = {
            "[Content_Types].xml": self._types(numbers),
            "_rels/.rels": relationships([("rId1", "officeDocument", "xl/workbook.xml")]),
            "xl/workbook.xml": self._workbook(),
            "xl/_rels/workbook.xml.rels": relationships(
                [
                    *((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers),
                    ("rId900", "styles", "styles.xml"),
                    ("rId901", "sharedStrings", "sharedStrings.xml"),
                ]
            ),
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": self._strings(strings),
        }
        for n, sheet in zip(numbers, sheets, strict=True):
            parts[f"xl/worksheets/sheet{n}.xml"] = sheet
        stream = io.BytesIO()
        with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
            for name, words in parts.items():
                archive.writestr(name, words)
            for name, data in self.extra.items():
                archive.writestr(name, data)
        return stream.getvalue()

    def _types(self, numbers: range) -> str:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>'
            for n in numbers
        )
        return (
            f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{TYPE}.sheet.main+xml"/>{overrides}</Types>'
        )

    def _workbook(self) -> str:
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"'
            f"{' state=' + chr(34) + 'hidden' + chr(34) if name in self.hidden else ''}/>"
            for n, name in enumerate(self.sheets, start=1)
        )
        return (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{self.workbook_settings}'
            f"<sheets>{listed}</sheets></workbook>"
        )

    def _sheet(self, name: str, rows: Rows, strings: dict[str, int]) -> str:
        p = self.prefix
        lines = []
        for at, cells in enumerate(rows, start=1):
            inside = "".join(
                self._cell(value, f"{letters(place)}{at}", strings)
                for place, value in enumerate(cells)
                if value != ""
            )
            lines.append(f'<{p}row r="{at}">{inside}</{p}row>')
        merged = "".join(f'<{p}mergeCell ref="{ref}"/>' for ref in self.merges.get(name, ()))
        space = f'xmlns:{p[:-1]}="{MAIN}"' if p else f'xmlns="{MAIN}"'
        return (
            f"<{p}worksheet {space}><{p}sheetData>{''.join(lines)}</{p}sheetData>"
            f"{f'<{p}mergeCells>{merged}</{p}mergeCells>' if merged else ''}</{p}worksheet>"
        )

    def _cell(self, value: Value, place: str, strings: dict[str, int]) -> str:
        p = self.prefix
        if isinstance(value, Raw):
            inside = value.inside.replace("<", f"<{p}").replace(f"<{p}/", f"</{p}")
            return f'<{p}c r="{place}" s="{value.style}" t="{value.kind}">{inside}</{p}c>'
        if self.shared:
            key = strings.setdefault(value, len(strings))
            return f'<{p}c r="{place}" t="s"><{p}v>{key}</{p}v></{p}c>'
        words = escape(value)
        return f'<{p}c r="{place}" t="inlineStr"><{p}is><{p}t>{words}</{p}t></{p}is></{p}c>'

    def _strings(self, strings: Mapping[str, int]) -> str:
        inside = "".join(
            f'<si><r><t xml:space="preserve">{escape(words[:3])}</t></r>'
            f'<r><t xml:space="preserve">{escape(words[3:])}</t></r></si>'
            for words in strings
        )
        return f'<sst xmlns="{MAIN}">{inside}</sst>'


def relationships(items: Sequence[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in items
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def letters(place: int) -> str:
    """The letters of a column counted from 0, up to ZZ."""
    return chr(64 + place // 26) * (place >= 26) + chr(65 + place % 26)


def laid_out(blocks: Sequence[Block], *, width: int) -> Book:
    """The blocks of a document on one sheet: paragraphs merged across, tables with their merges."""
    rows: list[list[Value]] = []
    merges: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            rows.append([Raw(_text(block.text), "inlineStr", BOLD) if block.bold else block.text])
            merges.append(f"A{len(rows)}:{letters(width - 1)}{len(rows)}")
        else:
            rows.append([])
            _add_table(block, rows, merges)
            rows.append([])
    return Book({"Sheet1": rows}, {"Sheet1": merges})


def _add_table(table: Table, rows: list[list[Value]], merges: list[str]) -> None:
    top = len(rows)
    spans: dict[int, tuple[int, int, int, int]] = {}
    for y, row in enumerate(table.rows):
        rows.append([("\n".join(slot.cell.lines) if slot.begins else "") for slot in row])
        for x, slot in enumerate(row):
            if not slot.cell.lines:
                continue
            first = spans.get(id(slot.cell), (y, x, y, x))
            spans[id(slot.cell)] = (first[0], first[1], max(first[2], y), max(first[3], x))
    merges += [
        f"{letters(left)}{top + up + 1}:{letters(right)}{top + down + 1}"
        for up, left, down, right in spans.values()
        if (up, left) != (down, right)
    ]


def _text(words: str) -> str:
    return f"<is><t>{escape(words)}</t></is>"
