"""How does a plan end? With its year: what was still open is closed with it, and says so."""

from datetime import date

from services.plans.domain.lifecycle import ObligationState, PlanState, plan_permission
from services.plans.storage.repositories import open_obligations
from services.plans.storage.tables import Plan
from services.plans.use_cases.announce import announce_obligation, announce_plan
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork


async def close_plan(uow: UnitOfWork, plan: Plan, *, closed_on: date) -> Plan:
    """Close an issued plan as of a day; open obligations are closed, unfinished, with it.

    :raises Conflict: the plan is not issued, or the day lies before its issue.
    """
    permission = plan_permission(
        PlanState(plan.state), has_number=True, has_date=True, unresolved_leads=0
    )
    if reason := permission.refuse("close"):
        raise Conflict(reason)
    if plan.issued_on and closed_on < plan.issued_on:
        raise Conflict("closed_before_issued")
    plan.state = PlanState.CLOSED
    plan.closed_on = closed_on
    still_open = await open_obligations(uow.session, plan.id)
    for obligation in still_open:
        obligation.state = ObligationState.CLOSED
        obligation.closed_at = uow.now()
    await uow.save(plan, *still_open)
    for obligation in still_open:
        announce_obligation(uow, plan, obligation)
    announce_plan(uow, plan)
    return plan
