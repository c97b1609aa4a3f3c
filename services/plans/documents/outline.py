"""How is the running text built? Headings, items and sub-items as a tree, tables where they stand.

Word's own heading styles are used inconsistently, so typed numbering comes first: I., 1., 1.1, a),
-, +. A sentence torn by a page break is joined again.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.plans.documents.blocks import Block, Paragraph, Table
from services.plans.documents.items import goes_on, joined
from services.plans.documents.markers import Depth, marked

_PROSE = Depth.LETTER  # sentences and leads ("… như sau:") stand below any heading
_ROOT = -1
_HEADING_LENGTH = 200
_NEAREST = 4
_PAGE_DIGITS = 4
_LONGEST = 20_000


@dataclass(slots=True)
class Node:
    """A heading, an item or a sentence with what stands below it.

    `number` is the printed one (None for bullets and sentences); `is_item` is False for plain
    sentences.
    """

    text: str
    depth: int
    number: str | None = None
    is_item: bool = False
    is_heading_style: bool = False
    children: list["Node"] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Number and text as printed."""
        return f"{self.number}. {self.text}" if self.number else self.text

    @property
    def is_heading(self) -> bool:
        """Whether it heads what follows: short, numbered or styled, and no sentence."""
        if len(self.text) > _HEADING_LENGTH or self.depth > Depth.LETTER:
            return False
        ends_open = self.text[-1:] not in ".;"
        return (self.number is not None or self.is_heading_style) and ends_open

    def walk(self) -> Iterator["Node"]:
        """This node and all below it in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table, the headings above it from the outermost in, and the sentences just before it.

    `follows_table`: nothing is printed between it and the table before.
    """

    table: Table
    headings: tuple[Node, ...]
    before: tuple[str, ...]
    follows_table: bool


@dataclass(slots=True)
class Outline:
    """The tree of a stretch of text and the tables in it."""

    root: Node = field(default_factory=lambda: Node("", _ROOT))
    tables: list[PlacedTable] = field(default_factory=list)


def read_outline(blocks: Iterable[Block]) -> Outline:
    """The tree of a stretch of blocks."""
    outline = Outline()
    stack = [outline.root]
    texts: deque[str] = deque(maxlen=_NEAREST)
    last: Node | None = None
    after_table = False
    for block in blocks:
        if isinstance(block, Table):
            headings = tuple(node for node in stack[1:] if node.depth < _PROSE)
            before = tuple(texts)
            outline.tables.append(PlacedTable(block, headings, before, after_table))
            last, after_table = None, True
        elif block.text and not _is_page_number(block.text):
            if last and _continues(last, block.text):
                last.text = joined(last.text, block.text)
                texts.pop()
            else:
                last = _placed(block, stack)
            texts.append(last.label)
            after_table = False
    return outline


def _continues(last: Node, text: str) -> bool:
    """Whether a line goes on with the one above; nothing grows beyond what a person writes."""
    if last.is_heading_style or len(last.text) > _LONGEST:
        return False
    return goes_on(last.text, text)


def _placed(paragraph: Paragraph, stack: list[Node]) -> Node:
    """A node for the paragraph, put into the tree; `stack` is the way down to it."""
    mark = marked(paragraph.text)
    styled = paragraph.heading_level is not None
    if mark:
        node = Node(mark.text, mark.depth, mark.number, is_item=True, is_heading_style=styled)
    elif styled or _is_shouted(paragraph):
        node = Node(paragraph.text, Depth.ROMAN, is_heading_style=True)
    else:
        node = Node(paragraph.text, _PROSE)
    while stack[-1].depth >= node.depth:
        stack.pop()
    stack[-1].children.append(node)
    if node.is_item or node.is_heading_style or node.text.endswith(":"):
        stack.append(node)
    return node


def _is_shouted(paragraph: Paragraph) -> bool:
    """A bold line in capitals is a heading even without a style."""
    text = paragraph.text
    return paragraph.bold and text.isupper() and len(text) < _HEADING_LENGTH


def _is_page_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _PAGE_DIGITS
