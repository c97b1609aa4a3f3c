"""Which quantities does a sentence set, and is each a floor, a ceiling or an exact value?

Works on a copy in small letters (see `wording.lowered`); the words are in `quantity_words`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.plans.domain.targets import quantity_words as words
from services.plans.domain.targets.quantity_words import Operator


@dataclass(frozen=True, slots=True)
class Quantity:
    """One bound a text sets; `start` to `end` includes the words that make it a floor."""

    operator: Operator
    value: Decimal | None
    unit: str | None
    start: int
    end: int
    figure: int
    rank_of: int | None = None

    @property
    def is_rank(self) -> bool:
        return self.unit == RANK


RANK = "hạng"


def decimal_of(written: str, *, counted: bool = False) -> Decimal | None:
    """The number as written the Vietnamese way: decimal comma or point, points between thousands.

    `counted`: of things, where "1.000" is a thousand. None when it is no one number ("1.2.3").
    """
    if counted and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", written):
        return Decimal(written.replace(".", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", written):
        return Decimal(written.replace(".", "").replace(",", "."))
    plain = written.replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent and without needless zeros: "96.5", "100", "2"."""
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


def may_quantify(text: str) -> bool:
    """Whether a text could set a quantity at all; most sentences cannot."""
    return bool(words.MAY_QUANTIFY.search(text))


def find_quantities(clause: str, small: str, *, year: int | None) -> list[Quantity]:
    """The quantities of one clause in the order written; none overlaps another.

    `small` is the clause in small letters; `year`, the plan's, tells last year's figures apart.
    """
    if not words.MAY_QUANTIFY.search(small):
        return []
    found: list[Quantity] = []
    for finder in _OF_SHARES if words.SHARE_SIGN.search(small) else _OF_COUNTS:
        for quantity in finder(clause, small):
            if _is_free(quantity, found) and not _is_baseline(small, quantity, year=year):
                found.append(quantity)
    if not found and (compared := _against_last_year(small, year)):
        found.append(compared)
    return sorted(found, key=lambda quantity: quantity.figure)


def _is_free(quantity: Quantity, found: list[Quantity]) -> bool:
    return all(quantity.figure >= other.end or quantity.end <= other.figure for other in found)


def _ranks(_clause: str, small: str) -> Iterator[Quantity]:
    for match in words.RANK.finditer(small):
        position = match["n"] or match["n2"] or match["n3"]
        of = int(match["of"]) if match["of"] else None
        if of is not None and int(position) > of:
            continue
        figure = match.start("n") if match["n"] else match.start()
        yield Quantity("<=", Decimal(position), RANK, match.start(), match.end(), figure, of)


def _changes(_clause: str, small: str) -> Iterator[Quantity]:
    for match in words.CHANGE.finditer(small):
        bound = (match["bound"] or "").strip()
        bounds: dict[str, Operator] = {"trên": ">", "dưới": "<", "không quá": "<="}
        way: Operator = "<=" if "xuống" in match["way"] else ">="
        operator = bounds.get(bound, way)
        yield from _quantity(match, operator, unit="%", figure=match.start(), end=match.end())


def _ranges(_clause: str, small: str) -> Iterator[Quantity]:
    for match in words.RANGE.finditer(small):
        yield from _quantity(match, ">=", unit="%", figure=match.start(), end=match.end())


def _percentages(_clause: str, small: str) -> Iterator[Quantity]:
    for match in words.PERCENT.finditer(small):
        value = decimal_of(match["n"])
        prefix = _prefix(small, match.start())
        operator, end = _suffix(small, match.end(), operator=prefix[0] if prefix else None)
        start = prefix[1] if prefix else match.start()
        bare: Operator = "=" if value == 0 else ">="
        yield from _quantity(
            match, operator or bare, unit="%", figure=match.start(), end=end, start=start
        )


