"""How is Vietnamese prose compared and cut without losing a letter of it?

Patterns are matched against a copy in lower case with one dash and one kind of quote, and without
marks where typing differs (Uỷ, Ủy). A copy has exactly the length of the text, so a place found in
it is a place in the text.
"""

import re
import unicodedata
from collections.abc import Iterator

_ALPHABET = (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_PLAIN = {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"}
_SIGNS = {
    **dict.fromkeys("–—‑−‒―", "-"),
    **dict.fromkeys("“”„«»″〃", '"'),
    **dict.fromkeys("‘’ʼ", "'"),
    **dict.fromkeys("\u00a0\u202f\u2007\t", " "),
    "％": "%",
}
_OPENING = "([{“«"
_CLOSING = ")]}”»"
_CUTTING = re.compile(r'[\n";.!?(\[{“«)\]}”»]')
_ABBREVIATIONS = ("tp", "ts", "ths", "gs", "pgs", "d/c", "v.v")


def _base(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def _small(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 else character


_SIGN_CODES = {ord(sign): plain for sign, plain in _SIGNS.items()}
_SIGN = re.compile("[" + re.escape("".join(_SIGNS)) + "]")
_FOLDING = {code: _base(chr(code)) for code in _ALPHABET} | _SIGN_CODES
_LOWERING = {code: _small(chr(code)) for code in _ALPHABET} | _SIGN_CODES


def fold(text: str) -> str:
    """The text for comparing, letter by letter: same length, lower case, no marks, đ as d.

    Expects NFC; marks that have no composed letter stay where they are.
    """
    return text.translate(_FOLDING)


def lowered(text: str) -> str:
    """As `fold`, but the marks stay: for words that marks tell apart (đúng, dụng)."""
    small = text.lower()
    if len(small) == len(text) and not _SIGN.search(text):
        return small
    return text.translate(_LOWERING)


def clause_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the clauses (ý) of a text begin and end: cut at semicolons, line ends, full stops.

    Nothing is cut inside quotation marks or brackets; a line end closes whatever was left open.
    """
    start = 0
    for end in _cuts(text):
        if text[start:end].strip():
            yield start, end
        start = end + 1


def _cuts(text: str) -> Iterator[int]:
    depth, quoted = 0, False
    for match in _CUTTING.finditer(text):
        place, sign = match.start(), match.group()
        if sign == "\n":
            depth, quoted = 0, False
            yield place
        elif sign == '"':
            quoted = not quoted
        elif sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth = max(0, depth - 1)
        elif not depth and not quoted and (sign == ";" or _ends_sentence(text, place)):
            yield place
    yield len(text)


def _ends_sentence(text: str, place: int) -> bool:
    if text[place] not in ".!?" or text[place + 1 : place + 2] not in {" ", ""}:
        return False
    following = text[place + 1 :].lstrip()[:1]
    line = text[text.rfind("\n", 0, place) + 1 : place]
    before = fold(line.rsplit(" ", 1)[-1])
    if before in _ABBREVIATIONS or line.strip().isdecimal():
        return False
    return not following or following.isupper() or following.isdecimal() or following in "“\"-+'"
