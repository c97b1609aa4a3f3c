"""Which number or bullet does Word print before a paragraph of an automatic list?

Officers often let Word count (the TT column, "I.", "1."); the number then is not in the text.
ECMA-376, part 1, §17.9. Only what plans use: counting, nesting, restarts, bullets.
"""

from dataclasses import dataclass, field
from typing import Any

Element = Any

MAX_LEVELS = 9
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LAST_ROMAN = 3999
_ALPHABET = 26
_SAFE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts, what is printed ("%1.%2."), where it starts."""

    format: str
    pattern: str
    start: int


@dataclass(slots=True)
class ListNumbering:
    """Counts lists in the order the paragraphs are asked for, which must be document order."""

    lists: dict[str, tuple[str, dict[int, Level]]]
    counters: dict[str, list[int]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str | None:
        """The printed label of the next paragraph at this level: "II.", "1.2.", "-"; None: none."""
        if list_id not in self.lists or not 0 <= level < MAX_LEVELS:
            return None
        shared_id, levels = self.lists[list_id]
        if level not in levels:
            return None
        counters = self.counters.setdefault(shared_id, [0] * MAX_LEVELS)
        self._count(counters, levels, level=level)
        definition = levels[level]
        if definition.format == "bullet":
            return "-"
        if definition.format == "none":
            return None
        label = definition.pattern
        for place in range(level + 1):
            kind = levels[place].format if place in levels else "decimal"
            label = label.replace(f"%{place + 1}", _number(counters[place], kind))
        return label.strip() or None

    def _count(self, counters: list[int], levels: dict[int, Level], *, level: int) -> None:
        for place in range(level):
            if counters[place] == 0 and place in levels:
                counters[place] = levels[place].start
        start = levels[level].start
        counters[level] = counters[level] + 1 if counters[level] else start
        for deeper in range(level + 1, MAX_LEVELS):
            counters[deeper] = 0


def read_numbering(root: Element | None) -> ListNumbering:
    """The lists of word/numbering.xml; without that part nothing is numbered."""
    if root is None:
        return ListNumbering({})
    w = _prefix(root)
    abstract: dict[str, dict[int, Level]] = {
        str(item.get(f"{w}abstractNumId")): {
            number: level
            for number, level in (_level(child, w) for child in item.findall(f"{w}lvl"))
            if 0 <= number < MAX_LEVELS
        }
        for item in root.findall(f"{w}abstractNum")
    }
    lists: dict[str, tuple[str, dict[int, Level]]] = {}
    for item in root.findall(f"{w}num"):
        list_id = item.get(f"{w}numId")
        reference = item.find(f"{w}abstractNumId")
        shared_id = "" if reference is None else str(reference.get(f"{w}val"))
        if list_id is None or shared_id not in abstract:
            continue
        overrides = item.findall(f"{w}lvlOverride")
        levels = abstract[shared_id] | _overridden(overrides, abstract[shared_id], w=w)
        # A list that overrides a start counts for itself; the others of a family count together.
        lists[list_id] = (f"{shared_id}/{list_id}" if overrides else shared_id, levels)
    return ListNumbering(lists)


def _overridden(overrides: list[Element], levels: dict[int, Level], *, w: str) -> dict[int, Level]:
    changed: dict[int, Level] = {}
    for override in overrides:
        number = _integer(override.get(f"{w}ilvl"), -1)
        whole, start = override.find(f"{w}lvl"), override.find(f"{w}startOverride")
        base = levels.get(number)
        if whole is not None:
            base = _level(whole, w)[1]
        if base is not None:
            first = base.start if start is None else _integer(start.get(f"{w}val"), base.start)
            changed[number] = Level(base.format, base.pattern, first)
    return changed


def _level(element: Element, w: str) -> tuple[int, Level]:
    def value(name: str, default: str) -> str:
        child = element.find(f"{w}{name}")
        return default if child is None else str(child.get(f"{w}val", default))

    number = _integer(element.get(f"{w}ilvl"), -1)
    start = _integer(value("start", "1"), 1)
    return number, Level(value("numFmt", "decimal"), value("lvlText", ""), start)


def _integer(written: str | None, default: int) -> int:
    plain = (written or "").strip()
    is_safe = plain.isascii() and plain.isdecimal() and len(plain) <= _SAFE_DIGITS
    return int(plain) if is_safe else default


def _number(count: int, kind: str) -> str:
    if kind in {"upperRoman", "lowerRoman"} and 0 < count <= _LAST_ROMAN:
        roman = _roman(count)
        return roman if kind == "upperRoman" else roman.lower()
    if kind in {"upperLetter", "lowerLetter"} and count > 0:
        repeats, place = divmod(count - 1, _ALPHABET)
        letter = chr(ord("a") + place) * min(repeats + 1, 10)
        return letter.upper() if kind == "upperLetter" else letter
    return f"{count:02d}" if kind == "decimalZero" else str(count)


def _roman(count: int) -> str:
    digits = ""
    for value, sign in _ROMAN:
        repeats, count = divmod(count, value)
        digits += sign * repeats
    return digits


def _prefix(root: Element) -> str:
    tag = str(root.tag)
    return tag[: tag.index("}") + 1] if tag.startswith("{") else ""
