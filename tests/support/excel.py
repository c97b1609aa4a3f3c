"""How does a person with Excel change a workbook? Its cells by sheet and column title, saved again.

Works on the file's own XML, as Excel does: what is not touched stays, and new texts may be shared
strings, numbers or formulas.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from xml.sax.saxutils import escape, unescape

_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_TEXT = re.compile(r"<t[^>]*>(.*?)</t>", re.DOTALL)
_ROW = re.compile(r'<row r="(\d+)">(.*?)</row>', re.DOTALL)


class Excel:
    """An opened workbook."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        book = self.parts["xl/workbook.xml"].decode()
        self.titles = [unescape(t) for t in re.findall(r'<sheet name="([^"]*)"', book)]

    def saved(self) -> bytes:
        """The file as it is now."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def rows(self, title: str) -> list[dict[str, str]]:
        """The rows of a sheet by column title."""
        grid = self._grid(title)
        header = grid[1]
        return [
            {header[c]: cells.get(c, "") for c in header}
            for number, cells in sorted(grid.items())
            if number > 1
        ]

    def write(self, title: str, row: int, column: str, text: str, *, formula: bool = False) -> None:
        """Type into the row-th row below the header (from 0), as Excel would store it."""
        letters = next(c for c, name in self._grid(title)[1].items() if name == column)
        inside = f"<f>{escape(text)}</f><v>2</v>" if formula else _inline(text)
        kind = "" if formula else ' t="inlineStr"'
        place = f"{letters}{row + 2}"

        def typed(found: re.Match[str]) -> str:
            if found[1] + found[2] != place:
                return found[0]
            return f'<c r="{place}"{kind}>{inside}</c>'

        self._change(title, lambda xml: _CELL.sub(typed, xml))

    def delete(self, title: str, row: int) -> None:
        """Delete a row; the rows below move up."""
        self._renumber(title, lambda rows: rows[: row + 1] + rows[row + 2 :])

    def copy(self, title: str, row: int, to: int) -> None:
        """Copy a row, hidden cells and all, and insert it elsewhere."""
        self._renumber(title, lambda rows: [*rows[: to + 1], rows[row + 1], *rows[to + 1 :]])

    def append(self, title: str, **cells: str) -> None:
        """Type a row below the last."""
        grid = self._grid(title)
        number = max(grid) + 1
        inside = "".join(
            f'<c r="{letters}{number}" t="inlineStr">{_inline(cells[name])}</c>'
            for letters, name in grid[1].items()
            if name in cells
        )
        row = f'<row r="{number}">{inside}</row></sheetData>'
        self._change(title, lambda xml: xml.replace("</sheetData>", row))

    def resave_with_shared_strings(self) -> None:
        """As other programs save: texts in a table of their own, styles and comments left out."""
        texts: list[str] = []

        def shared(found: re.Match[str]) -> str:
            place = f"{found[1]}{found[2]}"
            if found[4] is None:
                return ""
            texts.append(_text(found[4]))
            return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'

        for title in self.titles:
            self._change(title, lambda xml: _CELL.sub(shared, xml))
        items = "".join(f"<si><r><t xml:space='preserve'>{escape(t)}</t></r></si>" for t in texts)
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        self.parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'.encode()

    def _part(self, title: str) -> str:
        return f"xl/worksheets/sheet{self.titles.index(title) + 1}.xml"

    def _grid(self, title: str) -> dict[int, dict[str, str]]:
        grid: dict[int, dict[str, str]] = {}
        for found in _CELL.finditer(self.parts[self._part(title)].decode()):
            grid.setdefault(int(found[2]), {})[found[1]] = _text(found[4] or "")
        return grid

    def _change(self, title: str, change: Callable[[str], str]) -> None:
        name = self._part(title)
        self.parts[name] = change(self.parts[name].decode()).encode()

    def _renumber(self, title: str, change: Callable[[list[str]], list[str]]) -> None:
        name = self._part(title)
        xml = self.parts[name].decode()
        rows = change([found[2] for found in _ROW.finditer(xml)])
        numbered = "".join(
            f'<row r="{number}">'
            + _CELL.sub(
                lambda c, n=number: c[0].replace(f'r="{c[1]}{c[2]}"', f'r="{c[1]}{n}"', 1), row
            )
            + "</row>"
            for number, row in enumerate(rows, 1)
        )
        start, end = xml.index("<sheetData>") + len("<sheetData>"), xml.index("</sheetData>")
        self.parts[name] = (xml[:start] + numbered + xml[end:]).encode()


def _inline(text: str) -> str:
    return f'<is><t xml:space="preserve">{escape(text)}</t></is>'


def _text(xml: str) -> str:
    return unescape("".join(_TEXT.findall(xml)))
