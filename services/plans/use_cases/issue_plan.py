"""How does an issued plan become obligations? One per lead unit and period, announced to the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.plans.domain.deadlines import Deadline, is_written_as_day
from services.plans.domain.lifecycle import ObligationState, PlanState, plan_permission
from services.plans.domain.occurrences import Occurrence, occurrences, reporting_cut_off
from services.plans.domain.periods import PeriodScheme, load_schemes
from services.plans.domain.punctuality import on_time_until
from services.plans.storage.repositories import plan_with_number, task_units, tasks_of
from services.plans.storage.tables import ObligationRow, Plan, Task
from services.plans.use_cases.announce import announce_obligation, announce_plan
from services.plans.use_cases.make_plan import LEAD, assign_units
from shared.errors import Conflict
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class IssueData:
    """What the issued document bears, where it differs from the draft."""

    number: str | None = None
    issued_on: date | None = None
    signer: dict[str, Any] | None = None


async def issue_plan(uow: UnitOfWork, plan: Plan, data: IssueData) -> Plan:
    """Issue (ban hành) a draft: its number and date are final, its obligations exist from now on.

    Groups are expanded to their members of this day. Several leads make one obligation each.

    :raises Conflict: not a draft; number or date missing; a lead that is no known unit; the unit
        already has a plan with this number in this year.
    """
    plan.number = data.number or plan.number
    plan.issued_on = data.issued_on or plan.issued_on
    plan.signer = data.signer or plan.signer
    await assign_units(uow, plan)
    tasks = await tasks_of(uow.session, plan.id)
    leads = await _leads(uow, plan, tasks)
    permission = plan_permission(
        PlanState(plan.state),
        has_number=bool(plan.number),
        has_date=plan.issued_on is not None,
        unresolved_leads=sum(1 for codes in leads.values() if not codes),
    )
    if reason := permission.refuse("issue"):
        raise Conflict(reason)
    await _require_free_number(uow, plan)
    plan.state = PlanState.ISSUED
    plan.search = search_key(f"{plan.number} {plan.title}")
    await uow.save(plan)
    scheme = load_schemes()[plan.period_scheme]
    made: list[ObligationRow] = []
    for task in tasks:
        for unit_code in leads[task.id]:
            made += obligations_of(plan, task, unit_code, scheme)
    await uow.save(*made)
    for obligation in made:
        announce_obligation(uow, plan, obligation)
    announce_plan(uow, plan)
    return plan


async def _leads(uow: UnitOfWork, plan: Plan, tasks: Sequence[Task]) -> dict[UUID, tuple[str, ...]]:
    """The lead units of each task; a task without a written lead falls to the plan's own unit."""
    rows = await task_units(uow.session, [task.id for task in tasks])
    found: dict[UUID, tuple[str, ...]] = {}
    for task in tasks:
        mine = [row for row in rows if row.task_id == task.id and row.role == LEAD]
        codes = tuple(dict.fromkeys(row.unit_code for row in mine if row.unit_code))
        unresolved = any(row.unit_code is None for row in mine)
        found[task.id] = () if unresolved else codes or (plan.unit_code,)
    return found


async def _require_free_number(uow: UnitOfWork, plan: Plan) -> None:
    assert plan.number is not None  # noqa: S101 - the permission has seen to it
    existing = await plan_with_number(
        uow.session, unit_code=plan.unit_code, number=plan.number, year=plan.year
    )
    if existing is not None and existing.id != plan.id:
        raise Conflict("plan_number_taken", number=plan.number)


def obligations_of(
    plan: Plan, task: Task, unit_code: str, scheme: PeriodScheme
) -> list[ObligationRow]:
    """What a task asks of one unit: one obligation a period, or one in all."""
    deadline = Deadline.from_json(task.deadline)
    given_on = date.fromisoformat(task.source["issued_on"]) if task.source else plan.issued_on
    found = occurrences(deadline, year=plan.year, scheme=scheme, issued_on=given_on)
    return [
        _obligation(plan, task, unit_code, item, deadline=deadline, scheme=scheme) for item in found
    ]


def _obligation(
    plan: Plan,
    task: Task,
    unit_code: str,
    item: Occurrence,
    *,
    deadline: Deadline,
    scheme: PeriodScheme,
) -> ObligationRow:
    label = item.label.text() if item.period else ""
    return ObligationRow(
        plan_id=plan.id,
        task_id=task.id,
        unit_code=unit_code,
        occurrence=item.period.code if item.period else str(item.due_on or "once"),
        label=label,
        title=f"{task.title} ({label})" if label else task.title,
        state=ObligationState.OPEN,
        starts_on=item.starts_on,
        due_on=item.due_on,
        exclusive=item.exclusive,
        due_text=task.due_text,
        due_from=item.due_from,
        document=task.source["number"] if task.source else None,
        reporting_cut_off=reporting_cut_off(item, scheme),
        on_time_until=on_time_until(
            item.due_on,
            exclusive=item.exclusive,
            named_day=item.period is not None or is_written_as_day(deadline),
            strict=plan.strict_deadlines,
        ),
        search=search_key(task.title),
    )
