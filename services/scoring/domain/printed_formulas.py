"""Does a formula that stands printed in a table give what it says? "(90.0*1.5)/100=1.39" does not.

Read as people write: ×, x, :, ÷ and − for the signs, a decimal comma or point, % after a number,
several "=" in a row. "85%*2/100" is taken as people mean it, with 85 in place of 85 %.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from services.scoring.domain.decimals import RoundingMode, rounded
from services.scoring.domain.formulas import (
    DividedByZero,
    FormulaError,
    FormulaTooLarge,
    evaluate_formula,
    parse_formula,
)

MAX_PRINTED_FORMULA = 500
Verdict = Literal["right", "wrong", "cut_off", "unreadable"]

_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "[": "(", "]": ")", "≈": "="})
_NUMBER = re.compile(r"\d{1,18}(?:[.,](\d{1,12}))?(%?)", re.ASCII)
_PRINTED_NUMBER = re.compile(r"\s*\d{1,18}(?:[.,](\d{1,12}))?\s*(%?)\s*", re.ASCII)


@dataclass(frozen=True)
class Checked:
    """What a printed formula gives: `computed` has as many decimals as the printed result, and is
    in percent when that is.
    """

    verdict: Verdict
    computed: Fraction | None = None
    printed: Fraction | None = None
    places: int = 0
    in_percent: bool = False


def check_formula(text: str, mode: RoundingMode) -> Checked:
    """The first thing that is wrong with a printed formula, or that it is right.

    `cut_off`: the printed result is the computed one cut off instead of rounded.
    """
    sides = text.translate(_SIGNS).split("=")
    if len(sides) == 1 or len(text) > MAX_PRINTED_FORMULA:
        return Checked("unreadable")
    checked = [_compare(left, right, mode) for left, right in pairwise(sides)]
    worst = max(checked, key=_gravity)
    return checked[-1] if worst.verdict == "right" else worst


def _compare(left: str, right: str, mode: RoundingMode) -> Checked:
    return min((_compare_as(left, right, mode, percent=p) for p in (True, False)), key=_gravity)


def _gravity(checked: Checked) -> int:
    return ("right", "cut_off", "wrong", "unreadable").index(checked.verdict)


def _compare_as(left: str, right: str, mode: RoundingMode, *, percent: bool) -> Checked:
    """One "=" with `85%` read as 0.85 or, as it is often meant, as 85."""
    computed, said = _value(left, percent=percent), _value(right, percent=percent)
    if computed is None or said is None:
        return Checked("unreadable")
    match = _PRINTED_NUMBER.fullmatch(right)
    if match is None:
        return Checked("right" if computed == said else "wrong", computed, said)
    in_percent = bool(match[2]) and percent
    if in_percent:
        computed, said = computed * 100, said * 100
    places = len(match[1] or "")
    expected = rounded(computed, places=places, mode=mode)
    if expected == said:
        return Checked("right", expected, said, places, in_percent)
    cut_off = rounded(computed, places=places, mode="down") == said
    return Checked("cut_off" if cut_off else "wrong", expected, said, places, in_percent)


def _value(side: str, *, percent: bool) -> Fraction | None:
    plain = _NUMBER.sub(lambda match: _number(match, percent=percent), side)
    plain = re.sub(r"(?<=[0-9)\s])[xX:](?=[0-9(\s])", lambda m: "/" if m[0] == ":" else "*", plain)
    try:
        formula = parse_formula(plain)
        if formula.names:
            return None
        return evaluate_formula(formula, {})[0]
    except (FormulaError, DividedByZero, FormulaTooLarge):
        return None


def _number(match: re.Match[str], *, percent: bool) -> str:
    digits = match[0].rstrip("%").replace(",", ".")
    return f"({digits}/100)" if match[2] and percent else digits