def _counts(clause: str, small: str) -> Iterator[Quantity]:
    for match in words.COUNT.finditer(small):
        unit_end = _unit_end(small, match.start("unit"))
        if unit_end is None:
            continue
        prefix = _prefix(small, match.start())
        operator, end = _suffix(small, unit_end, operator=prefix[0] if prefix else None, later=True)
        start = prefix[1] if prefix else match.start()
        unit = clause[match.start("unit") : unit_end].lower()
        if operator is None and (words.AIM.search(small[: match.start()]) or unit == "điểm"):
            operator = ">="
        if operator is not None:
            per = words.PER.match(small, unit_end)
            unit += clause[per.start() : per.end()].replace(" ", "").lower() if per else ""
            end = max(end, per.end() if per else end)
            yield from _quantity(
                match, operator, unit=unit, figure=match.start(), end=end, start=start, counted=True
            )


def _unit_end(small: str, start: int) -> int | None:
    rest = small[start:]
    if words.NEVER_COUNTED.match(rest):
        return None
    counted = words.UNIT.match(rest)
    return start + counted.end() if counted else None


def _zeros(clause: str, small: str) -> Iterator[Quantity]:
    for match in words.ZERO.finditer(small):
        end = _unit_end(small, match.end())
        if end is not None:
            unit = clause[match.end() : end].lower()
            start = match.start() + (small[match.start()] == ",")
            yield Quantity("=", Decimal(0), unit, start, end, start)


def _quantity(
    match: re.Match[str],
    operator: Operator,
    *,
    unit: str,
    figure: int,
    end: int,
    start: int | None = None,
    counted: bool = False,
) -> Iterator[Quantity]:
    value = decimal_of(match["n"], counted=counted)
    if value is not None:
        yield Quantity(operator, value, unit, figure if start is None else start, end, figure)


def _prefix(small: str, place: int) -> tuple[Operator, int] | None:
    before = small[max(0, place - 60) : place]
    for pattern, operator in words.PREFIXES:
        if match := pattern.search(before):
            return operator, place - len(before) + match.start()
    return None


def _suffix(
    small: str, place: int, *, operator: Operator | None, later: bool = False
) -> tuple[Operator | None, int]:
    """Words after the figure decide too: "… trở lên" makes a floor, "… trở xuống" a ceiling."""
    least = words.LATER_AT_LEAST if later else words.AT_LEAST_AFTER
    most = words.LATER_AT_MOST if later else words.AT_MOST_AFTER
    if match := least.match(small, place):
        return operator or ">=", match.end()
    if match := most.match(small, place):
        return operator or "<=", match.end()
    return operator, place


def _is_baseline(small: str, quantity: Quantity, *, year: int | None) -> bool:
    """Last year's figure beside the target, in brackets or after *so với*, is no target."""
    before = small[: quantity.figure]
    if re.search(r"\bso với\s+(?:mức\s+)?$", before):
        return True
    opening = before.rfind("(")
    if opening < 0 or ")" in before[opening:]:
        return False
    closing = small.find(")", quantity.end)
    bracket = small[opening : closing if closing >= 0 else len(small)]
    years = [int(found) for found in re.findall(r"\bnăm (20\d\d)\b", bracket)]
    return "năm trước" in bracket or (year is not None and any(found < year for found in years))


def _against_last_year(small: str, year: int | None) -> Quantity | None:
    signs: tuple[tuple[re.Pattern[str], Operator], ...] = (
        (words.BETTER, ">prev"),
        (words.WORSE, "<prev"),
    )
    for pattern, operator in signs:
        match = pattern.search(small)
        if match is None or not words.COMPARED.search(match.group()):
            continue
        if re.search(r"\bkhông\s*$", small[: match.start()]):
            continue
        if match["year"] and year is not None and int(match["year"]) >= year:
            continue
        return Quantity(operator, None, None, match.start(), match.end(), match.start())
    return None


_OF_COUNTS = (_ranks, _counts, _zeros)
_OF_SHARES = (_ranks, _changes, _ranges, _percentages, _counts, _zeros)
