"""Which points were lost, on which line, and why? The ledger that closes: max - lost = points.

Reports on remedies list exactly this (Hà Tĩnh 2021: each area's loss is the sum of its criteria).
Figures are those that are published, so a line rounded to 1.39 of 1.50 has lost 0.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.decimals import read_decimal, rounded, total_of
from services.scoring.domain.lines import Line


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points a line lost for one reason."""

    points: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class FinalLine:
    """A line as it is published. `lost` is negative where a bonus adds outside the scale."""

    criterion: str
    status: str
    points: Fraction
    max: Fraction
    deductions: tuple[Deduction, ...] = ()

    @property
    def lost(self) -> Fraction:
        return self.max - self.points

    @property
    def closes(self) -> bool:
        """Whether the deductions account for every point lost, and for none that was not."""
        told = total_of(entry.points for entry in self.deductions)
        return told == max(self.lost, Fraction(0))


class DoesNotClose(ValueError):
    """The deductions named are not what the line lost."""

    def __init__(self, told: Fraction, lost: Fraction) -> None:
        super().__init__("the deductions do not add up to the points lost")
        self.told = told
        self.lost = lost


def shown_points(line: Line, criteria_set: CriteriaSet) -> Fraction:
    """The points of a line as they are published."""
    rounding = criteria_set.rounding
    return rounded(line.points, places=rounding.places, mode=rounding.mode)


def read_deductions(named: Sequence[Mapping[str, str]]) -> tuple[Deduction, ...]:
    """Deductions as they are stored.

    :raises ValueError: points that are no decimal.
    """
    found = []
    for entry in named:
        points = read_decimal(entry["points"])
        if points is None:
            raise ValueError("not a decimal")
        found.append(Deduction(points, entry["reason"]))
    return tuple(found)


def final_line(
    line: Line, criteria_set: CriteriaSet, *, named: Sequence[Deduction], reason: str
) -> FinalLine:
    """The published line with its deductions: those named, else one for all with the reason.

    :raises DoesNotClose: the named ones do not add up to what was lost.
    """
    bare = FinalLine(line.criterion.code, line.status, shown_points(line, criteria_set), line.max)
    lost = max(bare.lost, Fraction(0))
    if named:
        told = total_of(entry.points for entry in named)
        if told != lost:
            raise DoesNotClose(told, lost)
        deductions = tuple(named)
    else:
        deductions = (Deduction(lost, reason),) if lost else ()
    return FinalLine(bare.criterion, bare.status, bare.points, bare.max, deductions)
