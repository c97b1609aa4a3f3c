"""How does a workbook become a file? The parts of ECMA-376, written out; the same cells, the same bytes.

All texts are inline strings, so that no cell can be a formula; those that begin as one are marked
as quoted too, so that editing them does not make them one (CWE-1236).
"""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from shared.workbooks.comments import comments_part, drawing_part
from shared.workbooks.grid import Cell, Look, Sheet, column_name
from shared.workbooks.words import encoded

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_LOOKS = len(Look)
_ROWS_FOR_CHOICE = 2000  # a list also helps in rows that are added below
_STYLES = f"""<styleSheet xmlns="{_MAIN}">
<fonts count="3"><font><sz val="11"/><name val="Times New Roman"/></font>
<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Times New Roman"/></font>
<font><sz val="11"/><color rgb="FF5F5551"/><name val="Times New Roman"/></font></fonts>
<fills count="5"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FF7A1D16"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFFFE9A8"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFF2EEEC"/></patternFill></fill></fills>
<borders count="1"><border><left style="thin"><color rgb="FFD6CBC6"/></left><right style="thin"><color rgb="FFD6CBC6"/></right>
<top style="thin"><color rgb="FFD6CBC6"/></top><bottom style="thin"><color rgb="FFD6CBC6"/></bottom></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="{2 * _LOOKS}">%s</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_XF = (
    '<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"{quoted}>'
    '<alignment vertical="top" wrapText="1"/></xf>'
)
_FONT_AND_FILL = {Look.TEXT: (0, 0), Look.HEADER: (1, 2), Look.DOUBT: (0, 3), Look.FIXED: (2, 4)}


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of an .xlsx with these sheets, in this order."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets):
            # a fixed time: the same content is the same file
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _HEAD + text)
    return buffer.getvalue()


def _parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    with_comments = {n for n, sheet in enumerate(sheets, 1) if _comments(sheet)}
    yield "[Content_Types].xml", _content_types(len(sheets), with_comments)
    office = _relationship(1, "officeDocument", "xl/workbook.xml")
    yield "_rels/.rels", _relationships([office])
    yield "xl/workbook.xml", _workbook(sheets)
    targets = [
        _relationship(n, "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    styles = _relationship(len(sheets) + 1, "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", _relationships([*targets, styles])
    yield "xl/styles.xml", _STYLES % "".join(_formats())
    for number, sheet in enumerate(sheets, 1):
        yield f"xl/worksheets/sheet{number}.xml", "".join(_sheet(sheet))
        if number in with_comments:
            yield (
                f"xl/worksheets/_rels/sheet{number}.xml.rels",
                _relationships([
                    _relationship(1, "vmlDrawing", f"../drawings/vmlDrawing{number}.vml"),
                    _relationship(2, "comments", f"../comments{number}.xml"),
                ]),
            )  # fmt: skip
            yield f"xl/comments{number}.xml", comments_part(_comments(sheet))
            yield f"xl/drawings/vmlDrawing{number}.vml", drawing_part(_comments(sheet))


def _comments(sheet: Sheet) -> list[tuple[int, int, str]]:
    """Row and column (from 0, the header being row 0) of each comment, and its words."""
    return [
        (row, column, cell.comment)
        for row, cells in enumerate(sheet.rows, 1)
        for column, cell in enumerate(cells)
        if cell.comment
    ]


def _formats() -> Iterator[str]:
    for quoted in ("", ' quotePrefix="1"'):
        for look in Look:
            font, fill = _FONT_AND_FILL[look]
            yield _XF.format(font=font, fill=fill, quoted=quoted)


def _content_types(count: int, with_comments: set[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = [
        ("/xl/workbook.xml", f"{kind}.sheet.main+xml"),
        ("/xl/styles.xml", f"{kind}.styles+xml"),
    ]
    overrides += [
        (f"/xl/worksheets/sheet{n}.xml", f"{kind}.worksheet+xml") for n in range(1, count + 1)
    ]
    overrides += [(f"/xl/comments{n}.xml", f"{kind}.comments+xml") for n in sorted(with_comments)]
    listed = "".join(f'<Override PartName="{p}" ContentType="{c}"/>' for p, c in overrides)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f"{listed}</Types>"
    )


def _relationship(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_DOC}/{kind}" Target="{target}"/>'


def _relationships(items: Sequence[str]) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(items)}</Relationships>'


def _workbook(sheets: Sequence[Sheet]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.title)} sheetId="{n}" r:id="rId{n}"'
        f"{' state=' + quoteattr('hidden') if sheet.hidden else ''}/>"
        for n, sheet in enumerate(sheets, 1)
    )
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">'
        f"{escape(_quoted(sheet.title))}!$1:$1</definedName>"
        for n, sheet in enumerate(sheets)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOC}"><sheets>{listed}</sheets>'
        f"<definedNames>{titles}</definedNames></workbook>"
    )


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield (
        f'<worksheet xmlns="{_MAIN}" xmlns:r="{_DOC}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )
    if sheet.widths:
        yield f"<cols>{''.join(_columns(sheet))}</cols>"
    yield "<sheetData>"
    yield _row(1, [Cell(text, Look.HEADER) for text in sheet.header])
    for number, cells in enumerate(sheet.rows, 2):
        yield _row(number, cells)
    yield "</sheetData>"
    if sheet.choices:
        yield f'<dataValidations count="{len(sheet.choices)}">'
        for choice in sheet.choices:
            column = column_name(choice.column)
            yield (
                f'<dataValidation type="list" allowBlank="1" showErrorMessage="{int(choice.strict)}" '
                f'sqref="{column}2:{column}{len(sheet.rows) + _ROWS_FOR_CHOICE}">'
                f"<formula1>{escape(choice.source)}</formula1></dataValidation>"
            )
        yield "</dataValidations>"
    yield (
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P/&amp;N</oddFooter></headerFooter>"
    )
    if _comments(sheet):
        yield '<legacyDrawing r:id="rId1"/>'
    yield "</worksheet>"


def _columns(sheet: Sheet) -> Iterator[str]:
    for number, width in enumerate(sheet.widths, 1):
        hidden = ' hidden="1"' if number - 1 in sheet.hidden_columns else ""
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"{hidden}/>'


def _row(number: int, cells: Sequence[Cell]) -> str:
    inside = "".join(_cell(f"{column_name(c)}{number}", cell) for c, cell in enumerate(cells))
    return f'<row r="{number}">{inside}</row>'


def _cell(place: str, cell: Cell) -> str:
    style = cell.look + (_LOOKS if cell.text.startswith(_FORMULA_SIGNS) else 0)
    if not cell.text:
        return f'<c r="{place}" s="{style}"/>'
    words = escape(encoded(cell.text))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'
    )
