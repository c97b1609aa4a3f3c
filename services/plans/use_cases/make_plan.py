"""How is a plan stored once its content is known? Plan, targets, tasks and their units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from services.plans.domain.content_rows import owners_of_targets
from services.plans.domain.document_content import DocumentContent, Target
from services.plans.domain.document_content import Task as TaskContent
from services.plans.domain.lifecycle import PlanState
from services.plans.domain.unit_names import Resolution, resolve
from services.plans.storage.repositories import get_unit, known_names, tasks_of
from services.plans.storage.tables import Import, Plan, PlanTarget, Task, TaskUnit, Unit
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork

LEAD, COORDINATING = "lead", "coordinating"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a plan's document is to be understood: the year, what names mean, which periods."""

    year: int
    corrections: Mapping[str, str]
    period_scheme: str
    strict_deadlines: bool
    replaces: UUID | None = None


async def make_plan(
    uow: UnitOfWork, content: DocumentContent, source: Import, *, owner: Unit, reading: Reading
) -> Plan:
    """Store a plan as a draft, with everything the document says."""
    as_json = content.as_json()
    plan = Plan(
        unit_code=owner.code,
        year=reading.year,
        number=content.number,
        symbol=content.symbol,
        title=content.title or "",
        state=PlanState.DRAFT,
        issued_on=content.issued_on,
        issuer=content.issuer,
        place=content.place,
        signer=as_json["signer"],
        legal_bases=as_json["legal_bases"],
        recipients=as_json["recipients"],
        areas=as_json["areas"],
        index_targets=as_json["index_targets"],
        responsibilities=as_json["responsibilities"],
        period_scheme=reading.period_scheme,
        strict_deadlines=reading.strict_deadlines,
        corrections=dict(reading.corrections),
        file_id=source.file_id,
        import_id=source.id,
        replaces=reading.replaces,
        search=search_key(f"{content.number or ''} {content.title or ''}"),
    )
    await uow.save(plan)
    tasks = [_task(plan, place, item) for place, item in enumerate(content.tasks, start=1)]
    await uow.save(*tasks)
    # ordinals begin again under each area and in each table: they do not tell tasks apart
    owners = owners_of_targets(as_json["tasks"], as_json["targets"])
    for place, (target, at) in enumerate(zip(content.targets, owners, strict=True), start=1):
        uow.add(_target(plan, place, target, None if at is None else tasks[at]))
    await assign_units(uow, plan)
    return plan


async def assign_units(uow: UnitOfWork, plan: Plan) -> None:
    """Resolve the names of all tasks to units, with the organisation and groups of this day."""
    owner = await get_unit(uow.session, plan.unit_code)
    units, groups = await known_names(uow.session, owner)
    tasks = await tasks_of(uow.session, plan.id)
    await uow.session.execute(
        delete(TaskUnit).where(col(TaskUnit.task_id).in_([task.id for task in tasks]))
    )
    for task in tasks:
        for role, names in ((LEAD, task.lead_names), (COORDINATING, task.coordinating_names)):
            for name in names:
                corrected = plan.corrections.get(name)
                found = (
                    Resolution(name, (corrected,))
                    if corrected
                    else resolve(name, units=units, groups=groups)
                )
                uow.add(*_task_units(task, role, found))
        task.flags = _flags(task)
    await uow.session.flush()


def _task(plan: Plan, place: int, item: TaskContent) -> Task:
    return Task(
        plan_id=plan.id,
        unit_code=plan.unit_code,
        position=place,
        ordinal=item.ordinal,
        area=item.area,
        title=item.title,
        lead_names=list(item.lead_units),
        coordinating_names=list(item.coordinating_units),
        outputs=list(item.outputs),
        deadline=item.deadline.as_json(),
        due_text=item.deadline.raw,
        search=search_key(item.title),
    )


def _target(plan: Plan, place: int, item: Target, task: Task | None) -> PlanTarget:
    data: dict[str, Any] = item.as_json()
    return PlanTarget(
        plan_id=plan.id,
        task_id=task.id if task else None,
        unit_code=plan.unit_code,
        ordinal=place,
        text=data["text"],
        operator=data["operator"],
        value=data["value"],
        measure=data["unit"],
        area=data["area"],
        numerator=data["numerator"],
        denominator=data["denominator"],
    )


def _task_units(task: Task, role: str, found: Resolution) -> list[TaskUnit]:
    codes: tuple[str | None, ...] = found.unit_codes or (None,)
    return [
        TaskUnit(
            task_id=task.id,
            role=role,
            written=found.written,
            unit_code=code,
            group_code=(found.group or "by-kind") if found.is_group_name else None,
        )
        for code in codes
    ]


def _flags(task: Task) -> list[str]:
    flags = []
    if len(task.lead_names) > 1:
        flags.append("several_leads")
    if not task.lead_names:
        flags.append("no_lead_written")
    if task.deadline["kind"] in {"unset", "unrecognised"}:
        flags.append("deadline_unclear")
    return flags
