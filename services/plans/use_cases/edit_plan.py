"""What of a draft can still be changed? Its number, date, title, and how strictly dates are read."""

from datetime import date

from services.plans.domain.lifecycle import PlanState, plan_permission
from services.plans.storage.tables import Plan
from shared.errors import Conflict
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


async def edit_plan(
    uow: UnitOfWork,
    plan: Plan,
    *,
    number: str | None = None,
    issued_on: date | None = None,
    title: str | None = None,
    strict_deadlines: bool | None = None,
) -> Plan:
    """Change a draft.

    :raises Conflict: the plan is no longer a draft.
    """
    permission = plan_permission(
        PlanState(plan.state), has_number=True, has_date=True, unresolved_leads=0
    )
    if reason := permission.refuse("edit"):
        raise Conflict(reason)
    plan.number = number or plan.number
    plan.issued_on = issued_on or plan.issued_on
    plan.title = title or plan.title
    if strict_deadlines is not None:
        plan.strict_deadlines = strict_deadlines
    plan.search = search_key(f"{plan.number or ''} {plan.title}")
    await uow.save(plan)
    return plan
