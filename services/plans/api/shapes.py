"""How do rows become answers? With what the caller may do, and what the clock says, added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.plans.api.obligation_schemas import ExtensionOut, ObligationOut
from services.plans.api.schemas import (
    PlanOut,
    TaskOut,
    TaskUnitOut,
)
from services.plans.domain.lifecycle import (
    ObligationState,
    Permission,
    PlanState,
    plan_permission,
)
from services.plans.domain.punctuality import punctuality
from services.plans.storage.tables import (
    ExtensionRequest,
    ObligationRow,
    Plan,
    Task,
    TaskUnit,
)
from services.plans.use_cases.work_on_obligation import permission_for
from shared.rights import Principal, reach
from shared.texts import text

_PLAN_RIGHTS = {"edit": "plans.write", "issue": "plans.issue", "close": "plans.issue", "carry-over": "plans.write"}  # fmt: skip
_OBLIGATION_RIGHTS = {
    "acknowledge": "tasks.report",
    "assign": "tasks.verify",
    "report-progress": "tasks.report",
    "claim-done": "tasks.report",
    "verify": "tasks.verify",
    "return": "tasks.verify",
    "request-extension": "tasks.report",
    "suspend": "plans.issue",
    "resume": "plans.issue",
    "cancel": "plans.issue",
}
_EXTENSION_RIGHTS = {
    "approve": "plans.issue",
    "refuse": "plans.issue",
    "withdraw": "tasks.report",
}
_RESTING = {ObligationState.CLOSED, ObligationState.CANCELLED, ObligationState.SUSPENDED}


def plan_out(row: Plan, principal: Principal, *, unresolved: int) -> PlanOut:
    """A plan with what the caller may do with it."""
    permission = plan_permission(
        PlanState(row.state),
        has_number=bool(row.number),
        has_date=row.issued_on is not None,
        unresolved_leads=unresolved,
    )
    return PlanOut.model_validate(
        {**row.model_dump(), **actions_of(permission, principal, _PLAN_RIGHTS)}
    )


def obligation_out(row: ObligationRow, principal: Principal, now: datetime) -> ObligationOut:
    """An obligation with its lateness at this moment and what the caller may do with it."""
    state = ObligationState(row.state)
    permission = permission_for(row, principal)
    standing = punctuality(
        row.on_time_until,
        now=now,
        finished=state in _RESTING,
        completed_on=row.completed_on,
    )
    return ObligationOut.model_validate(
        {
            **row.model_dump(),
            "overdue": standing.overdue,
            "days_left": standing.days_left,
            "done_on_time": standing.done_on_time,
            **actions_of(permission, principal, _OBLIGATION_RIGHTS),
        }
    )


def extension_out(row: ExtensionRequest, principal: Principal) -> ExtensionOut:
    """A request for more time, with what the caller may do about it."""
    asked = row.state == "requested"
    actions = frozenset(_EXTENSION_RIGHTS)
    reason = "extension_is_" + row.state
    permission = (
        Permission(actions) if asked else Permission(frozenset(), dict.fromkeys(actions, reason))
    )
    if asked and row.asked_by == principal.id:
        decisions = frozenset({"approve", "refuse"})
        permission = Permission(actions - decisions, dict.fromkeys(decisions, "own_request"))
    return ExtensionOut.model_validate(
        {**row.model_dump(), **actions_of(permission, principal, _EXTENSION_RIGHTS)}
    )


def task_out(row: Task, units: Sequence[TaskUnit], progress: dict[str, int]) -> TaskOut:
    """A task as written, with its units as resolved."""
    by_role = {
        role: [TaskUnitOut.model_validate(unit) for unit in units if unit.role == role]
        for role in ("lead", "coordinating")
    }
    return TaskOut.model_validate(
        {
            **row.model_dump(),
            "lead_units": row.lead_names,
            "coordinating_units": row.coordinating_names,
            "leads": by_role["lead"],
            "coordinating": by_role["coordinating"],
            "progress": progress,
        }
    )


def actions_of(
    permission: Permission, principal: Principal, rights: dict[str, str]
) -> dict[str, Any]:
    """What state and rights allow together; a reason for everything else."""
    blocked = {a: text(f"problems.{code}.detail") for a, code in permission.blocked.items()}
    allowed = []
    for action in sorted(permission.allowed):
        if reach(principal, rights[action]):
            allowed.append(action)
        else:
            blocked[action] = text("problems.forbidden.detail", action=rights[action])
    return {"allowed_actions": allowed, "blocked_because": blocked}
