"""How does this round compare with an earlier one, when the criteria set has changed in between?

Criteria are paired by a mapping (bảng đối chiếu) and compared on the share of their maximum, as
maxima move between sets. What has no counterpart is named, never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.scoring.domain.decimals import fixed, rounded, total_of

_PLACES = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Criteria of the earlier set, taken together, that became one of the later set."""

    earlier: tuple[str, ...]
    later: str


@dataclass(frozen=True, slots=True)
class Score:
    """Points out of a maximum."""

    points: Fraction
    max: Fraction

    @property
    def percent(self) -> Fraction | None:
        return self.points * 100 / self.max if self.max else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One criterion in both rounds; `change` in percentage points, None when not comparable."""

    later: str
    earlier: tuple[str, ...]
    now: Score | None
    before: Score | None

    @property
    def change(self) -> Fraction | None:
        if self.now is None or self.before is None:
            return None
        now, before = self.now.percent, self.before.percent
        return None if now is None or before is None else now - before


def same_codes(earlier: Iterable[str], later: Iterable[str]) -> tuple[Pair, ...]:
    """The mapping of a set onto itself, or of sets that kept their codes."""
    known = set(earlier)
    return tuple(Pair((code,), code) for code in later if code in known)


def compare(
    pairs: Sequence[Pair], *, now: Mapping[str, Score], before: Mapping[str, Score]
) -> list[Compared]:
    """Each criterion of the later round beside its counterpart, in the order of the later one."""
    paired = {pair.later: pair.earlier for pair in pairs}
    found = []
    for code, score in now.items():
        sources = paired.get(code, ())
        known = [before[source] for source in sources if source in before]
        whole = len(known) == len(sources) and known
        earlier = (
            Score(total_of(s.points for s in known), total_of(s.max for s in known))
            if whole
            else None
        )
        found.append(Compared(code, sources, score, earlier))
    return found


def line_scores(unit: Mapping[str, Any]) -> dict[str, Score]:
    """The lines of a unit of a snapshot."""
    return {
        line["code"]: Score(Fraction(line["points"]), Fraction(line["max"]))
        for line in unit["lines"]
    }


def percent_text(value: Fraction | None) -> str | None:
    """A percentage, or a difference of two, with two decimals."""
    if value is None:
        return None
    return fixed(rounded(value, places=_PLACES, mode="half_up"), _PLACES)
