"""How is Vietnamese text compared, so that "Quan ly Van hoa" finds "Quản lý Văn hóa"?

Databases disagree about case and accents (SQLite's lower() leaves Ề alone), so the key is
computed here and stored in a column of its own.
"""

import re
import unicodedata
from typing import Any

_PUNCTUATION = re.compile(r"[^0-9a-z]+")


def search_key(text: str) -> str:
    """Lower case, no marks, đ as d, anything but letters and digits as one space."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _PUNCTUATION.sub(" ", plain.casefold()).strip()


def contains(column: Any, words: str | None) -> Any:
    """The SQL condition that a column of search keys holds the words; always true for none.

    A search key has no %, _ or backslash, so LIKE needs no escaping.
    """
    return column.like(f"%{search_key(words or '')}%")
