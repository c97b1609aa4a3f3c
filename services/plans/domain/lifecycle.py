"""Which steps may follow which, for a plan and for an obligation?

A state carries its actions. "Overdue" is computed from dates, never a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PlanState(StrEnum):
    """The life of a plan (kế hoạch)."""

    DRAFT = "draft"  # dự thảo
    ISSUED = "issued"  # đã ban hành
    CLOSED = "closed"  # đã kết thúc
    WITHDRAWN = "withdrawn"  # đã rút: việc nhập được hoàn tác, hoặc bản khác thay thế


class ObligationState(StrEnum):
    """The life of what one unit owes (nghĩa vụ)."""

    OPEN = "open"  # chưa tiếp nhận
    ACKNOWLEDGED = "acknowledged"  # đã tiếp nhận, đang thực hiện
    SUBMITTED = "submitted"  # đã báo cáo hoàn thành, chờ xác nhận
    SUSPENDED = "suspended"  # tạm dừng
    CLOSED = "closed"  # đã xác nhận, hoặc kế hoạch đã kết thúc
    CANCELLED = "cancelled"  # thôi thực hiện


PLAN_ACTIONS: Mapping[PlanState, frozenset[str]] = {
    PlanState.DRAFT: frozenset({"edit", "issue"}),
    PlanState.ISSUED: frozenset({"close", "carry-over"}),
    PlanState.CLOSED: frozenset({"carry-over"}),
    PlanState.WITHDRAWN: frozenset(),
}
_WORK = frozenset(
    {"assign", "report-progress", "claim-done", "request-extension", "suspend", "cancel"}
)
OBLIGATION_ACTIONS: Mapping[ObligationState, frozenset[str]] = {
    ObligationState.OPEN: frozenset({"acknowledge", *_WORK}),
    ObligationState.ACKNOWLEDGED: _WORK,
    ObligationState.SUBMITTED: frozenset({"verify", "return"}),
    ObligationState.SUSPENDED: frozenset({"resume", "cancel"}),
    ObligationState.CLOSED: frozenset(),
    ObligationState.CANCELLED: frozenset(),
}
ALL_PLAN_ACTIONS = sorted(frozenset().union(*PLAN_ACTIONS.values()))
ALL_OBLIGATION_ACTIONS = sorted(frozenset().union(*OBLIGATION_ACTIONS.values()))


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done now; and for the rest, the code of the reason why not."""

    allowed: frozenset[str]
    blocked: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, action: str) -> str | None:
        """The code of the reason against an action; None when there is none."""
        return None if action in self.allowed else self.blocked.get(action, "wrong_state")


def plan_permission(
    state: PlanState, *, has_number: bool, has_date: bool, unresolved_leads: int
) -> Permission:
    """What a plan's state and content allow."""
    blocked = {a: f"plan_is_{state}" for a in ALL_PLAN_ACTIONS if a not in PLAN_ACTIONS[state]}
    if state is PlanState.DRAFT:
        if not has_number or not has_date:
            blocked["issue"] = "number_or_date_missing"
        elif unresolved_leads:
            blocked["issue"] = "leads_unresolved"
    return Permission(PLAN_ACTIONS[state] - blocked.keys(), blocked)


def obligation_permission(
    state: ObligationState, *, reported_by_caller: bool, has_date: bool, asked: bool
) -> Permission:
    """What an obligation's state allows. Who reported the work done cannot also verify it.

    `has_date`: there is a deadline to extend; `asked`: an extension is asked for and not decided.
    """
    blocked = {
        action: f"obligation_is_{state}"
        for action in ALL_OBLIGATION_ACTIONS
        if action not in OBLIGATION_ACTIONS[state]
    }
    if state is ObligationState.SUBMITTED and reported_by_caller:
        blocked["verify"] = "own_report"
    if "request-extension" in OBLIGATION_ACTIONS[state]:
        if not has_date:
            blocked["request-extension"] = "no_date_to_extend"
        elif asked:
            blocked["request-extension"] = "extension_asked_already"
    return Permission(OBLIGATION_ACTIONS[state] - blocked.keys(), blocked)
