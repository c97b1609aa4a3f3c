"""How is one JSON value read strictly, and how is that strictness published as a JSON Schema?

A field reads one JSON value into a typed one and notes every problem it meets; the schema in
`docs/schemas` is generated from the same object, so that the two cannot disagree. Lists and objects
are in `structures.py`.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from services.scoring.domain.decimals import (
    DECIMAL_PATTERN,
    FRACTION_DIGITS,
    INTEGER_DIGITS,
    read_decimal,
)
from services.scoring.domain.problems import Pointer, Report

T = TypeVar("T")
Schema = dict[str, object]

MAX_TEXT = 2000
MAX_NAME = 100
_COUNT_DIGITS = 12


class Field(ABC, Generic[T]):
    """One kind of JSON value."""

    @abstractmethod
    def read(self, data: object, at: Pointer, report: Report) -> T | None:
        """The typed value; None after noting what is wrong in `report`."""

    @abstractmethod
    def schema(self) -> Schema:
        """The JSON Schema (2020-12) of the same."""


@dataclass(frozen=True)
class Decimal(Field[Fraction]):
    """An exact, non-negative decimal as a string."""

    positive: bool = False

    def read(self, data: object, at: Pointer, report: Report) -> Fraction | None:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            report.add(at, "expected_decimal")
            return None
        if not isinstance(data, str):
            report.add(at, "decimal_as_number")
            return None
        value = read_decimal(data)
        if value is None:
            _refuse_decimal(data, at, report)
        elif self.positive and value == 0:
            report.add(at, "must_be_positive")
        else:
            return value
        return None

    def schema(self) -> Schema:
        zero = "(?!0+(\\.0+)?$)" if self.positive else ""
        return {"type": "string", "pattern": f"^{zero}{DECIMAL_PATTERN}$"}


def _refuse_decimal(text: str, at: Pointer, report: Report) -> None:
    """Says what is wrong with a text that should be a decimal."""
    digits = text.replace(".", "", 1)
    if text.startswith(("-", "\N{MINUS SIGN}")):
        report.add(at, "negative_number")
    elif len(digits) > FRACTION_DIGITS and digits.isascii() and digits.isdigit():
        report.add(at, "too_many_digits", integer=INTEGER_DIGITS, fraction=FRACTION_DIGITS)
    else:
        report.add(at, "not_a_decimal")


@dataclass(frozen=True)
class Count(Field[int]):
    """How many: a whole number, as digits in a string or as a JSON integer."""

    def read(self, data: object, at: Pointer, report: Report) -> int | None:
        whole = re.fullmatch(f"[0-9]{{1,{_COUNT_DIGITS}}}", data) if isinstance(data, str) else None
        if whole is not None:
            return int(whole[0])
        if isinstance(data, bool) or not isinstance(data, int):
            report.add(at, "expected_count", most=_COUNT_DIGITS)
        elif data < 0:
            report.add(at, "negative_number")
        elif data >= 10**_COUNT_DIGITS:
            report.add(at, "expected_count", most=_COUNT_DIGITS)
        else:
            return data
        return None

    def schema(self) -> Schema:
        digits = {"type": "string", "pattern": f"^[0-9]{{1,{_COUNT_DIGITS}}}$"}
        number = {"type": "integer", "minimum": 0, "exclusiveMaximum": 10**_COUNT_DIGITS}
        return {"anyOf": [digits, number]}


@dataclass(frozen=True)
class Integer(Field[int]):
    """A JSON integer between two bounds."""

    low: int
    high: int

    def read(self, data: object, at: Pointer, report: Report) -> int | None:
        if isinstance(data, bool) or not isinstance(data, int):
            report.add(at, "expected_integer", low=self.low, high=self.high)
        elif not self.low <= data <= self.high:
            report.add(at, "out_of_range", low=self.low, high=self.high)
        else:
            return data
        return None

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Flag(Field[bool]):
    """A JSON true or false."""

    def read(self, data: object, at: Pointer, report: Report) -> bool | None:
        if isinstance(data, bool):
            return data
        report.add(at, "expected_flag")
        return None

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Text(Field[str]):
    """Words: not empty, no control characters, bounded."""

    longest: int = MAX_TEXT
    may_be_empty: bool = False

    def read(self, data: object, at: Pointer, report: Report) -> str | None:
        if not isinstance(data, str):
            report.add(at, "expected_text")
        elif len(data) > self.longest:
            report.add(at, "text_too_long", longest=self.longest)
        elif not data.strip() and not self.may_be_empty:
            report.add(at, "text_empty")
        elif any(
            unicodedata.category(letter) in {"Cc", "Cs"} for letter in data if letter not in "\n\t"
        ):
            report.add(at, "text_unprintable")
        else:
            return data
        return None

    def schema(self) -> Schema:
        return {
            "type": "string",
            "minLength": 0 if self.may_be_empty else 1,
            "maxLength": self.longest,
        }


@dataclass(frozen=True)
class Name(Field[str]):
    """A name that formulas and conditions can use: ASCII letters, digits, underscores."""

    pattern = "[A-Za-z_][A-Za-z0-9_]{0,39}"

    def read(self, data: object, at: Pointer, report: Report) -> str | None:
        if isinstance(data, str) and re.fullmatch(self.pattern, data):
            return data
        report.add(at, "not_a_name")
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{self.pattern}$"}


@dataclass(frozen=True)
class OneOf(Field[str]):
    """One word out of a closed list."""

    words: tuple[str, ...]

    def read(self, data: object, at: Pointer, report: Report) -> str | None:
        if isinstance(data, str) and data in self.words:
            return data
        report.add(at, "not_in_list", allowed=self.words)
        return None

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class YesNo(Field[bool]):
    """The words "yes" (Có) and "no" (Không)."""

    def read(self, data: object, at: Pointer, report: Report) -> bool | None:
        word = OneOf(("yes", "no")).read(data, at, report)
        return None if word is None else word == "yes"

    def schema(self) -> Schema:
        return {"enum": ["yes", "no"]}
