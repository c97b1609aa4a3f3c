"""Which separate things does a cell or list name? Lines, bullets and semicolons separate them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from services.plans.documents.markers import bulleted, marked

_INLINE_BULLET = re.compile(r"(?<=[;.:,])\s*[-–+•]\s+(?=\S)|;\s*[-–+•](?=\S)")
_TRAILING = " .;,"
_OPENING = "([{“«"
_CLOSING = ")]}”»"


def tidy(words: str) -> str:
    """Without bullet or number before and punctuation after."""
    item = marked(words.strip())
    return (item.text if item else words).strip().rstrip(_TRAILING).strip()


def joined(left: str, right: str) -> str:
    """Two halves of a broken line put together again."""
    return f"{left} {right}".strip()


def goes_on(left: str, right: str) -> bool:
    """Whether `right` goes on with the sentence `left`, as where a page or a column ended."""
    if not left or not right or marked(right):
        return False
    if right[0].islower():
        return left[-1] not in ".;!?" or is_open(left)
    return left[-1] in ",/(" or is_open(left)


def is_open(text: str) -> bool:
    """Whether a quotation or bracket is begun and never closed."""
    straight = text.count('"') % 2 == 1
    return straight or any(text.count(a) > text.count(b) for a, b in ("“”", "«»", "()"))


def rejoined(lines: Iterable[str], goes_on: Callable[[str, str], bool] = goes_on) -> list[str]:
    """The lines with broken ones joined; blank lines are dropped."""
    whole: list[str] = []
    for line in lines:
        if not line:
            continue
        if whole and goes_on(whole[-1], line):
            whole[-1] = joined(whole[-1], line)
        else:
            whole.append(line)
    return whole


def split_items(lines: Sequence[str], goes_on: Callable[[str, str], bool] = goes_on) -> list[str]:
    """The items of a cell, tidied; semicolons inside quotation marks or brackets do not count."""
    return list(_split_items(tuple(lines), goes_on))


@lru_cache(maxsize=8192)
def _split_items(lines: tuple[str, ...], goes_on: Callable[[str, str], bool]) -> tuple[str, ...]:
    items = (
        tidy(part)
        for line in rejoined(lines, goes_on)
        for bullet in _INLINE_BULLET.sub("\n", line).split("\n")
        for part in split_outside(bullet, ";")
    )
    return tuple(item for item in items if any(letter.isalnum() for letter in item))


def split_outside(text: str, separator: str) -> Iterator[str]:
    """The text cut at a one-letter separator that stands outside quotation marks and brackets."""
    if separator not in text:
        yield text
        return
    depth, quoted, start = 0, False, 0
    if is_open(text):
        yield from text.split(separator)
        return
    for place, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth = max(0, depth - 1)
        elif sign == separator and not depth and not quoted:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def blocks_of(lines: Sequence[str], wanted: int) -> list[str] | None:
    """The cell as exactly `wanted` blocks, or None when it does not fall into that many.

    Blank lines, bullets, or plain lines may separate blocks; the first reading that fits is taken.
    """
    for blocks in (_by_blank_lines(lines), _by_bullets(lines), rejoined(lines)):
        if len(blocks) == wanted:
            return [tidy(block) or block.strip() for block in blocks]
    return None


def natural_blocks(lines: Sequence[str]) -> list[str]:
    """The blocks of a cell that shows them by blank lines or bullets; else the cell is one block."""
    by_blank = _by_blank_lines(lines)
    return by_blank if len(by_blank) > 1 else _by_bullets(lines)


def _by_blank_lines(lines: Sequence[str]) -> list[str]:
    groups: list[list[str]] = [[]]
    for line in lines:
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [" ".join(group) for group in groups if group]


def _by_bullets(lines: Sequence[str]) -> list[str]:
    blocks: list[str] = []
    for line in lines:
        if line and (bulleted(line) or not blocks):
            blocks.append(line)
        elif line:
            blocks[-1] = joined(blocks[-1], line)
    return blocks
