"""What did the author type, without the traces of software? Spaces, marks and HTML remnants.

Text that came through a web form or a PDF converter carries `<p>`, `<li>` and `&nbsp;` as letters.
Only known tags are taken out: "70% - <90%" is a figure.
"""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_BREAKING_TAG = re.compile(
    r"</?(?:p|ul|ol|li|br|div|table|tbody|thead|tr|td|th|h[1-6])(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|s|strong|em|span|font|a|sup|sub|small|label)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&ndash;": "–"}
_ENTITY = re.compile("|".join(_ENTITIES))
# A letterhead on one line: "Số: 12/KH-SVHTT      Bình Định, ngày …" are two.
_LETTERHEAD_GAP = re.compile(r"(?: *\t+ *| {3,})(?=[^\t\n,]{2,40}, *(?:ngày|Ngày)\b)")


def clean_lines(raw: str) -> list[str]:
    """The lines of a raw paragraph: composed letters, single spaces, no remnants; never empty."""
    if _is_clean(raw):
        return [raw]
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", raw)
    raw = _LETTERHEAD_GAP.sub("\n", raw)
    if "<" in raw:
        raw = _INLINE_TAG.sub("", _BREAKING_TAG.sub("\n", raw))
    if "&" in raw:
        raw = _ENTITY.sub(lambda match: _ENTITIES[match.group()], raw)
    raw = _INVISIBLE.sub("", raw)
    lines = [_SPACES.sub(" ", line).strip() for line in raw.split("\n")]
    if len(lines) == 1:
        return lines
    return [line for line in lines if line] or [""]


def _is_clean(raw: str) -> bool:
    """Whether there is nothing to do, as for most cells: one line, single spaces, no remnants."""
    return (
        raw.isprintable()
        and "  " not in raw
        and "<" not in raw
        and "&" not in raw
        and raw == raw.strip()
        and unicodedata.is_normalized("NFC", raw)
    )
