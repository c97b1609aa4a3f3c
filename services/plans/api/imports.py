"""HTTP in: files, and documents on their way to become plans."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, UploadFile
from sqlmodel import col

from services.plans.api.dependencies import MayReadPlans, MayWritePlans
from services.plans.api.schemas import (
    FileOut,
    ImportBrief,
    ImportConfirm,
    ImportCorrection,
    ImportOut,
    PlanOut,
)
from services.plans.api.shapes import import_out, plan_out
from services.plans.domain.document_content import DocumentContent
from services.plans.domain.periods import load_schemes
from services.plans.storage.repositories import get_unit
from services.plans.storage.tables import Import, StoredFile
from services.plans.use_cases import import_plan, read_organisation, read_plans
from services.plans.use_cases.import_plan import Confirmation
from services.plans.use_cases.read_document import READ_DOCUMENT, read_upload
from shared.access import Access
from shared.context import context_of
from shared.errors import FieldError, Forbidden, Invalid
from shared.jobs.queue import enqueue
from shared.rights import reach
from shared.texts import text
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed
from shared.web.command import Command, CommandRoute, IdempotencyKey, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.platform_routes import JobOut, accepted
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["imports"])
MayWriteFiles = Annotated[Access, Depends(Allowed("files.write"))]


class UploadedDocument:
    """An upload, stored and read before the command's transaction begins."""

    def __init__(self, name: str, media_type: str, content: bytes, sha256: str) -> None:
        self.name = name
        self.media_type = media_type
        self.size = len(content)
        self.content = content
        self.sha256 = sha256


async def _stored(request: Request, file: UploadFile) -> UploadedDocument:
    """Put the upload into the store; its hash is part of the record, so it is always computed."""
    content = await file.read()
    if not content:
        message = text("problems.fields.empty_file")
        raise Invalid(errors=[FieldError("/file", "empty_file", message)])
    sha256 = await context_of(request).files.put(content)
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2] or "tai-lieu"
    clean = "".join(c for c in name if c.isprintable())[-200:]
    media_type = file.content_type or "application/octet-stream"
    return UploadedDocument(clean, media_type[:120], content, sha256)


Stored = Annotated[UploadedDocument, Depends(_stored)]


@router.post("/files", status_code=201)
async def upload_file(
    access: MayWriteFiles,
    stored: Stored,
    uow: Uow,
    response: Response,
    unit_code: Annotated[Code, Query()],
) -> FileOut:
    await access.require_unit(uow.session, unit_code)
    file = await _keep(uow, stored, unit_code, access)
    set_etag(response, file.revision)
    return FileOut.model_validate(file)


@router.get("/files/{file_id}")
async def get_file(
    file_id: UUID, access: MayReadPlans, session: Reading, response: Response
) -> FileOut:
    file = await read_organisation.see_file(session, access, file_id)
    set_etag(response, file.revision)
    return FileOut.model_validate(file)


