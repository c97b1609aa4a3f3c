"""Excel files nobody should open: what each is refused with."""

from collections.abc import Callable

from tests.support.documents import repacked
from tests.support.workbooks import MAIN, Book, Raw, relationships

Hostile = tuple[Callable[[], bytes], str, str | None]
_SHEET = "xl/worksheets/sheet1.xml"
_HEADER = ["TT", "Nhiệm vụ", "Chủ trì", "Thời hạn"]
_ROW = ["1", "Kiểm tra công vụ", "Thanh tra Sở", "Quý IV"]


def book(*rows: list[str | Raw], **settings: object) -> bytes:
    return Book({"Nhiệm vụ": [_HEADER, _ROW, *rows]}, **settings).saved()  # type: ignore[arg-type]


def with_sheet(inside: bytes, *, declaration: bytes = b"", compressed: bool = True) -> bytes:
    sheet = b'%s<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (
        declaration, MAIN.encode(), inside,
    )  # fmt: skip
    return repacked(book(), replace={_SHEET: sheet}, add={}, compressed=compressed)


def formula(words: str) -> bytes:
    return book([Raw(f"<f>{words}</f><v>1</v>")])


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'.encode()


def _external_rels() -> bytes:
    rels = relationships([("rId1", "externalLink", "https://example.org/b.xlsx")])
    return rels.replace('xlsx"/>', 'xlsx" TargetMode="External"/>').encode()


HOSTILE_EXCEL: dict[str, Hostile] = {
    "formula": (lambda: formula("A1+1"), "formulas", None),
    "shared formula": (lambda: book([Raw('<f t="shared" si="0"/><v>1</v>')]), "formulas", None),
    "dde": (lambda: formula("cmd|' /C calc'!A0"), "formulas", None),
    "web query": (lambda: formula('WEBSERVICE("https://example.org")'), "formulas", None),
    "hyperlink formula": (lambda: formula('HYPERLINK("https://example.org")'), "formulas", None),
    "linked workbook": (
        lambda: book(extra={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
        "external_links",
        None,
    ),
    "link in relationships": (
        lambda: book(extra={"xl/worksheets/_rels/sheet1.xml.rels": _external_rels()}),
        "external_links",
        None,
    ),
    "data connection": (
        lambda: book(extra={"xl/connections.xml": b"<connections/>"}),
        "external_links",
        None,
    ),
    "xlsm": (lambda: book(extra={"xl/vbaProject.bin": b"x"}), "macros", "ke-hoach.xlsx"),
    "macro sheet": (
        lambda: book(extra={"xl/macrosheets/sheet1.xml": b"<macrosheet/>"}),
        "macros",
        None,
    ),
    "xlsx named docx": (book, "wrong_extension", "ke-hoach.docx"),
    "xlsx named xls": (book, "wrong_extension", "ke-hoach.xls"),
    "a million cells": (
        lambda: with_sheet(
            b"".join(
                b'<row r="%d">%s</row>' % (n, b'<c r="A1"><v>1</v></c>' * 100)
                for n in range(1, 10_001)
            ),
            compressed=False,
        ),
        "too_large",
        None,
    ),
    "a million cells, packed": (
        lambda: with_sheet(b'<row r="1">' + b"<c><v>1</v></c>" * 1_000_000 + b"</row>"),
        "zip_bomb",
        None,
    ),
    "a million rows": (
        lambda: with_sheet(b"<row/>" * 2_100_000, compressed=False),
        "too_large",
        None,
    ),
    "far column": (
        lambda: with_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'),
        "too_large",
        None,
    ),
    "wide and long": (
        lambda: with_sheet(
            b'<row r="1"><c r="GA1"><v>1</v></c></row>'
            + b"".join(b'<row r="%d"><c r="A1"><v>1</v></c></row>' % n for n in range(2, 90_000)),
            compressed=False,
        ),
        "too_large",
        None,
    ),
    "merged everywhere": (
        lambda: Book(
            {"a": [[*_HEADER], *([["1", "việc", "Sở", "Quý I"]] * 3000)]},
            {"a": [f"A{n}:ZZ{n + 3000}" for n in range(1, 3000)]},
        ).saved(),
        "too_large",
        None,
    ),
    "endless cell": (lambda: book(["a" * 40_000]), "too_large", None),
    "laughs in a sheet": (
        lambda: with_sheet(b'<row r="1"/>', declaration=_laughs()),
        "external_entities",
        None,
    ),
    "laughs in strings": (
        lambda: repacked(book(), replace={"xl/sharedStrings.xml": _laughs() + b"<sst/>"}, add={}),
        "external_entities",
        None,
    ),
    "deep nesting in a sheet": (
        lambda: with_sheet(b"<a>" * 900_000 + b"</a>" * 900_000, compressed=False),
        "no_text",
        None,
    ),
    "strings that are missing": (
        lambda: book([Raw("<v>99999</v>", "s")]),
        "damaged",
        None,
    ),
    "negative string": (lambda: book([Raw("<v>abc</v>", "s")]), "damaged", None),
    "broken sheet": (lambda: with_sheet(b"<row"), "damaged", None),
    "bad reference": (
        lambda: with_sheet(b'<row r="1"><c r="AAAA1"><v>1</v></c></row>'),
        "damaged",
        None,
    ),
    "empty workbook": (lambda: Book({"a": []}).saved(), "no_text", None),
    "only hidden sheets": (
        lambda: Book({"a": [_HEADER, _ROW]}, hidden=frozenset({"a"})).saved(),
        "no_text",
        None,
    ),
    "form without tasks": (
        lambda: Book({"Thông tin": [["Mục", "Nội dung"], ["Mẫu", "CCHC 1"]]}).saved(),
        "nothing_to_read",
        None,
    ),
    "a list of prices": (
        lambda: Book({"a": [["Hàng", "Giá"], ["Gạo", "20"], ["Muối", "5"]]}).saved(),
        "nothing_to_read",
        None,
    ),
    "many sheets": (
        lambda: Book({f"s{n}": [["a"]] for n in range(150)}).saved(),
        "too_large",
        None,
    ),
}
