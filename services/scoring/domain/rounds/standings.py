"""Who stands where in a round? Results by peer group (khối), with the classes of the set or block.

Ranked on the published percentage, so that a unit with exemptions competes on what concerns it
(Thanh Hóa 2023: 68.32 of 84 is 81.33 %); equal figures share a rank (Kiên Giang 2018).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.criteria_set_format import parse_criteria_set
from services.scoring.domain.ranking import Ranked, RankEntry, rank
from services.scoring.domain.result import Result

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A block of units that are ranked among each other; `classes` replace those of the set."""

    code: str
    title: str
    ranked: bool = True
    classes: Sequence[Mapping[str, Any]] | None = None


@dataclass
class Rulebooks:
    """The criteria set as each peer group uses it, read once."""

    content: Content
    groups: Mapping[str, PeerGroup]
    _read: dict[str, CriteriaSet] = field(default_factory=dict)

    def of(self, group_code: str) -> CriteriaSet:
        """The set with the classes of a group.

        :raises InvalidCriteriaSet: classes that cannot be read.
        """
        group = self.groups[group_code]
        key = group_code if group.classes is not None else ""
        if key not in self._read:
            content = dict(self.content)
            if group.classes is not None:
                content["classes"] = [dict(band) for band in group.classes]
            self._read[key] = parse_criteria_set(content)
        return self._read[key]


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit of the round with its result; `ranked` false: scored, but in no ranking."""

    result: Result
    peer_group: str
    ranked: bool = True


def standings(measured: Iterable[Measured], groups: Mapping[str, PeerGroup]) -> list[Ranked]:
    """All units by group and rank, on the rounded index and by the tie rule of the set."""
    by_group: dict[str, list[Measured]] = {}
    for unit in measured:
        by_group.setdefault(unit.peer_group, []).append(unit)
    found: list[Ranked] = []
    for code in sorted(by_group):
        members = by_group[code]
        criteria_set = members[0].result.criteria_set
        entries = [
            RankEntry(
                m.result.unit, m.result.index if m.ranked and groups[code].ranked else None, code
            )
            for m in members
        ]
        ranked = rank(
            entries,
            places=criteria_set.index_places,
            mode=criteria_set.rounding.mode,
            ties=criteria_set.ties,
        )
        values = {m.result.unit: m.result.index for m in members}
        found += [replace(entry, value=values[entry.unit]) for entry in ranked]
    return found
