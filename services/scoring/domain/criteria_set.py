"""What is a criteria set (bộ tiêu chí)? A tree of criteria with rules, and how it publishes.

Immutable once published. Every figure is an exact decimal held as a `Fraction`.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from services.scoring.domain.criterion import Criterion
from services.scoring.domain.decimals import RoundingMode
from services.scoring.domain.fingerprint import fingerprint
from services.scoring.domain.outline import Outline, outline_of

Stage = Literal["line", "total"]
Ties = Literal["standard", "dense", "modified"]


@dataclass(frozen=True)
class Rounding:
    """To how many decimals, in which way, and when: each line, or only the total."""

    places: int
    mode: RoundingMode
    stage: Stage


@dataclass(frozen=True)
class ShareGate:
    """Each of `codes` (every area when none is named) must reach a share of its maximum."""

    percent: Fraction
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactGate:
    """A fact about the unit must be as the class wants it (no head disciplined in the year…)."""

    fact: str
    is_: bool


Gate = ShareGate | FactGate


@dataclass(frozen=True)
class ClassBand:
    """A class (xếp loại) from an index upwards, granted only when its gates are open."""

    name: str
    min: Fraction
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class CriteriaSet:
    """A whole set as it was published."""

    code: str
    title: str
    rounding: Rounding
    criteria: tuple[Criterion, ...]
    reference: str = ""
    index_places: int = 2
    classes: tuple[ClassBand, ...] = ()
    ties: Ties = "standard"
    applies_to: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    supersedes: str | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def outline(self) -> Outline:
        """Tree, leaves, order of calculation, and what is wrong with them."""
        return outline_of(self.criteria)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the set says, whatever the order of its keys."""
        return fingerprint(self)
