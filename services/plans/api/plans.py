"""HTTP in: plans and their life, tasks and targets as written."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.api.dependencies import MayIssue, MayReadPlans, MayReadTasks, MayWritePlans
from services.plans.api.files import attachment
from services.plans.api.schemas import (
    PlanCarryOver,
    PlanChange,
    PlanClose,
    PlanIssue,
    PlanOut,
    TargetOut,
    TaskIn,
    TaskOut,
)
from services.plans.api.shapes import plan_out, task_out
from services.plans.storage.repositories import get_unit
from services.plans.storage.tables import Plan, PlanTarget, Task
from services.plans.use_cases import read_plans
from services.plans.use_cases.carry_over_plan import carry_over
from services.plans.use_cases.close_plan import close_plan as close
from services.plans.use_cases.edit_plan import edit_plan
from services.plans.use_cases.export_plan import content_of, plan_workbook
from services.plans.use_cases.give_task import GivenTask, SourceDocument, give_task
from services.plans.use_cases.issue_plan import IssueData
from services.plans.use_cases.issue_plan import issue_plan as issue
from shared.access import Access
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading
from shared.workbooks import MEDIA_TYPE

router = APIRouter(route_class=CommandRoute, tags=["plans"])


@router.get("/plans")
async def list_plans(
    access: MayReadPlans,
    session: Reading,
    page: Paging,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    q: Words = None,
) -> Page[PlanOut]:
    rows, cursor = await fetch_page(
        session,
        read_plans.plans(access, year=year, state=state, q=q),
        page,
        id_column=col(Plan.id),
        sorts={"year": col(Plan.year), "created_at": col(Plan.created_at)},
        default="-year",
    )
    items = [
        plan_out(
            row,
            access.principal,
            unresolved=await read_plans.unresolved_leads(session, row.id)
            if row.state == "draft"
            else 0,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor)


@router.get("/plans/{plan_id}")
async def get_plan(
    plan_id: UUID, access: MayReadPlans, session: Reading, response: Response
) -> PlanOut:
    plan = await read_plans.see_plan(session, access, plan_id)
    set_etag(response, plan.revision)
    unresolved = await read_plans.unresolved_leads(session, plan.id)
    return plan_out(plan, access.principal, unresolved=unresolved)


@router.get(
    "/plans/{plan_id}/workbook",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_plan_workbook(plan_id: UUID, access: MayReadPlans, session: Reading) -> Response:
    plan = await read_plans.see_plan(session, access, plan_id)
    await access.require_unit(session, plan.unit_code)  # whole, not only what one's unit has in it
    content = await content_of(session, plan)
    book = await asyncio.to_thread(plan_workbook, content)
    name = f"{plan.number or plan.symbol or plan.title[:60]} ({plan.year}).xlsx".replace("/", "-")
    response = Response(book, media_type=MEDIA_TYPE, headers=attachment(name))
    set_etag(response, plan.revision)
    return response


@router.patch("/plans/{plan_id}")
async def change_plan(
    plan_id: UUID,
    body: PlanChange,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PlanOut:
    plan = await _own_plan(uow, access, plan_id, expected)
    await edit_plan(uow, plan, **body.model_dump())
    return await _answer(uow, plan, access, response)


@router.post("/plans/{plan_id}:issue")
async def issue_plan(
    plan_id: UUID,
    body: PlanIssue,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PlanOut:
    plan = await _own_plan(uow, access, plan_id, expected)
    signer = body.signer.model_dump() if body.signer else None
    await issue(uow, plan, IssueData(body.number, body.issued_on, signer))
    return await _answer(uow, plan, access, response)


@router.post("/plans/{plan_id}:close")
async def close_plan(
    plan_id: UUID,
    body: PlanClose,
    access: MayIssue,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PlanOut:
    plan = await _own_plan(uow, access, plan_id, expected)
    await close(uow, plan, closed_on=body.closed_on or uow.today())
    return await _answer(uow, plan, access, response)


@router.post("/plans/{plan_id}:carry-over", status_code=201)
async def carry_over_plan(
    plan_id: UUID,
    body: PlanCarryOver,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PlanOut:
    plan = await _own_plan(uow, access, plan_id, expected)
    new = await carry_over(uow, plan, year=body.year, title=body.title)
    response.headers["Location"] = f"/plans/v1/plans/{new.id}"
    return await _answer(uow, new, access, response)


@router.get("/tasks")
async def list_tasks(
    access: MayReadTasks,
    session: Reading,
    page: Paging,
    plan_id: UUID | None = None,
    q: Words = None,
) -> Page[TaskOut]:
    rows, cursor = await fetch_page(
        session,
        read_plans.tasks(access, plan_id=plan_id, q=q),
        page,
        id_column=col(Task.id),
        sorts={"position": col(Task.position), "created_at": col(Task.created_at)},
        default="position",
    )
    ids = [row.id for row in rows]
    units = await read_plans.units_of_tasks(session, ids)
    states = await read_plans.states_of_tasks(session, ids)
    items = [task_out(row, units[row.id], states[row.id]) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.post("/tasks", status_code=201)
async def create_task(body: TaskIn, access: MayIssue, uow: Uow, response: Response) -> TaskOut:
    await access.require_unit(uow.session, body.unit_code)
    task = await give_task(
        uow,
        await get_unit(uow.session, body.unit_code),
        GivenTask(
            title=body.title,
            lead_codes=body.lead_units,
            coordinating_codes=body.coordinating_units,
            outputs=body.outputs,
            due_text=body.due_text,
            due_on=body.due_on,
        ),
        SourceDocument(**body.source.model_dump()),
    )
    response.headers["Location"] = f"/plans/v1/tasks/{task.id}"
    return await _task(uow.session, task, response)


@router.get("/tasks/{task_id}")
async def get_task(
    task_id: UUID, access: MayReadTasks, session: Reading, response: Response
) -> TaskOut:
    task = await read_plans.see_task(session, access, task_id)
    return await _task(session, task, response)


@router.get("/targets")
async def list_targets(
    access: MayReadPlans, session: Asking, page: Paging, plan_id: UUID | None = None
) -> Page[TargetOut]:
    rows, cursor = await fetch_page(
        session,
        read_plans.targets(access, plan_id=plan_id),
        page,
        id_column=col(PlanTarget.id),
        sorts={"ordinal": col(PlanTarget.ordinal)},
        default="ordinal",
    )
    return Page(items=[TargetOut.model_validate(row) for row in rows], next_cursor=cursor)


async def _task(session: AsyncSession, task: Task, response: Response) -> TaskOut:
    units = await read_plans.units_of_tasks(session, [task.id])
    states = await read_plans.states_of_tasks(session, [task.id])
    set_etag(response, task.revision)
    return task_out(task, units[task.id], states[task.id])


async def _own_plan(uow: UnitOfWork, access: Access, plan_id: UUID, expected: IfMatch) -> Plan:
    """A plan that the caller may change: its own unit must be within reach, not only a task's."""
    plan = await read_plans.see_plan(uow.session, access, plan_id)
    await access.require_unit(uow.session, plan.unit_code)
    expected.check(plan.revision)
    return plan


async def _answer(uow: UnitOfWork, plan: Plan, access: Access, response: Response) -> PlanOut:
    set_etag(response, plan.revision)
    unresolved = await read_plans.unresolved_leads(uow.session, plan.id)
    return plan_out(plan, access.principal, unresolved=unresolved)
