"""Which criteria do not concern a unit? Exemptions of all units, a group, a subtree or one unit.

An exempted line is not applicable and follows the criterion's policy: usually it leaves the maximum
(Thanh Hóa 2023: 16 of 100 points), and the index is taken of what is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.rounds.layers import Exemption, leaves_of

ScopeKind = Literal["all", "group", "subtree", "unit"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom an exemption concerns; `code` names the group or the unit, None for all."""

    kind: ScopeKind
    code: str | None = None

    def concerns(self, *, unit_code: str, peer_group: str, path: str) -> bool:
        """Whether a unit is meant; `path` is "/TINH/SO/", from the root down to the unit."""
        match self.kind:
            case "all":
                return True
            case "group":
                return peer_group == self.code
            case "unit":
                return unit_code == self.code
            case "subtree":
                return f"/{self.code}/" in path


@dataclass(frozen=True, slots=True)
class Granted:
    """An exemption as it was granted: of a criterion with all below it."""

    scope: Scope
    exemption: Exemption


def forbidden_lines(criteria_set: CriteriaSet, code: str) -> list[str]:
    """The leaves below a criterion whose policy knows no "not applicable"."""
    by_code = criteria_set.outline.by_code
    return [
        leaf
        for leaf in leaves_of(criteria_set, code)
        if by_code[leaf].na_policy in {None, "not_allowed"}
    ]


def exempt_lines(
    granted: Iterable[Granted],
    criteria_set: CriteriaSet,
    *,
    unit_code: str,
    peer_group: str,
    path: str,
) -> dict[str, Exemption]:
    """The exempted leaves of a unit with the exemption that came last for each."""
    found: dict[str, Exemption] = {}
    for entry in granted:
        if entry.scope.concerns(unit_code=unit_code, peer_group=peer_group, path=path):
            for leaf in leaves_of(criteria_set, entry.exemption.criterion):
                found[leaf] = entry.exemption
    return found
