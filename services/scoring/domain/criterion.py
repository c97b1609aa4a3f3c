"""What is a criterion (tiêu chí)? A node of the tree; leaves have a rule and a maximum."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.scoring.domain.rules import Rule

Policy = Literal["exclude", "full", "zero", "not_allowed"]
ScoredBy = Literal["self", "appraiser", "survey", "system"]


@dataclass(frozen=True)
class EvidenceRule:
    """What must be attached (tài liệu kiểm chứng); the engine only carries it."""

    required: bool = False
    note: str = ""


@dataclass(frozen=True)
class Criterion:
    """A node of the tree; only leaves have a rule."""

    code: str
    title: str
    parent: str | None = None
    max_points: Fraction | None = None
    na_policy: Policy | None = None
    zero_denominator: Policy | None = None
    rule: Rule | None = None
    scored_by: ScoredBy | None = None
    evidence: EvidenceRule | None = None
    note: str = ""

    @property
    def maximum(self) -> Fraction:
        """The maximum of a leaf; for a bonus or a penalty its cap."""
        return self.max_points or Fraction(0)

    @property
    def scale_maximum(self) -> Fraction:
        """What the leaf adds to the maximum of its parents: nothing for a bonus or a penalty."""
        return Fraction(0) if self.rule is None or self.rule.outside_scale else self.maximum
