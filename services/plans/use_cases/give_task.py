"""How does a task come that no annual plan holds? By another document (công văn, kết luận, giao ban).

Such tasks of a unit and year are kept together, as in a plan that is issued from the start, so that
everything that holds for tasks of plans holds for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from services.plans.domain.deadlines import Deadline, parse_deadline
from services.plans.domain.lifecycle import PlanState
from services.plans.domain.periods import DEFAULT_SCHEME, load_schemes
from services.plans.storage.repositories import unit_by_code
from services.plans.storage.tables import Plan, Task, TaskUnit, Unit
from services.plans.use_cases.announce import announce_obligation
from services.plans.use_cases.issue_plan import obligations_of
from services.plans.use_cases.make_plan import COORDINATING, LEAD
from services.plans.use_cases.organisation import unknown_unit
from shared.errors import FieldError, Invalid
from shared.replicas import load_calendar
from shared.search_text import search_key
from shared.texts import text
from shared.unit_of_work import UnitOfWork

ASSIGNMENTS = "assignments"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """The document that gives a task."""

    kind: str  # official_letter | conclusion | meeting | decision | other
    number: str
    issued_on: date
    issuer: str | None


@dataclass(frozen=True, slots=True)
class GivenTask:
    """A task as the document has it. `due_on` where it names a day, else the words."""

    title: str
    lead_codes: Sequence[str]
    coordinating_codes: Sequence[str]
    outputs: Sequence[str]
    due_text: str
    due_on: date | None


async def give_task(uow: UnitOfWork, owner: Unit, given: GivenTask, source: SourceDocument) -> Task:
    """Give units a task by a document; what they owe exists from now on.

    :raises Invalid: an unknown unit, or a deadline nobody can read.
    """
    deadline = await _deadline(uow, given, source)
    leads = await _units(uow, given.lead_codes, "/lead_units")
    coordinating = await _units(uow, given.coordinating_codes, "/coordinating_units")
    plan = await _collection(uow, owner, source.issued_on.year)
    task = Task(
        plan_id=plan.id,
        unit_code=owner.code,
        position=await _next_position(uow, plan),
        title=given.title,
        lead_names=[unit.name for unit in leads],
        coordinating_names=[unit.name for unit in coordinating],
        outputs=list(given.outputs),
        deadline=deadline.as_json(),
        due_text=given.due_text or deadline.raw,
        flags=["several_leads"] if len(leads) > 1 else [],
        source={
            "kind": source.kind,
            "number": source.number,
            "issued_on": source.issued_on.isoformat(),
            "issuer": source.issuer,
        },
        search=search_key(f"{given.title} {source.number}"),
    )
    await uow.save(task)
    uow.add(
        *(
            TaskUnit(task_id=task.id, role=role, written=unit.name, unit_code=unit.code)
            for role, units in ((LEAD, leads), (COORDINATING, coordinating))
            for unit in units
        )
    )
    await _owe(uow, plan, task, leads)
    return task


async def _owe(uow: UnitOfWork, plan: Plan, task: Task, leads: Sequence[Unit]) -> None:
    scheme = load_schemes()[plan.period_scheme]
    made = [row for unit in leads for row in obligations_of(plan, task, unit.code, scheme)]
    await uow.save(*made)
    for row in made:
        announce_obligation(uow, plan, row)


async def _deadline(uow: UnitOfWork, given: GivenTask, source: SourceDocument) -> Deadline:
    words = f"{given.due_on:%d/%m/%Y}" if given.due_on else given.due_text
    calendar = await load_calendar(uow.session, uow.tables)
    deadline = parse_deadline(
        words,
        year=source.issued_on.year,
        issued_on=source.issued_on,
        add_working_days=calendar.add_working_days,
    )
    if deadline.kind in {"unset", "unrecognised"}:
        message = text("problems.fields.deadline_unclear")
        raise Invalid(errors=[FieldError("/due_text", "deadline_unclear", message)])
    return deadline


async def _units(uow: UnitOfWork, codes: Sequence[str], pointer: str) -> list[Unit]:
    found = []
    for place, code in enumerate(dict.fromkeys(codes)):
        unit = await unit_by_code(uow.session, code)
        if unit is None:
            raise unknown_unit(f"{pointer}/{place}")
        found.append(unit)
    return found


async def _collection(uow: UnitOfWork, owner: Unit, year: int) -> Plan:
    """The unit's tasks from other documents in a year; the unit's row is locked, so there is one."""
    await uow.session.execute(
        select(col(Unit.id)).where(col(Unit.id) == owner.id).with_for_update()
    )
    statement = select(Plan).where(
        col(Plan.unit_code) == owner.code,
        col(Plan.year) == year,
        col(Plan.kind) == ASSIGNMENTS,
        col(Plan.state) == PlanState.ISSUED,
    )
    plan = await uow.session.scalar(statement)
    if plan is None:
        title = text("plan_reading.assignments_of", year=year, language="vi")
        plan = Plan(
            unit_code=owner.code,
            kind=ASSIGNMENTS,
            year=year,
            title=title,
            state=PlanState.ISSUED,
            issued_on=uow.today(),
            period_scheme=DEFAULT_SCHEME,
            search=search_key(title),
        )
        await uow.save(plan)
    return plan


async def _next_position(uow: UnitOfWork, plan: Plan) -> int:
    last = await uow.session.scalar(
        select(func.max(col(Task.position))).where(col(Task.plan_id) == plan.id)
    )
    return int(last or 0) + 1
