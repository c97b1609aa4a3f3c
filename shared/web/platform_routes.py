"""Which endpoints does every service have? Who am I, what changed, audit, jobs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import select, true
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.access import Access
from shared.context import context_of
from shared.errors import NotFound
from shared.jobs.housekeeping import broken_links
from shared.jobs.queue import told_problem
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed, Known
from shared.web.command import CommandRoute
from shared.web.etag import set_etag
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute)


class GrantOut(BaseModel):
    unit_code: str | None
    role: str | None
    scopes: list[str]


class Me(BaseModel):
    """The caller as this service knows it."""

    id: UUID
    kind: str
    name: str
    unit_code: str | None
    key_id: str | None
    grants: list[GrantOut]


class ChangeOut(BaseModel):
    position: int
    resource: str
    resource_id: UUID
    revision: int
    unit_code: str | None
    at: datetime


class Changes(BaseModel):
    """`next_cursor` is always there: ask again with it, today or next year."""

    items: list[ChangeOut]
    next_cursor: str


class TouchedOut(BaseModel):
    resource: str
    id: UUID
    revision: int


class AuditOut(BaseModel):
    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    on_behalf_of: str | None
    via: str | None
    action: str
    outcome: str
    reason: str | None
    touched: list[TouchedOut]
    trace_id: str | None
    position: int | None
    hash: str | None


class AuditVerdict(BaseModel):
    """Whether the chain of audit rows holds, and where it does not."""

    holds: bool
    broken_positions: list[int]


class JobOut(BaseModel):
    """A long piece of work (202). `result` when it succeeded, `problem` when it did not."""

    id: UUID
    kind: str
    state: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None


def accepted(uow: UnitOfWork, job_id: UUID, kind: str) -> JSONResponse:
    """The answer 202: the work is kept and will be done; here is where to look."""
    job = JobOut(
        id=job_id, kind=kind, state="queued", created_at=uow.now(),
        started_at=None, finished_at=None, result=None, problem=None,
    )  # fmt: skip
    return JSONResponse(
        job.model_dump(mode="json"),
        status_code=202,
        headers={"Location": f"/{uow.service}/v1/jobs/{job_id}", "Retry-After": "1"},
    )


@router.get("/me", operation_id="get_me")
async def get_me(principal: Known) -> Me:
    grants = [
        GrantOut(unit_code=g.unit_code, role=g.role, scopes=sorted(g.scopes))
        for g in principal.grants
    ]
    return Me(
        id=principal.id,
        kind=principal.kind,
        name=principal.name,
        unit_code=principal.unit_code,
        key_id=principal.key_id,
        grants=grants,
    )


@router.get("/changes", operation_id="list_changes")
async def list_changes(
    access: Annotated[Access, Depends(Allowed("changes.read"))],
    session: Reading,
    since: Annotated[str, Query(pattern=r"^\d{1,18}$")] = "0",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Changes:
    t = access.tables.changes
    visible = true() if access.where.everywhere else access.within(t.c.unit_code)
    statement = (
        select(t).where(t.c.position > int(since), visible).order_by(t.c.position).limit(limit)
    )
    rows = (await session.execute(statement)).mappings().all()
    items = [ChangeOut.model_validate(dict(row)) for row in rows]
    return Changes(items=items, next_cursor=str(items[-1].position if items else since))


@router.get("/audit", operation_id="list_audit")
async def list_audit(
    access: Annotated[Access, Depends(Allowed("audit.read"))],
    session: Reading,
    page: Paging,
    actor_id: Annotated[str | None, Query(max_length=80)] = None,
    outcome: Annotated[str | None, Query(max_length=16)] = None,
) -> Page[AuditOut]:
    access.require_everywhere()
    t = access.tables.audit
    statement = select(t.c.id)
    if actor_id:
        statement = statement.where(t.c.actor_id == actor_id)
    if outcome:
        statement = statement.where(t.c.outcome == outcome)
    ids, cursor = await fetch_page(
        session, statement, page, id_column=t.c.id, sorts={"at": t.c.at}, default="-at"
    )
    rows = (await session.execute(select(t).where(t.c.id.in_(ids)))).mappings().all()
    by_id = {row["id"]: AuditOut.model_validate(dict(row)) for row in rows}
    return Page(items=[by_id[i] for i in ids], next_cursor=cursor)


@router.get("/audit:verify", operation_id="verify_audit")
async def verify_audit(
    access: Annotated[Access, Depends(Allowed("audit.read"))], request: Request
) -> AuditVerdict:
    access.require_everywhere()
    broken = await broken_links(context_of(request))
    return AuditVerdict(holds=not broken, broken_positions=broken)


@router.get("/jobs/{job_id}", operation_id="get_job")
async def get_job(
    job_id: UUID, request: Request, response: Response, session: Reading, principal: Known
) -> JobOut:
    t = context_of(request).tables.jobs
    row = (await session.execute(select(t).where(t.c.id == job_id))).mappings().first()
    if row is None or row["principal_id"] != principal.id:
        raise NotFound
    set_etag(response, row["revision"])
    problem = row["problem"] and told_problem(row["problem"])
    return JobOut.model_validate({**row, "problem": problem})
