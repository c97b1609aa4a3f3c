"""What does a sheet consist of before it is a file? Rows of text cells, and how they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Look(IntEnum):
    """How a cell looks; the number is its place in the styles part."""

    TEXT = 0
    HEADER = 1
    DOUBT = 2  # to be looked at
    FIXED = 3  # for reading only


@dataclass(frozen=True, slots=True)
class Cell:
    """A text; whatever it begins with, it is never a formula."""

    text: str
    look: Look = Look.TEXT
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from in one column. `strict`: nothing else may be typed.

    `source` is a range of another sheet, as in "'Danh mục'!$A$2:$A$40".
    """

    column: int
    source: str
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header that stays in sight, rows below it. Widths are in characters."""

    title: str
    header: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    choices: Sequence[Choice] = ()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False


def column_name(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
