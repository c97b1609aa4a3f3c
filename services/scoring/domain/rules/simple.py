"""Which rules depend on nothing but their own value? Those that may stand inside a best_of."""

from services.scoring.domain.rules.base import Rule
from services.scoring.domain.rules.choices import Boolean, Checklist, Choice, Growth
from services.scoring.domain.rules.conditions import AllOf, AnyOf, Conditional
from services.scoring.domain.rules.counts import (
    CappedCount,
    DeductionPerViolation,
    Lateness,
    PartialCreditRatio,
    ZeroIfAny,
)
from services.scoring.domain.rules.expression import Expression
from services.scoring.domain.rules.ratios import Bands, Interpolate, Ratio, RatioToTarget
from services.scoring.domain.rules.scales import ExternalScale, Manual, PeerNormalised, Survey

SIMPLE_RULES: tuple[type[Rule], ...] = (
    Ratio,
    Bands,
    Boolean,
    Choice,
    Checklist,
    DeductionPerViolation,
    ZeroIfAny,
    PartialCreditRatio,
    ExternalScale,
    Survey,
    Growth,
    CappedCount,
    RatioToTarget,
    Interpolate,
    Lateness,
    Manual,
    PeerNormalised,
    AllOf,
    AnyOf,
    Conditional,
    Expression,
)
