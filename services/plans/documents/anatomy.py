"""Where does the title of a document stand, where its introduction, body, closing and annex?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.plans.documents.blocks import Block, Paragraph, Table
from services.plans.documents.closing import begins_signature, is_recipients_heading
from services.plans.documents.markers import Depth, marked
from services.plans.domain.targets.wording import fold, lowered

_KINDS = (
    "ke hoach", "bao cao", "chuong trinh", "thong bao", "quyet dinh", "chi thi", "to trinh",
    "huong dan", "nghi quyet", "de an", "phuong an", "ket luan", "cong van",
)  # fmt: skip
_SEARCH = 60
_INTRODUCES = re.compile(r"^(?:căn cứ|thực hiện|theo|trên cơ sở|xét|nhằm|để|kính gửi|tiếp theo)\b")
_RULE = re.compile(r"[\W_]*")
_ANNEX = re.compile(r"^(?:cac )?phu luc(?: so)?(?: [ivx]+| \d+)?\b")
_SUBJECT = re.compile(r"^v/v\s*:?\s*")
_MAX_ANNEX_HEADING = 120


@dataclass(slots=True)
class Anatomy:
    """A document cut into its parts; `kind` is the folded name of its kind ("ke hoach")."""

    head: list[Paragraph]
    kind: str | None
    title: str | None
    introduction: list[Paragraph]
    body: list[Block]
    closing: list[Paragraph]
    annex: list[Block]

    @property
    def annex_lines(self) -> list[str]:
        """The lines of the annex outside its tables, and those between signature and annex."""
        return [p.text for p in (*self.closing, *self.annex) if isinstance(p, Paragraph)]


def dissect(blocks: Sequence[Block]) -> Anatomy:
    """The parts of a document; parts that are not there are empty."""
    kind_at, kind = _kind(blocks)
    title, after_title = _title(blocks, kind_at, kind=kind)
    head_end = after_title if kind is None else kind_at
    head = [b for b in blocks[:head_end] if isinstance(b, Paragraph)]
    body_at = _body_start(blocks, after_title)
    closing_at = _closing_start(blocks, body_at)
    annex_at = _annex_start(blocks, closing_at)
    return Anatomy(
        head=head,
        kind=kind,
        title=title or _subject(head),
        introduction=[b for b in blocks[after_title:body_at] if isinstance(b, Paragraph)],
        body=list(blocks[body_at:closing_at]),
        closing=[b for b in blocks[closing_at:annex_at] if isinstance(b, Paragraph)],
        annex=list(blocks[annex_at:]),
    )


def _kind(blocks: Sequence[Block]) -> tuple[int, str | None]:
    """Where the name of the kind stands: in capitals, or alone on its line."""
    for place, block in enumerate(blocks[:_SEARCH]):
        if not isinstance(block, Paragraph):
            continue
        words = fold(block.text)
        for kind in _KINDS:
            alone = words.strip(" .:") == kind
            shouted = words.startswith(kind) and block.text[: len(kind)].isupper()
            if (alone or shouted) and not words[len(kind) : len(kind) + 1].isalpha():
                return place, kind
    return -1, None


def _title(blocks: Sequence[Block], at: int, *, kind: str | None) -> tuple[str | None, int]:
    """The subject (trích yếu) after the kind, put on one line, and where it ends."""
    if kind is None:
        return None, _number_lines_end(blocks)
    first = blocks[at]
    parts = [first.text[len(kind) :].strip(" :.-")] if isinstance(first, Paragraph) else []
    parts = [part for part in parts if part]
    lead = first if parts else None
    place = at + 1
    while place < len(blocks):
        block = blocks[place]
        if not isinstance(block, Paragraph) or not _is_title_line(block, lead, begun=bool(parts)):
            break
        if not _RULE.fullmatch(block.text):
            parts.append(block.text)
            lead = block if lead is None else lead
        place += 1
    return " ".join(parts) or None, place


def _is_title_line(block: Paragraph, lead: Block | None, *, begun: bool) -> bool:
    text = block.text
    if _RULE.fullmatch(text):
        return True
    if _INTRODUCES.match(lowered(text)) or marked(text):
        return False
    if not begun:
        return True
    same_look = isinstance(lead, Paragraph) and (block.bold or block.centered) and (
        (block.bold, block.centered) == (lead.bold, lead.centered)
    )  # fmt: skip
    return text[:1].islower() or same_look


def _number_lines_end(blocks: Sequence[Block]) -> int:
    """Without a title the text begins after number and date."""
    for place, block in enumerate(blocks[:_SEARCH]):
        if isinstance(block, Paragraph) and (
            _INTRODUCES.match(lowered(block.text)) or marked(block.text)
        ):
            return place
    return 0


def _body_start(blocks: Sequence[Block], after_title: int) -> int:
    """The first heading: a number or a heading style; bullets and tables begin the body, too."""
    for place in range(after_title, len(blocks)):
        block = blocks[place]
        if isinstance(block, Table) or block.heading_level is not None:
            return place
        mark = marked(block.text)
        if mark and mark.depth <= Depth.DECIMAL + 4:
            return place
        if is_recipients_heading(block.text):
            return place
    return len(blocks)


def _closing_start(blocks: Sequence[Block], body_at: int) -> int:
    for place in range(body_at, len(blocks)):
        block = blocks[place]
        if isinstance(block, Paragraph) and (
            is_recipients_heading(block.text) or begins_signature(block.text)
        ):
            return place
    return next(
        (n for n in range(body_at, len(blocks)) if _is_annex_heading(blocks[n])), len(blocks)
    )


def _annex_start(blocks: Sequence[Block], closing_at: int) -> int:
    for place in range(closing_at, len(blocks)):
        block = blocks[place]
        if isinstance(block, Table) or _is_annex_heading(block):
            return place
    return len(blocks)


def _is_annex_heading(block: Block) -> bool:
    if isinstance(block, Table) or len(block.text) > _MAX_ANNEX_HEADING:
        return False
    return bool(_ANNEX.match(fold(block.text))) and block.text[:1].isupper()


def _subject(head: Sequence[Paragraph]) -> str | None:
    """The subject of an official letter: "V/v …" in its head."""
    for paragraph in head:
        if match := _SUBJECT.match(fold(paragraph.text)):
            return paragraph.text[match.end() :].strip() or None
    return None
