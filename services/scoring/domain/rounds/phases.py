"""When may a unit or an appraiser still act? Phases with instants, extensions, re-openings.

A phase is open from `opens_at` until just before `closes_at`; then it locks by itself. Phases may
overlap (chấm cuốn chiếu), but none opens or closes before the one ahead of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Phase(StrEnum):
    """The phases of a round (đợt chấm điểm), in their order."""

    SELF_SCORING = "self_scoring"  # tự chấm
    APPRAISAL = "appraisal"  # thẩm định
    EXPLANATION = "explanation"  # giải trình
    REVIEW = "review"  # thẩm định lại sau giải trình


ORDER = tuple(Phase)
Standing = Literal["not_open_yet", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when a phase is open."""

    opens_at: datetime
    closes_at: datetime

    def standing(self, now: datetime) -> Standing:
        """Where the present moment lies."""
        if now < self.opens_at:
            return "not_open_yet"
        return "open" if now < self.closes_at else "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """A later closing: an extension (gia hạn) or a re-opening by decision (mở lại).

    `unit_code` None is for all units. A re-opening opens at once; an extension moves only the end.
    """

    phase: Phase
    closes_at: datetime
    unit_code: str | None = None
    reopened_at: datetime | None = None


def faults(windows: Mapping[Phase, Window]) -> list[tuple[Phase, str]]:
    """What is wrong with the windows of a round: the phase, and the code of the fault."""
    found: list[tuple[Phase, str]] = []
    before: Window | None = None
    for phase in ORDER:
        window = windows.get(phase)
        if window is None:
            found.append((phase, "phase_missing"))
            continue
        if window.closes_at <= window.opens_at:
            found.append((phase, "phase_ends_before_it_begins"))
        elif before and (window.opens_at < before.opens_at or window.closes_at < before.closes_at):
            found.append((phase, "phase_out_of_order"))
        before = window
    return found


@dataclass(frozen=True, slots=True)
class PhaseClock:
    """The phases of a round with all changes made to them, as they stand at one moment."""

    windows: Mapping[Phase, Window]
    changes: Sequence[Change]
    now: datetime

    def closes_at(self, phase: Phase, unit_code: str | None) -> datetime:
        """When the phase closes for a unit: the latest of the written end and all changes."""
        later = (change.closes_at for change in self._for(phase, unit_code))
        return max((self.windows[phase].closes_at, *later))

    def standing(self, phase: Phase, unit_code: str | None = None) -> Standing:
        """Whether the phase is open for a unit (or, without one, for units in general)."""
        window = self.windows[phase]
        if window.standing(self.now) == "open":
            return "open"
        mine = self._for(phase, unit_code)
        if any(c.reopened_at and c.reopened_at <= self.now < c.closes_at for c in mine):
            return "open"
        if self.now < window.opens_at:
            return "not_open_yet"
        moved = [c.closes_at for c in mine if c.reopened_at is None]
        return "open" if any(self.now < until for until in moved) else "closed"

    def _for(self, phase: Phase, unit_code: str | None) -> list[Change]:
        return [
            change
            for change in self.changes
            if change.phase is phase and change.unit_code in {None, unit_code}
        ]
