"""How does a plan that was imported by mistake go away again? Withdrawn, with all it asked of units.

Nothing is deleted: the plan, its tasks and obligations stay on record and can still be looked up by
whoever was told of them, but nobody owes them any more and nobody is reminded.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.domain.lifecycle import ObligationState, PlanState
from services.plans.storage.repositories import (
    carried_over_to,
    get,
    open_obligations,
    work_reported,
)
from services.plans.storage.tables import Import, Plan
from services.plans.use_cases.announce import announce_obligation, announce_plan
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork


async def why_not_withdrawn(session: AsyncSession, plan: Plan) -> Conflict | None:
    """What stands against withdrawing a plan; None when nothing later depends on it.

    Acknowledging and assigning are no obstacle: nobody has reported or decided anything by them.
    """
    if plan.state in {PlanState.CLOSED, PlanState.WITHDRAWN}:
        return Conflict(f"plan_is_{plan.state}")
    if await carried_over_to(session, plan.id) is not None:
        return Conflict("plan_is_carried_over")
    reported = await work_reported(session, plan.id)
    return Conflict("plan_has_work", count=reported) if reported else None


async def withdraw_plan(uow: UnitOfWork, plan: Plan) -> Plan:
    """Withdraw a plan; its obligations are cancelled, which cancels their reminders.

    :raises Conflict: closed, carried over, or somebody has reported work on it.
    """
    if obstacle := await why_not_withdrawn(uow.session, plan):
        raise obstacle
    plan.state = PlanState.WITHDRAWN
    cancelled = await open_obligations(uow.session, plan.id)
    for obligation in cancelled:
        obligation.state = ObligationState.CANCELLED
        obligation.closed_at = uow.now()
    await uow.save(plan, *cancelled)
    for obligation in cancelled:
        announce_obligation(uow, plan, obligation)
    announce_plan(uow, plan)
    return plan


async def undo_import(uow: UnitOfWork, row: Import) -> Import:
    """Take a confirmation back: the plan is withdrawn, the preview can be corrected and confirmed.

    Units that the confirmation created stay: they are in the organisation now, and match next time.

    :raises Conflict: it was not confirmed, or something depends on the plan by now.
    """
    if row.state != "confirmed" or row.plan_id is None:
        raise Conflict("import_not_confirmed")
    await withdraw_plan(uow, await get(uow.session, Plan, row.plan_id))
    row.state, row.plan_id = "previewed", None
    await uow.save(row)
    return row
