"""Files that are not opened: each refusal is quick, small, and has a code that never changes."""

import io
import resource
import struct
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from services.plans.documents import UnreadableDocument, read_document
from shared.texts import current_language
from tests.support.documents import BINH_DINH, plan_document, repacked, saved

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
MAIN = "word/document.xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def sample() -> bytes:
    return BINH_DINH.read_bytes()


def with_document(xml: bytes, *, compressed: bool = True) -> bytes:
    return repacked(sample(), replace={MAIN: xml}, add={}, compressed=compressed)


def body(inside: bytes) -> bytes:
    return b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (W.encode(), inside)


def zipped(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def flagged_as_encrypted(content: bytes) -> bytes:
    """The same zip with the encryption bit set in every central directory entry."""
    data = bytearray(content)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        (flags,) = struct.unpack_from("<H", data, place + 8)
        struct.pack_into("<H", data, place + 8, flags | 1)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    return text.encode() + body(b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>")


def external_entity() -> bytes:
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return text.encode() + body(b"<w:p><w:r><w:t>&f;</w:t></w:r></w:p>")


REFUSED = {
    "empty_file": bytes,
    "one byte": lambda: b"P",
    "text": "KẾ HOẠCH".encode,
    "pdf": lambda: b"%PDF-1.7\n" + bytes(1000),
    "html": lambda: b"<html><body>KE HOACH</body></html>",
    "old doc": lambda: OLE + "WordDocument".encode("utf-16-le"),
    "password": lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
    "old xls": lambda: OLE + "Workbook".encode("utf-16-le"),
    "xlsx": lambda: zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
    "plain zip": lambda: zipped(letter=b"a"),
    "half a file": lambda: sample()[:20_000],
    "broken xml": lambda: with_document(b"<w:document"),
    "other xml": lambda: with_document(b"<html/>"),
    "encrypted entries": lambda: flagged_as_encrypted(sample()),
    "macros": lambda: repacked(sample(), replace={}, add={"word/vbaProject.bin": b"x"}),
    "macro type": lambda: repacked(
        sample(), replace={"[Content_Types].xml": b"<Types>macroEnabled</Types>"}, add={}
    ),
    "bomb": lambda: repacked(sample(), replace={}, add={"word/media/a.bin": bytes(30_000_000)}),
    "bomb in the text": lambda: with_document(body(b"<w:p/>" * 5_000_000)),
    "entries": lambda: zipped(**{f"{n}": b"" for n in range(6_000)}),
    "laughs": lambda: with_document(billion_laughs(), compressed=False),
    "entity": lambda: with_document(external_entity()),
    "entity in utf-16": lambda: with_document(external_entity().decode().encode("utf-16")),
    "entity in styles": lambda: repacked(
        sample(), replace={"word/styles.xml": external_entity()}, add={}
    ),
    "scan": lambda: with_document(body(b"<w:p><w:r><w:drawing/></w:r></w:p>")),
    "tags": lambda: with_document(body(b"<w:p/><w:p><w:r/></w:p>" * 300_000), compressed=False),
    "paragraphs": lambda: with_document(body(b"<w:p/>" * 550_000), compressed=False),
    "attributes": lambda: with_document(
        body((b"<w:p %s/>" % b" ".join(b'w:a%d="1"' % n for n in range(40))) * 24_000),
        compressed=False,
    ),
    "wide table": lambda: with_document(
        body(
            b"<w:tbl>%s</w:tbl>"
            % (
                b'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999"/></w:tcPr><w:p/></w:tc></w:tr>'
                * 9_000
            )
        )
    ),
    "one endless paragraph": lambda: with_document(
        body(b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % (b"ke hoach dinh ky " * 100_000)),
        compressed=False,
    ),
}
CODES = {
    "empty_file": "empty_file",
    "one byte": "not_a_docx",
    "text": "not_a_docx",
    "pdf": "not_a_docx",
    "html": "not_a_docx",
    "old doc": "legacy_doc",
    "password": "encrypted",
    "old xls": "not_a_docx",
    "xlsx": "not_a_docx",
    "plain zip": "not_a_docx",
    "half a file": "damaged",
    "broken xml": "damaged",
    "other xml": "not_a_docx",
    "encrypted entries": "encrypted",
    "macros": "macros",
    "macro type": "macros",
    "bomb": "zip_bomb",
    "bomb in the text": "zip_bomb",
    "entries": "zip_bomb",
    "laughs": "external_entities",
    "entity": "external_entities",
    "entity in utf-16": "external_entities",
    "entity in styles": "external_entities",
    "scan": "no_text",
    "tags": "too_large",
    "paragraphs": "too_large",
    "attributes": "too_large",
    "wide table": "too_large",
    "one endless paragraph": "too_large",
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_is_refused_with_its_code_within_two_seconds_and_200_megabytes(name: str) -> None:
    content = REFUSED[name]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = process_time()
    with pytest.raises(UnreadableDocument) as refusal:
        read_document(content)
    assert process_time() - started < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 200_000
    assert refusal.value.code == CODES[name]


@pytest.mark.parametrize("code", sorted(set(CODES.values())))
def test_every_refusal_has_a_sentence_in_both_languages(code: str) -> None:
    refusal = UnreadableDocument(code)
    vietnamese = str(refusal)
    token = current_language.set("en")
    try:
        english = str(refusal)
    finally:
        current_language.reset(token)
    assert vietnamese.endswith(".")
    assert english.endswith(".")
    assert vietnamese != english


def test_bytes_cut_or_changed_anywhere_are_read_or_refused_and_nothing_else() -> None:
    content = sample()
    outcomes = {
        outcome(broken)
        for place in range(0, len(content), 997)
        for broken in (content[:place], content[:place] + b"\xff" + content[place + 1 :])
    }
    assert outcomes <= {"read", *CODES.values()}
    assert {"read", "damaged", "empty_file"} <= outcomes


def outcome(content: bytes) -> str:
    try:
        read_document(content)
    except UnreadableDocument as refusal:
        return refusal.code
    return "read"


def test_linked_templates_and_pictures_are_never_followed() -> None:
    relationships = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/attachedTemplate" Target="http://127.0.0.1:9/x" TargetMode="External"/>'
        b"</Relationships>"
    )
    content = repacked(sample(), replace={"word/_rels/document.xml.rels": relationships}, add={})
    assert read_document(content).number == "1205/KH-SVHTT"


def test_a_word_file_under_another_name_for_its_main_part_is_read() -> None:
    original = saved(plan_document())
    with ZipFile(io.BytesIO(original)) as archive:
        root, main = archive.read("_rels/.rels"), archive.read(MAIN)
    content = repacked(
        original,
        replace={"_rels/.rels": root.replace(b"word/document.xml", b"word/other.xml"), MAIN: None},
        add={"word/other.xml": main},
    )
    assert read_document(content).number == "12/KH-SNV"
