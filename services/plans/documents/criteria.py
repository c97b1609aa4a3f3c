"""How is a criterion that lost points described in a sentence?

"- Tiêu chí 1.6: Công tác tuyên truyền CCHC đạt 0.75/1.00 điểm. Lý do: …" under "Tiêu chí 1: Chỉ
đạo, điều hành …: Đoàn thẩm định đánh giá đạt 9,03/11 điểm. Bị trừ các tiêu chí cụ thể sau:"
(remediation report of Sở Ngoại vụ Hà Tĩnh, 2022).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.plans.documents.areas import AreaRegister
from services.plans.documents.items import tidy
from services.plans.documents.markers import bulleted
from services.plans.domain.targets import decimal_of
from services.plans.domain.targets.wording import lowered

_BEGIN = re.compile(
    r"(?:tiêu chí(?: thành phần)?|tctp|tc|chỉ số thành phần)\s+(?P<code>\d+(?:\.\d+)*)\b"
)
_SCORE = re.compile(
    r"\bđạt\s+(?:được\s+)?(?P<points>\d+(?:[.,]\d+)?)\s*/\s*(?P<max>\d+(?:[.,]\d+)?)(?:\s*điểm)?"
)
_REASON = re.compile(r"\b(?:lý do|lí do|nguyên nhân)\s*:?\s*")
_BECAUSE = re.compile(r"^\s*(?:do|vì)\s+")
_LOSES = re.compile(r"\bbị trừ\b")
_ASSESSED = re.compile(r":?\s*(?:đoàn thẩm định|hội đồng thẩm định|tổ thẩm định|đánh giá đạt)\b")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion with what it got, of how much, and why; `area` is the code of its area."""

    code: str | None
    area: str | None
    points: Decimal | None
    max: Decimal | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """What a whole area got, of how much."""

    area: str
    points: Decimal
    max: Decimal


@dataclass(frozen=True, slots=True)
class _Passage:
    code: str
    words: str
    listed: bool


def read_criteria(lines: Sequence[str], areas: AreaRegister) -> tuple[list[Criterion], list[Score]]:
    """The criteria of a cell and the scores of their areas, which are registered by their headings.

    Both are empty when the cell names no criterion.
    """
    passages = _passages(lines)
    codes = [passage.code for passage in passages]
    criteria: list[Criterion] = []
    scores: list[Score] = []
    above: dict[str, str] = {}
    for passage in passages:
        if _is_area(passage, codes):
            if passage.code not in above:
                above[passage.code] = areas.numbered(passage.code, _area_title(passage.words))
            points, most = _score(passage.words)
            if points is not None and most is not None:
                scores.append(Score(passage.code, points, most))
        else:
            criteria.append(_criterion(passage, above))
    return criteria, scores


def _passages(lines: Sequence[str]) -> list[_Passage]:
    """The lines put together into passages, each beginning with the name of a criterion."""
    passages: list[_Passage] = []
    for line in lines:
        if not line:
            continue
        item = bulleted(line)
        words = item.text if item else line
        begin = _BEGIN.match(lowered(words))
        if begin:
            rest = words[begin.end() :].lstrip(" :.-–")
            passages.append(_Passage(begin["code"], rest, item is not None))
        elif passages:
            last = passages[-1]
            passages[-1] = _Passage(last.code, f"{last.words}\n{words}", last.listed)
    return passages


def _is_area(passage: _Passage, codes: list[str]) -> bool:
    """Whether a passage heads others: their codes begin with its code, or it says they follow."""
    heads = any(code.startswith(f"{passage.code}.") for code in codes)
    return heads or (not passage.listed and bool(_LOSES.search(lowered(passage.words))))


def _area_title(words: str) -> str:
    small = lowered(words)
    ends = [match.start() for match in (_ASSESSED.search(small), _LOSES.search(small)) if match]
    return tidy(words[: min(ends, default=len(words))].split("\n", maxsplit=1)[0])


def _criterion(passage: _Passage, above: dict[str, str]) -> Criterion:
    small = lowered(passage.words)
    points, most = _score(passage.words)
    parent = next((above[code] for code in _parents(passage.code) if code in above), None)
    return Criterion(
        code=passage.code,
        area=parent,
        points=points,
        max=most,
        reason=_reason(passage.words, small, score=_SCORE.search(small)),
    )


def _score(words: str) -> tuple[Decimal | None, Decimal | None]:
    score = _SCORE.search(lowered(words))
    return (decimal_of(score["points"]), decimal_of(score["max"])) if score else (None, None)


def _reason(words: str, small: str, *, score: re.Match[str] | None) -> str | None:
    if stated := _REASON.search(small):
        return tidy(words[stated.end() :]) or None
    before = words[: score.start()] if score else words
    if because := _BECAUSE.match(lowered(before)):
        return tidy(before[because.end() :]) or None
    after = tidy(words[score.end() :]) if score else ""
    return after or tidy(before) or None


def _parents(code: str) -> list[str]:
    """The codes above a code, the nearest first: 7.1.1.4 → 7.1.1, 7.1, 7."""
    parts = code.split(".")
    return [".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
