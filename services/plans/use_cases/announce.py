"""What do the other services get to know of plans and obligations?"""

from services.plans.storage.tables import ObligationRow, Plan
from shared.contracts.obligation import Assignee, Obligation
from shared.contracts.plans import ObligationChanged, PlanStateChanged
from shared.unit_of_work import UnitOfWork


def announce_obligation(uow: UnitOfWork, plan: Plan, row: ObligationRow) -> None:
    """Tell the others what is owed now. The row must be saved: its revision goes along."""
    assignees = [Assignee(role="lead", unit_code=row.unit_code)]
    if row.officer_id is not None:
        assignees.append(
            Assignee(role="officer", unit_code=row.unit_code, person_id=row.officer_id)
        )
    obligation = Obligation(
        id=row.id,
        revision=row.revision,
        deadline_revision=row.deadline_revision,
        source=f"plans/{row.document or plan.number or plan.id}",
        kind="task" if row.due_from == "text" else "report",
        subject_url=f"/plans/v1/obligations/{row.id}",
        title=row.title,
        unit_code=row.unit_code,
        assignees=tuple(assignees),
        starts_on=row.starts_on,
        due_on=row.due_on,
        due_text=row.due_text,
        on_time_until=row.on_time_until,
        locks_at=row.locks_at,
        state=row.state,
    )
    uow.publish(ObligationChanged(obligation=obligation))


def announce_plan(uow: UnitOfWork, plan: Plan) -> None:
    """Tell whoever listens that a plan has changed its state."""
    uow.publish(
        PlanStateChanged(
            id=plan.id,
            number=plan.number,
            year=plan.year,
            unit_code=plan.unit_code,
            state=plan.state,
        )
    )
