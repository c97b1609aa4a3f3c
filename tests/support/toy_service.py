"""Which service shows what every service inherits? Notes: one table, and an endpoint per way to fail.

It borrows the name of a real service, because names decide texts and subscriptions.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ForeignKey, Uuid, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Field, SQLModel, col
from starlette.responses import JSONResponse

from shared.access import Access
from shared.context import ServiceContext
from shared.contracts.plans import UnitChanged
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.jobs.queue import enqueue
from shared.keys import make_key
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.base import Resource, service_registry
from shared.persistence.platform_tables import platform_tables
from shared.persistence.types import ExactDecimal
from shared.runtime.service import Service
from shared.search_text import contains, search_key
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed
from shared.web.command import ANSWERED_ONCE, CommandRoute, ReadRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Input, Line, OnBehalf, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

_registry = service_registry()
metadata = _registry.metadata
tables = platform_tables(metadata)


class ToyTable(SQLModel, registry=_registry):
    """Base of the toy's tables."""


class Note(Resource, ToyTable, table=True):
    """Something written down in a unit."""

    __tablename__ = "notes"
    resource_name: ClassVar[str] = "notes"

    unit_code: str = Field(max_length=64)
    title: str
    search: str
    rank: int = 0
    amount: Decimal = Field(default=Decimal(0), sa_type=ExactDecimal(18, 4))  # type: ignore[call-overload]
    written_on: date | None = None
    # checked only when the transaction commits: the one fault a route cannot see coming
    parent_id: UUID | None = Field(
        default=None,
        sa_column=Column(
            Uuid, ForeignKey("notes.id", deferrable=True, initially="DEFERRED"), nullable=True
        ),
    )


class NoteIn(OnBehalf):
    unit_code: str
    title: Line
    rank: int = 0
    parent_id: UUID | None = None


class NoteChange(Input):
    title: Line | None = None
    rank: int | None = None


class HowToFail(Input):
    how: str


class Number(Input):
    number: int


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    unit_code: str
    title: str
    rank: int
    parent_id: UUID | None


class SecretOut(BaseModel):
    id: UUID
    secret: str


router = APIRouter(route_class=CommandRoute, tags=["platform"])
reading = APIRouter(route_class=ReadRoute, tags=["platform"])
MayRead = Annotated[Access, Depends(Allowed("plans.read"))]
MayWrite = Annotated[Access, Depends(Allowed("plans.write"))]


def announcement(
    code: str, *, revision: int = 1, path: str | None = None, name: str | None = None
) -> UnitChanged:
    """An event the other services listen to."""
    return UnitChanged(
        code=code,
        name=name or f"Unit {code}",
        parent_code=None,
        path=path or f"/{code}/",
        active=True,
        revision=revision,
    )


async def write_note(uow: UnitOfWork, body: NoteIn) -> Note:
    """Store a note and announce something."""
    note = Note(
        unit_code=body.unit_code,
        title=body.title,
        search=search_key(body.title),
        rank=body.rank,
        parent_id=body.parent_id,
    )
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    await uow.save(note)
    uow.publish(announcement(f"N{note.rank}"))
    return note


