"""Who signed, with what authority, and who receives the document? The block that ends the text.

Thể thức of Nghị định 30/2020/NĐ-CP: TM. (on behalf of a collective), KT. (in place of the head),
TL. (by order), TUQ. (by delegation), then the position in capitals and the name.
"""

import re
from collections.abc import Sequence

from services.plans.documents.blocks import Paragraph
from services.plans.documents.items import tidy
from services.plans.documents.markers import bulleted
from services.plans.domain.document_content import Signer
from services.plans.domain.targets.wording import fold

_RECIPIENTS = re.compile(r"^noi nhan\b\s*:?\s*")
_AUTHORITY = re.compile(r"^(?P<mark>TM|KT|TL|TUQ|TUN|Q|PT)\s*\.\s*(?P<rest>.*)$")
_POSITION = re.compile(
    r"(?:quyen |phu trach )?(?:pho )?(?:tong )?(?:giam doc|chu tich|bo truong|thu truong|chanh\b"
    r"|truong\b|hieu truong|vien truong|cuc truong|chi cuc truong|vu truong|bi thu|doi truong"
    r"|thu ky|phong\b|ban\b)"
)
_SIGNED = re.compile(r"^\W*(?:da ky|ky ten|ky, |chu ky|ky boi|nguoi ky)", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){1,5}")
_FURTHER_LINES = 12
_MAX_POSITION = 60


def is_recipients_heading(text: str) -> bool:
    """Whether a line opens the list of recipients."""
    return bool(_RECIPIENTS.match(fold(text)))


def read_recipients(paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """The recipients after "Nơi nhận:", without bullets; the list ends with its cell or its dashes."""
    start = next(
        (place for place, p in enumerate(paragraphs) if is_recipients_heading(p.text)), None
    )
    if start is None:
        return ()
    heading = paragraphs[start]
    first = heading.text[_RECIPIENTS.match(fold(heading.text)).end() :]  # type: ignore[union-attr]
    lines = [first] if first else []
    for paragraph in paragraphs[start + 1 :]:
        if paragraph.frame != heading.frame:
            break
        if not paragraph.text:
            continue
        is_listed = bulleted(paragraph.text) or fold(paragraph.text).startswith(("luu", "nhu "))
        if not is_listed and (not heading.frame or paragraph.text.isupper()):
            break
        lines.append(paragraph.text)
    return tuple(item for line in lines if (item := tidy(line)))


def read_signer(paragraphs: Sequence[Paragraph]) -> Signer:
    """The signer of a closing block; parts that are not there are None."""
    texts = [paragraph.text for paragraph in paragraphs]
    for place, text in enumerate(texts):
        if begins_signature(text):
            return _signature(texts[place : place + _FURTHER_LINES])
    return Signer()


def begins_signature(text: str) -> bool:
    """Whether a line opens a signature block: a mark of authority or a position in capitals."""
    if _AUTHORITY.match(text):
        return True
    return _is_position(text)


def _is_position(text: str) -> bool:
    """A position in capitals alone on its line: GIÁM ĐỐC, PHÓ CHỦ TỊCH, CHÁNH VĂN PHÒNG."""
    return text.isupper() and len(text) < _MAX_POSITION and bool(_POSITION.match(fold(text)))


def _signature(lines: Sequence[str]) -> Signer:
    marks: list[str] = []
    positions: list[str] = []
    for line in lines:
        authority = _AUTHORITY.match(line)
        if authority:
            marks.append(f"{authority['mark']}.")
            positions.append("")
            # The words beside the mark name who is signed for; the next line is the signer's own.
            behalf = authority["rest"].strip()
        elif _is_position(line):
            positions.append(line.strip())
        elif line and not line.isupper() and not _SIGNED.match(fold(line)):
            name = line if _NAME.fullmatch(_without_title(line)) else None
            return _signer(marks, positions, name=name, behalf=behalf if marks else None)
    return _signer(marks, positions, name=None, behalf=behalf if marks else None)


def _signer(
    marks: list[str], positions: list[str], *, name: str | None, behalf: str | None
) -> Signer:
    position = next((p for p in reversed(positions) if p), None) or behalf or None
    authority = " ".join(mark for mark in marks if mark not in {"Q.", "PT."}) or None
    return Signer(authority=authority, position=position, name=name)


def _without_title(name: str) -> str:
    return re.sub(r"^(?:TS|ThS|PGS|GS|BS|CN|KS)\.\s*", "", name)
