"""Which steps may follow which, for a round, for a unit in it, and for an objection?

Phases are read from the clock (`phases.py`), never stored; a state is only what somebody decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.scoring.domain.rounds.phases import Phase, PhaseClock


class RoundState(StrEnum):
    """The life of a round (đợt chấm điểm)."""

    DRAFT = "draft"  # chuẩn bị
    OPEN = "open"  # đang chấm
    FINAL = "final"  # đã chốt điểm
    PUBLISHED = "published"  # đã công bố


class SheetState(StrEnum):
    """The life of one unit's score sheet (phiếu chấm) in a round."""

    OPEN = "open"  # đang tự chấm
    SUBMITTED = "submitted"  # đã nộp


ROUND_ACTIONS: Mapping[RoundState, frozenset[str]] = {
    RoundState.DRAFT: frozenset({"edit", "add-units", "exempt", "assign", "open", "record"}),
    RoundState.OPEN: frozenset({"add-units", "exempt", "assign", "extend", "reopen", "finalise"}),
    RoundState.FINAL: frozenset({"reopen", "publish"}),
    RoundState.PUBLISHED: frozenset({"reopen"}),
}
ALL_ROUND_ACTIONS = sorted(frozenset().union(*ROUND_ACTIONS.values()))
ALL_SHEET_ACTIONS = ["object", "recall", "self-score", "submit"]


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done now; and for the rest, the code of the reason why not."""

    allowed: frozenset[str]
    blocked: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, action: str) -> str | None:
        """The code of the reason against an action; None when there is none."""
        return None if action in self.allowed else self.blocked.get(action, "wrong_state")


def round_permission(state: RoundState, *, units: int, open_objections: int) -> Permission:
    """What the state of a round and what hangs open in it allow."""
    blocked = {a: f"round_is_{state}" for a in ALL_ROUND_ACTIONS if a not in ROUND_ACTIONS[state]}
    if state is RoundState.DRAFT and not units:
        blocked |= dict.fromkeys(("open", "record"), "round_without_units")
    if state is RoundState.OPEN and open_objections:
        blocked["finalise"] = "objections_open"
    return Permission(ROUND_ACTIONS[state] - blocked.keys(), blocked)


def sheet_permission(
    state: SheetState, *, round_state: RoundState, clock: PhaseClock, unit_code: str
) -> Permission:
    """What a unit may do with its sheet: the round, the phase and the sheet itself decide."""
    if round_state is not RoundState.OPEN:
        return Permission(frozenset(), dict.fromkeys(ALL_SHEET_ACTIONS, f"round_is_{round_state}"))
    blocked: dict[str, str] = {}
    scoring = clock.standing(Phase.SELF_SCORING, unit_code)
    for action in ("self-score", "submit", "recall"):
        if scoring != "open":
            blocked[action] = f"phase_{scoring}"
        elif (state is SheetState.SUBMITTED) is not (action == "recall"):
            blocked[action] = f"sheet_is_{state}"
    explaining = clock.standing(Phase.EXPLANATION, unit_code)
    if explaining != "open":
        blocked["object"] = f"phase_{explaining}"
    return Permission(frozenset(ALL_SHEET_ACTIONS) - blocked.keys(), blocked)


def appraisal_refusal(
    *, review: bool, clock: PhaseClock, unit_code: str, sheet: SheetState, open_objection: bool
) -> str | None:
    """The code of the reason why a line of a unit cannot be appraised now; None when it can."""
    standing = clock.standing(Phase.REVIEW if review else Phase.APPRAISAL, unit_code)
    if standing != "open":
        return f"phase_{standing}"
    still_scoring = clock.standing(Phase.SELF_SCORING, unit_code) != "closed"
    if sheet is SheetState.OPEN and still_scoring:
        return "sheet_not_submitted"
    return "objection_open" if open_objection else None
