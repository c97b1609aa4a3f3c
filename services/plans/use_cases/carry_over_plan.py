"""How does a unit start the new year? From last year's plan: dates moved, words moved, origin kept."""

from dataclasses import replace

from services.plans.domain.carry_over import move_year
from services.plans.domain.deadlines import Deadline, parse_deadline, render_deadline
from services.plans.domain.lifecycle import PlanState, plan_permission
from services.plans.storage.repositories import targets_of, tasks_of
from services.plans.storage.tables import Plan, PlanTarget, Task
from services.plans.use_cases.give_task import ASSIGNMENTS
from services.plans.use_cases.make_plan import assign_units
from shared.errors import Conflict
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


async def carry_over(uow: UnitOfWork, plan: Plan, *, year: int, title: str | None = None) -> Plan:
    """A draft for a later year with the tasks and targets of this one.

    Number, date, signer and file are the new document's own business and stay empty.

    :raises Conflict: the plan is still a draft, no plan but a year's tasks from other documents, or
        the year is not later.
    """
    permission = plan_permission(
        PlanState(plan.state), has_number=True, has_date=True, unresolved_leads=0
    )
    if reason := permission.refuse("carry-over"):
        raise Conflict(reason)
    if plan.kind == ASSIGNMENTS:
        raise Conflict("assignments_end_with_their_year")
    if year <= plan.year:
        raise Conflict("year_not_later", year=plan.year)
    new = _plan(plan, year, title)
    await uow.save(new)
    new_tasks = {
        task.id: _task(task, new, from_year=plan.year)
        for task in await tasks_of(uow.session, plan.id)
    }
    await uow.save(*new_tasks.values())
    for target in await targets_of(uow.session, plan.id):
        task = new_tasks.get(target.task_id) if target.task_id else None
        uow.add(_target(target, new, task, from_year=plan.year))
    await assign_units(uow, new)
    return new


def _plan(plan: Plan, year: int, title: str | None) -> Plan:
    words = title or move_year(plan.title, from_year=plan.year, to_year=year)
    return Plan(
        unit_code=plan.unit_code,
        year=year,
        symbol=plan.symbol,
        title=words,
        state=PlanState.DRAFT,
        issuer=plan.issuer,
        place=plan.place,
        recipients=plan.recipients,
        areas=plan.areas,
        index_targets=plan.index_targets,
        responsibilities=plan.responsibilities,
        period_scheme=plan.period_scheme,
        strict_deadlines=plan.strict_deadlines,
        corrections=plan.corrections,
        carried_from=plan.id,
        search=search_key(words),
    )


def _task(task: Task, new: Plan, *, from_year: int) -> Task:
    deadline = _moved(Deadline.from_json(task.deadline), from_year=from_year, to_year=new.year)
    title = move_year(task.title, from_year=from_year, to_year=new.year)
    return Task(
        plan_id=new.id,
        unit_code=new.unit_code,
        position=task.position,
        ordinal=task.ordinal,
        area=task.area,
        title=title,
        lead_names=task.lead_names,
        coordinating_names=task.coordinating_names,
        outputs=[move_year(o, from_year=from_year, to_year=new.year) for o in task.outputs],
        deadline=deadline.as_json(),
        due_text=deadline.raw,
        carried_from=task.id,
        search=search_key(title),
    )


def _moved(deadline: Deadline, *, from_year: int, to_year: int) -> Deadline:
    """The same words, years later. What the words no longer say clearly is for a person to set."""
    words = render_deadline(deadline, shift_years=to_year - from_year)
    return replace(parse_deadline(words, year=to_year), raw=words)


def _target(target: PlanTarget, new: Plan, task: Task | None, *, from_year: int) -> PlanTarget:
    return PlanTarget(
        plan_id=new.id,
        task_id=task.id if task else None,
        unit_code=new.unit_code,
        ordinal=target.ordinal,
        text=move_year(target.text, from_year=from_year, to_year=new.year),
        operator=target.operator,
        value=target.value,
        measure=target.measure,
        area=target.area,
        numerator=target.numerator,
        denominator=target.denominator,
    )