@router.get(
    "/files/{file_id}/content",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
async def download_file(
    file_id: UUID, access: MayReadPlans, session: Reading, request: Request
) -> Response:
    file = await read_organisation.see_file(session, access, file_id)
    content = await context_of(request).files.get(file.sha256)
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(
        content, media_type=file.media_type, headers={"Content-Disposition": disposition}
    )


@router.post(
    "/imports", status_code=201, response_model=ImportOut, responses={202: {"model": JobOut}}
)
async def create_import(
    access: MayWritePlans,
    stored: Stored,
    response: Response,
    request: Request,
    unit_code: Annotated[Code | None, Query()] = None,
    prefer: Annotated[str, Header(max_length=100)] = "",
    _: IdempotencyKey = None,
) -> Any:
    command: Command = request.state.command
    if "respond-async" in prefer:
        return await _read_later(await command.start(), stored, access, unit_code)
    content = await read_upload(stored.content, stored.name)  # before the transaction begins
    uow = await command.start()
    await _require_owner(uow, access, unit_code)
    owner = await import_plan.owner_of(uow, content, unit_code)
    earlier = await import_plan.previous_import(uow, owner.code, stored.sha256)
    file = await _keep(uow, stored, owner.code, access)
    row = await import_plan.open_import(uow, file=file, content=content, unit_code=owner.code)
    set_etag(response, row.revision)
    response.headers["Location"] = f"/plans/v1/imports/{row.id}"
    names = await import_plan.names_in(uow.session, owner, content, row.corrections)
    return import_out(row, names, same_file_as=earlier.id if earlier else None)


async def _read_later(
    uow: UnitOfWork, stored: UploadedDocument, access: Access, unit_code: str | None
) -> Response:
    """Accept the document now and read it as a job (202)."""
    await _require_owner(uow, access, unit_code)
    payload = {
        "sha256": stored.sha256,
        "name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
        "unit_code": unit_code,
        "by": str(access.principal.id),
    }
    job_id = await enqueue(uow, READ_DOCUMENT, payload, principal_id=access.principal.id)
    response = accepted(uow, job_id, READ_DOCUMENT)
    response.headers["Preference-Applied"] = "respond-async"
    return response


async def _require_owner(uow: UnitOfWork, access: Access, unit_code: str | None) -> None:
    if unit_code is None:
        access.require_everywhere()  # the issuer decides, whichever unit that is
    else:
        await access.require_unit(uow.session, unit_code)


@router.get("/imports")
async def list_imports(
    access: MayReadPlans,
    session: Reading,
    page: Paging,
    state: Annotated[str | None, Query(max_length=16)] = None,
) -> Page[ImportBrief]:
    rows, cursor = await fetch_page(
        session,
        read_organisation.imports(access, state=state),
        page,
        id_column=col(Import.id),
        sorts={"created_at": col(Import.created_at)},
        default="-created_at",
    )
    return Page(items=[ImportBrief.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/imports/{import_id}")
async def get_import(
    import_id: UUID, access: MayReadPlans, session: Reading, response: Response
) -> ImportOut:
    row = await read_organisation.see(session, access, Import, import_id)
    set_etag(response, row.revision)
    return await _shown(session, row)


@router.patch("/imports/{import_id}")
async def correct_import(
    import_id: UUID,
    body: ImportCorrection,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ImportOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    for code in body.units.values():
        await access.require_unit(uow.session, code)
    await import_plan.correct_import(uow, row, dict(body.units))
    set_etag(response, row.revision)
    return await _shown(uow.session, row)


@router.post("/imports/{import_id}:confirm", status_code=201)
async def confirm_import(
    import_id: UUID,
    body: ImportConfirm,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PlanOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    if body.period_scheme not in load_schemes():
        message = text("problems.fields.unknown_scheme")
        raise Invalid(errors=[FieldError("/period_scheme", "unknown_scheme", message)])
    how = Confirmation(**body.model_dump())
    if body.issue and not reach(access.principal, "plans.issue"):
        raise Forbidden("forbidden", action="plans.issue")
    if how.issue is None and not reach(access.principal, "plans.issue"):
        how = Confirmation(**(body.model_dump() | {"issue": False}))
    plan = await import_plan.confirm_import(uow, row, how)
    set_etag(response, plan.revision)
    response.headers["Location"] = f"/plans/v1/plans/{plan.id}"
    unresolved = await read_plans.unresolved_leads(uow.session, plan.id)
    return plan_out(plan, access.principal, unresolved=unresolved)


@router.post("/imports/{import_id}:discard")
async def discard_import(
    import_id: UUID, access: MayWritePlans, expected: IfMatch, uow: Uow, response: Response
) -> ImportOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    await import_plan.discard_import(uow, row)
    set_etag(response, row.revision)
    return await _shown(uow.session, row)


async def _shown(session: Reading, row: Import) -> ImportOut:
    content = DocumentContent.from_json(row.content or {})
    owner = await get_unit(session, row.unit_code)
    return import_out(row, await import_plan.names_in(session, owner, content, row.corrections))


async def _keep(uow: Uow, stored: UploadedDocument, unit_code: str, access: Access) -> StoredFile:
    return await import_plan.keep_file(
        uow,
        sha256=stored.sha256,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        unit_code=unit_code,
        by=access.principal.id,
    )