@router.get("/notes", operation_id="list_notes")
async def list_notes(
    access: MayRead, session: Reading, page: Paging, q: Words = None
) -> Page[NoteOut]:
    statement = access.scope(select(Note), col(Note.unit_code)).where(contains(col(Note.search), q))
    rows, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=col(Note.id),
        sorts={"title": col(Note.title), "rank": col(Note.rank), "at": col(Note.created_at)},
        default="title",
    )
    return Page(items=[NoteOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/notes", status_code=201, operation_id="create_note")
async def create_note(body: NoteIn, access: MayWrite, uow: Uow, response: Response) -> NoteOut:
    await access.require_unit(uow.session, body.unit_code)
    note = await write_note(uow, body)
    set_etag(response, note.revision)
    response.headers["Location"] = f"/plans/v1/notes/{note.id}"
    return NoteOut.model_validate(note)


@router.get("/notes/{note_id}", operation_id="get_note")
async def get_note(note_id: UUID, access: MayRead, session: Reading, response: Response) -> NoteOut:
    note = await _seen(session, access, note_id)
    set_etag(response, note.revision)
    return NoteOut.model_validate(note)


@router.patch("/notes/{note_id}", operation_id="change_note")
async def change_note(
    note_id: UUID,
    body: NoteChange,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> NoteOut:
    note = await _seen(uow.session, access, note_id)
    expected.check(note.revision)
    note.title = body.title or note.title
    note.rank = note.rank if body.rank is None else body.rank
    await uow.save(note)
    set_etag(response, note.revision)
    return NoteOut.model_validate(note)


@router.post("/notes/{note_id}:count", operation_id="count_note")
async def count_note(note_id: UUID, access: MayWrite, uow: Uow) -> NoteOut:
    """Read, add one, write: loses counts unless writers wait for each other."""
    note = await _seen(uow.session, access, note_id)
    await asyncio.sleep(0)
    note.rank += 1
    await uow.save(note)
    return NoteOut.model_validate(note)


@router.delete("/notes/{note_id}", status_code=204, operation_id="delete_note")
async def delete_note(note_id: UUID, access: MayWrite, expected: IfMatch, uow: Uow) -> Response:
    note = await _seen(uow.session, access, note_id)
    expected.check(note.revision)
    await uow.session.delete(note)
    return Response(status_code=204)


@router.post("/notes:fail", operation_id="fail")
async def fail(body: HowToFail, access: MayWrite, uow: Uow) -> NoteOut:
    """Change, announce, and only then go wrong."""
    note = await write_note(uow, NoteIn(unit_code="T", title="before the fault"))
    if body.how == "conflict":
        raise Conflict("plan_is_closed")
    if body.how == "forbidden":
        access.require_everywhere()
    if body.how == "hang":
        await asyncio.Event().wait()
    if body.how == "answer":
        return JSONResponse({"ok": False}, status_code=409)  # type: ignore[return-value]
    raise RuntimeError(f"nobody expected {note.title}")


@router.post("/secrets", status_code=201, operation_id="make_secret")
async def make_secret(access: MayWrite, uow: Uow, response: Response) -> SecretOut:
    _ = access
    note = await write_note(uow, NoteIn(unit_code="T", title="holder of a secret"))
    response.headers[ANSWERED_ONCE] = "secret_shown_once"
    return SecretOut(id=note.id, secret=make_key().text)


@router.post("/uploads", status_code=201, operation_id="upload")
async def upload(
    file: UploadFile, access: MayWrite, uow: Uow, unit_code: Annotated[str, Query()] = "T"
) -> NoteOut:
    _ = access
    digest = hashlib.sha256(await file.read()).hexdigest()
    return NoteOut.model_validate(
        await write_note(uow, NoteIn(unit_code=unit_code, title=f"{file.filename} {digest}"))
    )


@router.post("/work", status_code=202, operation_id="start_work")
async def start_work(body: HowToFail, access: MayWrite, uow: Uow) -> Response:
    job_id = await enqueue(uow, body.how, {"n": 21}, principal_id=access.principal.id)
    return JSONResponse(
        {"id": str(job_id)}, status_code=202, headers={"Location": f"/plans/v1/jobs/{job_id}"}
    )


@router.get("/broken", operation_id="broken")
async def broken(access: MayRead) -> NoteOut:
    raise RuntimeError(f"secret-in-the-stack {access.principal.id}")


@router.get("/no-database", operation_id="no_database")
async def no_database(access: MayRead) -> NoteOut:
    _ = access
    raise OperationalError("SELECT secret_column FROM notes", {}, Exception("disk I/O error"))


@reading.post("/numbers:double", operation_id="double")
async def double(body: Number, access: MayRead) -> Number:
    """A calculation: a POST that changes nothing."""
    _ = access
    return Number(number=body.number * 2)


async def _seen(session: Any, access: Access, note_id: UUID) -> Note:
    statement = access.scope(select(Note), col(Note.unit_code)).where(col(Note.id) == note_id)
    note = (await session.scalars(statement)).first()
    if note is None:
        raise NotFound
    return note  # type: ignore[no-any-return]


Job = Callable[[ServiceContext, UnitOfWork, dict[str, Any]], Awaitable[dict[str, Any]]]


async def double_job(
    _context: ServiceContext, uow: UnitOfWork, payload: dict[str, Any]
) -> dict[str, Any]:
    await write_note(uow, NoteIn(unit_code="T", title="written by a job"))
    return {"doubled": payload["n"] * 2, "id": new_id()}


async def refused_job(
    _context: ServiceContext, uow: UnitOfWork, _payload: dict[str, Any]
) -> dict[str, Any]:
    await write_note(uow, NoteIn(unit_code="T", title="must not stay"))
    raise Conflict("plan_number_taken", number="12/KH-SVHTT")


async def broken_job(
    _context: ServiceContext, uow: UnitOfWork, _payload: dict[str, Any]
) -> dict[str, Any]:
    await write_note(uow, NoteIn(unit_code="T", title="must not stay"))
    raise RuntimeError("never works")


def toy_service(name: str, subscriptions: Subscriptions) -> Service:
    """The toy's manifest under a borrowed name."""
    return Service(
        name=name,
        metadata=metadata,
        tables=tables,
        migrations=Path(__file__).parent,
        routers=(router, reading),
        subscriptions=subscriptions,
        job_handlers={"double": double_job, "refuse": refused_job, "break": broken_job},
    )
