"""Does a line begin with a number or bullet, and how deep does that put it?

Plans are numbered by hand as often as by Word: Phần, A., I., 1., 1.1., a), -, +.
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Depth(IntEnum):
    """How deep a marker stands; decimals of several parts stand between DECIMAL and LETTER."""

    PART = 0
    CAPITAL = 1
    ROMAN = 2
    DECIMAL = 3
    LETTER = 8
    DASH = 9
    PLUS = 10
    STAR = 11


@dataclass(frozen=True, slots=True)
class Marked:
    """A line without its marker; `number` is None for bullets."""

    depth: int
    number: str | None
    text: str


_ANY = re.DOTALL
# The only marks that begin with two letters: parts, chapters, Roman numbers.
_LETTERED = ("PHẦN", "Phần", "CHƯƠNG", "Chương", *(a + b for a in "IVX" for b in "IVX"))
_ROMAN = re.compile(
    r"(?P<n>(?=[IVX])(?:X{0,3})(?:IX|IV|V?I{0,3}))(?:\s*[.):]\s*|\s*/\s+|\s+[-–]\s+)(?P<rest>\S.*)",
    _ANY,
)
_PART = re.compile(
    r"(?:PHẦN|Phần|CHƯƠNG|Chương)\s+(?P<n>[IVX]+|\d+)\s*[.:)-]?\s*(?P<rest>.*)", _ANY
)
_CAPITAL = re.compile(r"(?P<n>[A-HĐ])\s*[.)/]\s*(?P<rest>\S.*)", _ANY)
_DECIMAL = re.compile(
    r"(?P<n>\d{1,2}(?:\.\d{1,2}){1,4})(?:[.)/:]\s*|\s+(?=[^\W\da-zđ]))(?P<rest>[^\W\d_].*)", _ANY
)
_INTEGER = re.compile(
    r"(?P<n>\d{1,2})(?:[.)]\s*|/\s+)(?P<rest>[^\W\d_].*|[“\"(]\D.*|\d+\s*%.*)", _ANY
)
_LETTER = re.compile(r"(?P<n>[a-zđ]\d?)\s*[.)/]\s*(?P<rest>[^\W\d_].*)", _ANY)
_DASH = re.compile(r"[-–—‑]\s*(?P<rest>[^\s\d].*|\s\d.*|\d+\s*%.*)", _ANY)
_DASH_SPACED = re.compile(r"[-–—‑]\s+(?P<rest>\S.*)", _ANY)
_PLUS = re.compile(r"\+\s*(?P<rest>\S.*)", _ANY)
_STAR = re.compile(r"[*•●▪■○◦·➢➤✓✔❖§\uf02d\uf0a7\uf0b7\uf0d8\uf0e0\uf0fc]\s*(?P<rest>\S.*)", _ANY)


def marked(line: str) -> Marked | None:
    """The line split into marker and text; None when it begins with none."""
    if line[:1].isalpha() and line[1:2].isalpha() and not line.startswith(_LETTERED):
        return None
    return _numbered(line) or bulleted(line)


def _numbered(line: str) -> Marked | None:
    if match := _PART.fullmatch(line):
        return Marked(Depth.PART, match["n"], match["rest"])
    if (match := _ROMAN.fullmatch(line)) and match["n"]:
        return Marked(Depth.ROMAN, match["n"], match["rest"])
    if match := _CAPITAL.fullmatch(line):
        return Marked(Depth.CAPITAL, match["n"], match["rest"])
    if match := _DECIMAL.fullmatch(line) or _INTEGER.fullmatch(line):
        return Marked(Depth.DECIMAL + match["n"].count("."), match["n"], match["rest"])
    if match := _LETTER.fullmatch(line):
        return Marked(Depth.LETTER, match["n"], match["rest"])
    return None


def bulleted(line: str) -> Marked | None:
    """The line split into bullet and text; a lone dash is no bullet."""
    if line[:1].isalnum():
        return None
    if match := _DASH.fullmatch(line) or _DASH_SPACED.fullmatch(line):
        return Marked(Depth.DASH, None, match["rest"].strip())
    if match := _PLUS.fullmatch(line):
        return Marked(Depth.PLUS, None, match["rest"])
    if match := _STAR.fullmatch(line):
        return Marked(Depth.STAR, None, match["rest"])
    return None
