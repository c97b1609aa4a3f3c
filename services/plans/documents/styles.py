"""What does the style of a paragraph say: is it a heading, bold, centred, part of a list?"""

from dataclasses import dataclass
from typing import Any

Element = Any

_MAX_ANCESTORS = 20
_HEADING_LEVELS = 9


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """How a paragraph looks; `numbering` is the list and its level, if it is in one."""

    heading_level: int | None = None
    bold: bool = False
    centered: bool = False
    numbering: tuple[str, int] | None = None


PLAIN = ParagraphLook()


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """The looks of the paragraph styles by style id; `default` is that of unnamed paragraphs."""

    looks: dict[str, ParagraphLook]
    default: ParagraphLook = PLAIN

    def look(self, paragraph: Element, w: str) -> ParagraphLook:
        """The look of one paragraph: its style, changed by its own settings."""
        settings = paragraph.find(f"{w}pPr")
        if settings is None:
            return self.default
        style = settings.find(f"{w}pStyle")
        base = self.default if style is None else self.looks.get(style.get(f"{w}val"), self.default)
        return _changed(base, settings, w=w)


def read_styles(root: Element | None) -> StyleSheet:
    """The paragraph styles of word/styles.xml, inheritance resolved."""
    if root is None:
        return StyleSheet({})
    w = str(root.tag).removesuffix("styles")
    elements = {
        item.get(f"{w}styleId"): item
        for item in root.findall(f"{w}style")
        if item.get(f"{w}type") == "paragraph"
    }
    looks = {name: _resolved(name, elements, w=w) for name in elements}
    defaults = [name for name, item in elements.items() if item.get(f"{w}default") in {"1", "true"}]
    return StyleSheet(looks, looks[defaults[0]] if defaults else PLAIN)


def _resolved(name: str, elements: dict[str, Element], *, w: str) -> ParagraphLook:
    chain: list[Element] = []
    following: str | None = name
    while following in elements and len(chain) < _MAX_ANCESTORS:
        element = elements[following]
        chain.append(element)
        parent = element.find(f"{w}basedOn")
        following = None if parent is None else parent.get(f"{w}val")
    look = PLAIN
    for element in reversed(chain):
        look = _named_heading(element, look, w=w)
        if (bold := element.find(f"{w}rPr/{w}b")) is not None:
            on = bold.get(f"{w}val") not in {"0", "false", "off"}
            look = ParagraphLook(look.heading_level, on, look.centered, look.numbering)
        if (settings := element.find(f"{w}pPr")) is not None:
            look = _changed(look, settings, w=w)
    return look


def _named_heading(style: Element, look: ParagraphLook, *, w: str) -> ParagraphLook:
    name = style.find(f"{w}name")
    words = "" if name is None else str(name.get(f"{w}val", "")).lower()
    kind, _, level = words.rpartition(" ")
    if kind == "heading" and level.isdecimal() and len(level) == 1:
        return ParagraphLook(int(level), look.bold, look.centered, look.numbering)
    return look


def _changed(look: ParagraphLook, settings: Element, *, w: str) -> ParagraphLook:
    level, centered, numbering = look.heading_level, look.centered, look.numbering
    if (outline := settings.find(f"{w}outlineLvl")) is not None:
        written = outline.get(f"{w}val", "")
        shown = (
            int(written) + 1 if written.isdecimal() and len(written) == 1 else _HEADING_LEVELS + 1
        )
        level = shown if shown <= _HEADING_LEVELS else None
    if (justification := settings.find(f"{w}jc")) is not None:
        centered = justification.get(f"{w}val") == "center"
    if (listed := settings.find(f"{w}numPr")) is not None:
        numbering = _list_place(listed, w, inherited=look.numbering)
    return ParagraphLook(level, look.bold, centered, numbering)


def _list_place(
    listed: Element, w: str, *, inherited: tuple[str, int] | None
) -> tuple[str, int] | None:
    number, depth = listed.find(f"{w}numId"), listed.find(f"{w}ilvl")
    list_id = inherited[0] if number is None and inherited else None
    if number is not None:
        list_id = number.get(f"{w}val")
    written = "" if depth is None else depth.get(f"{w}val", "")
    level = int(written) if written.isdecimal() and len(written) == 1 else 0
    return None if list_id in {None, "0"} else (str(list_id), level)
