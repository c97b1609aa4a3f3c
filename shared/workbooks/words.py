"""How does a text stand in a cell? What XML cannot carry is left out; `_x000D_` and its like are escaped."""

import re

LONGEST_CELL = 32_767  # characters, Excel's own limit
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def encoded(text: str) -> str:
    """The text as it stands in the file (ECMA-376, ST_Xstring)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPED.sub(r"_x005F_x\1_", _UNPRINTABLE.sub("", lines))[:LONGEST_CELL]


def decoded(text: str) -> str:
    """The inverse: the text as somebody sees it."""
    whole = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return _UNPRINTABLE.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))
