"""Which words, numbers and signs does a phrase consist of, in one spelling?

Spans refer to the NFC text, so that a year can be replaced where it stands. Words are folded to
lower case and one spelling (hàng/hằng, quí/quý, hoà/hòa); every other reader sees only those.
"""

import unicodedata
from dataclasses import dataclass

_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_ROMAN_SIGNS = {"Ⅰ": "i", "Ⅱ": "ii", "Ⅲ": "iii", "Ⅳ": "iv"}
_DIGITS = frozenset("0123456789")
_LINE_BREAKS = frozenset("\n\r\v\f\u2028\u2029")
_INVISIBLE = frozenset({"Mn", "Mc", "Cf"})
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SPELLING = {
    "hàng": "hằng",
    "quí": "quý",
    "qúy": "quý",
    "qúi": "quý",
    "qui": "quy",
    "kì": "kỳ",
    "kí": "ký",
    "lí": "lý",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign. `number` is its value if it consists of the digits 0–9.

    `spaced`: white space stands before it; `new_line`: a line break stands before it.
    """

    text: str
    start: int
    end: int
    number: int | None
    spaced: bool
    new_line: bool

    @property
    def width(self) -> int:
        """How many characters were written: 2 for "06"."""
        return self.end - self.start

    @property
    def is_word(self) -> bool:
        return self.number is None and self.text[0].isalpha()


def tokenise(text: str) -> list[Token]:
    """The tokens of an NFC text, in linear time; unknown signs become tokens of their own.

    Raises ValueError only for a number of thousands of digits: bound the text first.
    """
    tokens: list[Token] = []
    position, spaced, new_line = 0, False, False
    while position < len(text):
        end = _end_of_token(text, position)
        piece = text[position:end]
        if piece.isspace():
            spaced, new_line = True, new_line or not _LINE_BREAKS.isdisjoint(piece)
        elif not all(unicodedata.category(c) in _INVISIBLE for c in piece):
            number = int(piece) if piece[0] in _DIGITS else None
            folded = _fold(piece) if number is None else piece
            tokens.append(Token(folded, position, end, number, spaced, new_line))
            spaced = new_line = False
        position = end
    return tokens


def words(phrase: str) -> tuple[str, ...]:
    """The folded texts of a phrase: how the vocabulary is looked up."""
    return tuple(token.text for token in tokenise(unicodedata.normalize("NFC", phrase)))


def _end_of_token(text: str, start: int) -> int:
    kind = _kind(text[start])
    end = start + 1
    while end < len(text) and _kind(text[end]) == kind and kind != "sign":
        end += 1
    return end


def _kind(character: str) -> str:
    """Full stops run together, so that "..." is one token; other signs stand alone."""
    if character in _DIGITS:
        return "number"
    if character == ".":
        return "stop"
    if character.isspace():
        return "space"
    if character.isalpha() or character in _ROMAN_SIGNS:
        return "word"
    return "word" if unicodedata.category(character) in _INVISIBLE else "sign"


def _fold(piece: str) -> str:
    if piece[0] == ".":
        return "." if len(piece) == 1 else "…"
    visible = "".join(_ROMAN_SIGNS.get(c, c) for c in piece if unicodedata.category(c) != "Cf")
    lower = unicodedata.normalize("NFC", visible.lower())
    return _SPELLING.get(lower) or _DASHES.get(lower) or _modern_tone(lower)


def _modern_tone(word: str) -> str:
    """Hoà → hòa, uỷ → ủy: the mark moves to the first vowel of a word that ends in oa, oe, uy."""
    last = unicodedata.normalize("NFD", word[-1])
    is_open = last[0] + word[-2:-1] in {"ao", "eo", "yu"} and word[-3:-2] != "q"
    if not is_open or last[1:] not in _TONES:
        return word
    return word[:-2] + unicodedata.normalize("NFC", word[-2] + last[1]) + last[0]
