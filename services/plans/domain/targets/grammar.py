"""Which targets (chỉ tiêu) does a passage of a plan set?

"Tối thiểu 98% hồ sơ được giải quyết đúng hạn" is one target, "đạt 40% tại cấp Sở, 20% tại cấp xã"
are two: one target per quantity, each with the words that belong to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from services.plans.domain.targets.quantities import (
    Quantity,
    decimal_text,
    find_quantities,
    may_quantify,
)
from services.plans.domain.targets.quantity_words import Operator
from services.plans.domain.targets.wording import clause_spans, lowered

_CONNECTOR = re.compile(r"[,\s]*\b(?:trong (?:số )?đó|đồng thời|ngoài ra)\b[,:]?\s*")
_SEPARATOR = re.compile(r",\s+|\s+và\s+")
_AT_ONCE = re.compile(r"\s*(?:,|\bvà\b)\s*")
_SUBJECT = re.compile(r"(?:,|\bvà\b)\s*(?=(?:tỷ lệ|tỉ lệ|mức độ|tổng số|số lượng|chỉ số|điểm)\b)")
_PLACE = re.compile(r"\s*(?:tại|ở|đối với|cho|của)\b")
_LEADING = re.compile(
    r"^(?:[-+*•\s,]|(?:\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\))\s"
    r"|(?:và|trong (?:số )?đó|đồng thời|ngoài ra|cũng như)\b[,:]?)+"
)
_QUOTED = re.compile(r'[“"«„](?P<inside>[^”"»]*)(?:[”"»]|$)')
_WHOLE = re.compile(r"\s*/\s*(?=tổng\b)")
_SLASH = re.compile(r"(?<![\d\s])\s*/\s*(?=[^\W\d_])")
_SHARE = re.compile(
    r"\b(?:tỷ|tỉ) lệ (?P<part>[^;]{3,160}?)(?:\s+trên|\s*/)\s*(?P<whole>tổng (?:số )?[^;,]{2,160}?)"
    r"(?=\s+(?:đạt|tối thiểu|ít nhất|từ \d|trên \d|dưới \d|không|là)\b|\s*$|\s*[\d(])"
)
_TRAILING = " .;,:–-"
_LEFT_OVER = re.compile(r"(?:[,\s]*\b(?:và|trong (?:số )?đó|đồng thời|ngoài ra))+[\s,:]*$")


@dataclass(frozen=True, slots=True)
class Target:
    """One quantified target. `area` and `task` are the code and the ordinal it was found under.

    `value` is None exactly for ">prev" and "<prev" (better or lower than the year before); `unit`
    is "%", "hạng" for a rank, or what is counted ("sáng kiến"). `numerator` and `denominator` are
    the words of a written fraction (“A/Tổng số B”).
    """

    text: str
    operator: Operator
    value: Decimal | None
    unit: str | None
    area: str | None = None
    task: str | None = None
    numerator: str | None = None
    denominator: str | None = None

    def placed(self, *, area: str | None, task: str | None = None) -> "Target":
        """The same target under an area and a task."""
        return Target(
            self.text, self.operator, self.value, self.unit,
            area, task, self.numerator, self.denominator,
        )  # fmt: skip

    def as_json(self) -> dict[str, str | None]:
        """The object of SPEC §9; the value is an exact decimal as text."""
        return {
            "text": self.text,
            "operator": self.operator,
            "value": None if self.value is None else decimal_text(self.value),
            "unit": self.unit,
            "area": self.area,
            "task": self.task,
            "numerator": self.numerator,
            "denominator": self.denominator,
        }


@dataclass(frozen=True, slots=True)
class IndexGoal:
    """What a plan wants of a whole index: a value and a place among its peers (5/17 sở, ngành)."""

    operator: Operator | None = None
    value: Decimal | None = None
    unit: str | None = None
    position: int | None = None
    of: int | None = None


@lru_cache(maxsize=8192)
def parse_targets(text: str, *, year: int | None = None) -> tuple[Target, ...]:
    """Every target of a passage in the order written; line ends and semicolons separate.

    :param year: the plan's year; figures in brackets of an earlier year are baselines, not targets.
    """
    if not may_quantify(text):
        return ()
    return tuple(
        target
        for start, end in clause_spans(text)
        for target in _targets_of_clause(text[start:end], year)
    )


def parse_index_goal(text: str, *, year: int | None = None) -> IndexGoal:
    """The overall value and rank goal of an index from the sentence that announces them."""
    goal = IndexGoal()
    for start, end in clause_spans(text):
        clause = text[start:end]
        for quantity in find_quantities(clause, lowered(clause), year=year):
            if quantity.is_rank and goal.position is None and quantity.value is not None:
                goal = replace(goal, position=int(quantity.value), of=quantity.rank_of)
            elif not quantity.is_rank and goal.operator is None:
                goal = replace(
                    goal, operator=quantity.operator, value=quantity.value, unit=quantity.unit
                )
    return goal


def _targets_of_clause(clause: str, year: int | None) -> Iterator[Target]:
    small = lowered(clause)
    quantities = find_quantities(clause, small, year=year)
    if not quantities:
        return
    bounds = [
        0,
        *(_boundary(small, left, right=right) for left, right in pairwise(quantities)),
        len(clause),
    ]
    subject = clause[: quantities[0].start]
    for number, quantity in enumerate(quantities):
        words = clause[bounds[number] : bounds[number + 1]]
        if number and quantity.start - bounds[number] <= len(_lead(words)):
            follows = _PLACE.match(small, quantity.end)
            words = f"{subject.strip()} {_tidy(words)}" if follows and subject.strip() else words
        tidy = _tidy(words)
        numerator, denominator = _fraction(tidy)
        yield Target(
            text=tidy,
            operator=quantity.operator,
            value=quantity.value,
            unit=quantity.unit,
            numerator=numerator,
            denominator=denominator,
        )


def _boundary(small: str, left: Quantity, *, right: Quantity) -> int:
    """Where the words of one quantity end and those of the next begin."""
    between = small[left.end : right.start]
    if at_once := _AT_ONCE.match(between):
        return left.end + at_once.end()
    if connectors := list(_CONNECTOR.finditer(between)):
        return left.end + connectors[-1].end()
    if subjects := list(_SUBJECT.finditer(between)):
        return left.end + subjects[-1].end()
    if separators := list(_SEPARATOR.finditer(between + " ")):
        return left.end + min(separators[-1].end(), len(between))
    return right.start


def _lead(words: str) -> str:
    match = _LEADING.match(lowered(words))
    return match.group() if match else ""


def _tidy(words: str) -> str:
    words = words.strip()
    words = words[len(_lead(words)) :].strip()
    if left_over := _LEFT_OVER.search(lowered(words)):
        words = words[: left_over.start()]
    return words.strip().rstrip(_TRAILING).strip()


def _fraction(text: str) -> tuple[str | None, str | None]:
    for quoted in _QUOTED.finditer(text):
        inside = quoted["inside"]
        slash = _WHOLE.search(lowered(inside)) or _SLASH.search(lowered(inside))
        if slash:
            return _part(inside[: slash.start()]), _part(inside[slash.end() :])
    if share := _SHARE.search(lowered(text)):
        return (
            _part(text[share.start("part") : share.end("part")]),
            _part(text[share.start("whole") : share.end("whole")]),
        )
    return None, None


def _part(words: str) -> str | None:
    return words.strip(_TRAILING + '“”"') or None
