"""Do texts come back from a workbook as they went in, and is what may act or burst refused?"""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shared.texts import LANGUAGES, catalogue
from shared.workbooks import (
    Cell,
    Choice,
    Look,
    Sheet,
    UnreadableWorkbook,
    read_workbook,
    write_workbook,
)
from shared.workbooks.grid import column_name

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def written(*texts: str) -> bytes:
    return write_workbook([Sheet("Trang", ["Cột"], [20], [[Cell(text)] for text in texts])])


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same file with one part replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:  # fmt: skip
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return buffer.getvalue()


def sheet_of(cells: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode()


def refused(content: bytes) -> UnreadableWorkbook:
    with pytest.raises(UnreadableWorkbook) as found:
        read_workbook(content)
    return found.value


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40), max_size=8))
def test_any_text_comes_back_as_it_went_in(texts: list[str]) -> None:
    # what XML itself has no character for is left out
    texts = [text.replace("\ufffe", "").replace("\uffff", "") for text in texts]
    [sheet] = read_workbook(written(*texts))
    assert [sheet.rows.get(n, {}).get(0, "") for n in range(2, len(texts) + 2)] == texts


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+84 123", "-", "- gạch đầu dòng", "@SUM(A1)", "＝1", "hai\ndòng", " giữ khoảng ", "_x000D_", "a_x0041_b", "<&>\"'"],
)  # fmt: skip
def test_texts_that_other_programs_would_take_for_something_else_stay_texts(text: str) -> None:
    [sheet] = read_workbook(written(text))
    assert sheet.rows[2][0] == text


def test_the_same_content_is_the_same_file() -> None:
    assert written("a", "b") == written("a", "b")


def test_every_part_is_well_formed_and_listed() -> None:
    sheets = [
        Sheet("Một & 'hai'", ["A", "B"], [5, 9], [[Cell("x", Look.DOUBT, "Vì <sao>"), Cell("y")]], choices=[Choice(1, "'Ẩn'!$A$2:$A$3", strict=True)], hidden_columns=frozenset({1})),
        Sheet("Ẩn", ["C"], [5], [[Cell("p")], [Cell("q")]], hidden=True),
    ]  # fmt: skip
    content = write_workbook(sheets)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        trees = {name: etree.fromstring(archive.read(name)) for name in names}
    types = {item.get("PartName") for item in trees["[Content_Types].xml"]} - {None}
    assert {f"/{n}" for n in names if n.endswith(".xml") and "rels" not in n} - types == {"/[Content_Types].xml"}  # fmt: skip
    for name in names:
        if name.endswith(".rels"):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for link in trees[name]:
                target = f"{folder}/{link.get('Target')}".lstrip("/").replace("worksheets/../", "")
                assert target in names, (name, target)
    assert [sheet.title for sheet in read_workbook(content)] == ["Một & 'hai'", "Ẩn"]


def test_numbers_dates_and_shared_texts_read_as_a_person_sees_them() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/><numFmt numFmtId="171" formatCode="[Red]0.00&quot;ngày&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'  # fmt: skip
    shared = f'<sst xmlns="{MAIN}"><si><r><t>Xin </t></r><r><t>chào</t></r><rPh><t>đọc</t></rPh></si></sst>'
    cells = '<c r="A1"><v>98</v></c><c r="B1"><v>96.5</v></c><c r="C1" s="1"><v>45199</v></c><c r="D1" s="2"><v>45199.75</v></c><c r="E1" s="3"><v>12</v></c><c r="F1" t="s"><v>0</v></c><c r="G1" t="b"><v>1</v></c><c r="H1"><v>1E+2</v></c><c r="J1" t="str"><v>chữ</v></c>'  # fmt: skip
    content = with_part(written("x"), "xl/worksheets/sheet1.xml", sheet_of(cells))
    content = with_part(content, "xl/styles.xml", styles.encode())
    content = with_part(content, "xl/sharedStrings.xml", shared.encode())
    [sheet] = read_workbook(content)
    assert sheet.rows[1] == {0: "98", 1: "96.5", 2: "30/09/2023", 3: "30/09/2023", 4: "12", 5: "Xin chào", 6: "1", 7: "100", 9: "chữ"}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_xlsx"),
        (b"MZ not a workbook", "not_xlsx"),
        (b"PK\x03\x04 torn", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", "legacy_xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (with_part(written("x"), "xl/vbaProject.bin", b"x"), "macros"),
        (with_part(written("x"), "xl/externalLinks/externalLink1.xml", b"<x/>"), "external_links"),
        (with_part(written("x"), "xl/worksheets/sheet1.xml", sheet_of('<c r="A1"><f>1+1</f><v>2</v></c>')), "formula"),
        (with_part(written("x"), "xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "external_entities"),
        (with_part(written("x"), "xl/worksheets/sheet1.xml", sheet_of("".join(f'<c r="A{n}"><v>{n * 7919 % 99991}</v></c>' for n in range(300_001)))), "too_large"),
        (with_part(written("x"), "xl/worksheets/sheet1.xml", b"<worksheet"), "damaged"),
        (with_part(written("x"), "xl/worksheets/sheet1.xml", sheet_of('<c r="A1"><v>abc</v></c>')), "damaged"),
        (with_part(written("x"), "xl/junk.bin", bytes(20_000_000)), "zip_bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_may_act_or_burst_is_refused_with_a_reason(content: bytes, code: str) -> None:
    refusal = refused(content)
    assert refusal.code == code
    assert str(refusal)


def test_a_formula_is_refused_with_the_cell_it_stands_in() -> None:
    bad = sheet_of('<c r="B7"><f>A1</f></c>')
    assert "Trang!B7" in str(refused(with_part(written("x"), "xl/worksheets/sheet1.xml", bad)))


def test_every_refusal_has_its_words_in_both_languages() -> None:
    keys: Any = {k for k in catalogue("vi") if k.startswith("workbooks.refusals.")}
    assert len(keys) >= 10
    assert all(keys <= set(catalogue(language)) for language in LANGUAGES)


def test_columns_are_named_as_in_excel() -> None:
    assert [column_name(n) for n in (0, 25, 26, 51, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "ZZ",
        "AAA",
    ]
