"""Who stands where among its peers? Ranks on the published value, within peer groups (khối).

Units with the same published value share a rank: Kiên Giang 2018 has two at 91 as co-first, the DTI
2021 prints 12, 12, 14.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.criteria_set import Ties
from services.scoring.domain.decimals import RoundingMode, rounded


@dataclass(frozen=True)
class RankEntry:
    """A unit with the value it is ranked on; None when it is scored but not ranked."""

    unit: str
    value: Fraction | None
    peer_group: str = ""


@dataclass(frozen=True)
class Ranked:
    """A unit's place: `rank` among `of` units with a value in its group."""

    unit: str
    peer_group: str
    value: Fraction | None
    rank: int | None
    of: int


def rank(
    entries: Iterable[RankEntry],
    *,
    places: int = 2,
    mode: RoundingMode = "half_up",
    ties: Ties = "standard",
) -> list[Ranked]:
    """The entries by peer group and rank; equal ones in the order of their names.

    Values are rounded as they are published before they are compared, so that equal figures on
    paper have equal ranks. `standard` is 1, 2, 2, 4; `dense` 1, 2, 2, 3; `modified` 1, 3, 3, 4.
    """
    groups: dict[str, list[RankEntry]] = defaultdict(list)
    for entry in entries:
        value = None if entry.value is None else rounded(entry.value, places=places, mode=mode)
        groups[entry.peer_group].append(RankEntry(entry.unit, value, entry.peer_group))
    return [ranked for name in sorted(groups) for ranked in _rank_group(groups[name], ties)]


def _rank_group(group: Sequence[RankEntry], ties: Ties) -> list[Ranked]:
    held = Counter(entry.value for entry in group if entry.value is not None)
    of = sum(held.values())
    ranks: dict[Fraction, int] = {}
    above = 0
    for place, value in enumerate(sorted(held, reverse=True), start=1):
        same = held[value]
        ranks[value] = {"standard": above + 1, "dense": place, "modified": above + same}[ties]
        above += same
    ranked = [
        Ranked(e.unit, e.peer_group, e.value, None if e.value is None else ranks[e.value], of)
        for e in group
    ]
    return sorted(ranked, key=lambda r: (r.rank is None, r.rank or 0, r.unit))
