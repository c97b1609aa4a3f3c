"""Word files nobody should open, and files that are none: what each is refused with."""

import io
import struct
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, ZipFile

from tests.support.documents import BINH_DINH, repacked

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


def nested_bombs() -> bytes:
    """A bomb in a bomb: the inner one alone inflates a thousandfold."""
    inner = zipped(a=bytes(30_000_000))
    outer = zipped(**{f"{n}.zip": inner * 40 for n in range(20)})
    return repacked(sample(), replace={}, add={"word/embeddings/a.zip": outer * 3})


def overlapping() -> bytes:
    """Every entry of the directory points at the same few compressed bytes."""
    data = bytearray(zipped(**{f"{n:04d}": bytes(900_000) for n in range(200)}))
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", data, place + 42, 0)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def lying_about_sizes(content: bytes) -> bytes:
    """The same zip, its directory claiming that every entry is one byte long."""
    data = bytearray(content)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", data, place + 24, 1)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def linked(kind: str, target: str) -> bytes:
    """A sample with a relationship that would be fetched when somebody opens it."""
    relationships = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    )
    name = "word/_rels/document.xml.rels"
    return repacked(sample(), replace={name: relationships.encode()}, add={})


_FILES: dict[str, Callable[[], bytes]] = {
    "docx named pdf": sample,
    "docx named xlsx": sample,
    "text named docx": "KẾ HOẠCH cải cách hành chính năm 2025".encode,
    "overlapping entries": overlapping,
    "deep nesting": lambda: with_document(body(b"<w:ins>" * 20_000 + b"</w:ins>" * 20_000)),
    "remote template": lambda: linked("attachedTemplate", "https://example.org/t.dotm"),
    "template on a server": lambda: linked("attachedTemplate", "file:///\\\\server\\t.dotm"),
    "linked picture": lambda: linked("image", "https://example.org/p.png"),
    "linked object": lambda: linked("oleObject", "file://server/share/o.bin"),
    "huge picture": lambda: repacked(
        sample(), replace={}, add={"word/media/image1.png": bytes(100_000_000)}
    ),
    "picture in lies": lambda: lying_about_sizes(with_document(body(b"<w:p/>" * 1000))),
    "slides": lambda: zipped(
        **{
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": b"<Relationships/>",
            "ppt/presentation.xml": b"<p/>",
        }
    ),
    "open document": lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
    "empty_file": bytes,
    "one byte": lambda: b"P",
    "text": "danh sách đi chợ".encode,
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
_CODES = {
    "docx named pdf": "wrong_extension",
    "docx named xlsx": "wrong_extension",
    "text named docx": "not_a_docx",
    "overlapping entries": "zip_bomb",
    "deep nesting": "damaged",
    "remote template": "external_links",
    "template on a server": "external_links",
    "linked picture": "external_links",
    "linked object": "external_links",
    "huge picture": "zip_bomb",
    "picture in lies": "damaged",
    "slides": "not_a_docx",
    "open document": "not_a_docx",
    "empty_file": "empty_file",
    "one byte": "nothing_to_read",
    "text": "nothing_to_read",
    "pdf": "pdf",
    "html": "not_a_docx",
    "old doc": "legacy_doc",
    "password": "encrypted",
    "old xls": "legacy_xls",
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

_NAMES = {
    "docx named pdf": "ke-hoach.pdf",
    "docx named xlsx": "ke-hoach.xlsx",
    "text named docx": "ke-hoach.docx",
}
HOSTILE_WORD = {name: (make, _CODES[name], _NAMES.get(name)) for name, make in _FILES.items()}
