"""Which lines of a text stand side by side? Letterhead and signature, typed with tabs or spaces.

"UBND TỈNH … CỘNG HÒA XÃ HỘI …" on one line are two columns; they are read one after the other, each
a frame of its own, as the cells of a layout table in Word.
"""

import re
from collections.abc import Sequence

from services.plans.documents.blocks import Paragraph
from services.plans.documents.cleaning import clean_lines
from services.plans.documents.layout import places_text
from services.plans.documents.markers import bulleted

_GAP = re.compile(r"(?<=\S)(?: *\t[\t ]*| {3,})(?=\S)")
_RIGHT_ONLY = re.compile(r"(?:\t| {8,})\s*(?P<words>\S.*)")
_MOST_LINES = 40
_SIDES = 2


def read_side_by_side(
    lines: Sequence[str], place: int, *, frame: int
) -> tuple[list[Paragraph], int]:
    """The paragraphs of two columns that begin here, and where they end; none when none begin.

    :param frame: a number below 0 no other frame has; the right column gets the next lower one.
    """
    if _split(lines[place]) is None:
        return [], place
    left: list[str] = []
    right: list[str] = []
    end = place
    while end < min(len(lines), place + _MOST_LINES):
        sides = _sides(lines[end]) or _after_blank(lines, end)
        if sides is None:
            break
        left += [sides[0]] if sides[0] else []
        right += [sides[1]] if sides[1] else []
        end += 1
    if not places_text([*left, *right]):
        return [], place
    columns = ((left, frame), (right, frame - 1))
    return [
        Paragraph(words, frame=number)
        for texts, number in columns
        for text in texts
        for words in clean_lines(text)
    ], end


def _split(line: str) -> tuple[str, str] | None:
    sides = _GAP.split(line.strip())
    return (sides[0], sides[1]) if len(sides) == _SIDES else None


def _sides(line: str) -> tuple[str, str] | None:
    """What stands left and right in a line; None for a line across the page."""
    if sides := _split(line):
        return sides
    if right := _RIGHT_ONLY.fullmatch(line):
        return "", right["words"]
    return (line.strip(), "") if bulleted(line.strip()) else None


def _after_blank(lines: Sequence[str], place: int) -> tuple[str, str] | None:
    """A blank line belongs to the columns when the right one goes on: room for the signature."""
    if lines[place].strip():
        return None
    following = next((line for line in lines[place:] if line.strip()), "")
    return ("", "") if _RIGHT_ONLY.fullmatch(following) else None
