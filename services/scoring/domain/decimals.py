"""How are exact decimals read, rounded and written?

A decimal is a string of ASCII digits with an optional point ("9.25"). Inside the engine every
number is a `Fraction`; floats never appear, and rounding happens only where a set says so.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal

RoundingMode = Literal["half_up", "down"]

INTEGER_DIGITS = 24
FRACTION_DIGITS = 12
DECIMAL_PATTERN = f"[0-9]{{1,{INTEGER_DIGITS}}}(\\.[0-9]{{1,{FRACTION_DIGITS}}})?"

_DECIMAL = re.compile(DECIMAL_PATTERN)
_SHOWN_PLACES = 4
_SHOWN_WHOLE = 6
_SHORT_BITS = 10_000


def read_decimal(text: str) -> Fraction | None:
    """The value of a decimal string, or None when it is not one (sign, comma, exponent, space…)."""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def rounded(value: Fraction, *, places: int, mode: RoundingMode) -> Fraction:
    """The value with at most `places` decimals: halves away from zero, or cut off towards zero."""
    scale = 10**places
    numerator, denominator = abs(value.numerator) * scale, value.denominator
    if mode == "half_up":
        units = (2 * numerator + denominator) // (2 * denominator)
    else:
        units = numerator // denominator
    return Fraction(units if value >= 0 else -units, scale)


def total_of(values: Iterable[Fraction]) -> Fraction:
    """The exact sum, over one common denominator: reduced once instead of at every addition."""
    terms = [(value.numerator, value.denominator) for value in values]
    common = lcm(*{denominator for _, denominator in terms})
    return Fraction(sum(n * (common // denominator) for n, denominator in terms), common)


def fixed(value: Fraction, places: int) -> str:
    """A rounded value with exactly `places` decimals: 17/10 with 2 places is "1.70"."""
    units = value.numerator * 10**places // value.denominator
    digits = _digits(abs(units)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if units < 0 else text


def plain(value: Fraction) -> str:
    """A value that has an end in decimals, without trailing zeros: 41/4 is "10.25".

    :raises ValueError: when the expansion does not end; such a value has no decimal.
    """
    places = decimal_places(value)
    if places is None:
        raise ValueError("the decimal expansion of this value does not end")
    return fixed(value, places)


def decimal_places(value: Fraction) -> int | None:
    """How many decimals the value needs; None when the expansion never ends."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def exact(value: Fraction) -> str:
    """The value as "n/d" in lowest terms."""
    return f"{_digits(value.numerator)}/{_digits(value.denominator)}"


def shown(value: Fraction, *, comma: bool) -> str:
    """The value for a reader: in full when it is short, else cut off with an ellipsis: 0.8888…"""
    places = 0 if value.denominator == 1 else decimal_places(value)
    if places is not None and places <= _SHOWN_WHOLE:
        text = fixed(value, places)
    else:
        text = fixed(rounded(value, places=_SHOWN_PLACES, mode="down"), _SHOWN_PLACES) + "…"
    return text.replace(".", ",") if comma else text


def _digits(number: int) -> str:
    # str() of an int refuses more than 4300 digits; Decimal writes any integer exactly
    return str(number) if number.bit_length() < _SHORT_BITS else str(Decimal(number))
