"""HTTP in: documents on their way to become plans."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.api.dependencies import MayReadPlans, MayWritePlans
from services.plans.api.files import Stored, UploadedDocument, keep
from services.plans.api.import_schemas import (
    ImportBrief,
    ImportConfirm,
    ImportCorrection,
    ImportOut,
    ImportUndo,
)
from services.plans.api.import_shapes import corrections_of, import_out
from services.plans.api.schemas import PlanOut
from services.plans.api.shapes import plan_out
from services.plans.domain.lifecycle import PlanState
from services.plans.domain.periods import load_schemes
from services.plans.storage.tables import Import, Plan
from services.plans.use_cases import correct_import as correcting
from services.plans.use_cases import import_plan, read_organisation, read_plans, withdraw_plan
from services.plans.use_cases.import_plan import Confirmation
from services.plans.use_cases.preview_import import preview_of
from services.plans.use_cases.read_document import READ_DOCUMENT, read_upload
from shared.access import Access
from shared.errors import FieldError, Forbidden, Invalid
from shared.jobs.queue import enqueue
from shared.rights import Principal, reach
from shared.texts import text
from shared.unit_of_work import UnitOfWork
from shared.web.command import Command, CommandRoute, IdempotencyKey, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.platform_routes import JobOut, accepted
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["imports"])


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
    file = await keep(uow, stored, owner.code, access)
    row = await import_plan.open_import(uow, file=file, content=content, unit_code=owner.code)
    response.headers["Location"] = f"/plans/v1/imports/{row.id}"
    return await shown(uow.session, row, request, access, response)


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
    import_id: UUID, access: MayReadPlans, session: Reading, response: Response, request: Request
) -> ImportOut:
    row = await read_organisation.see(session, access, Import, import_id)
    return await shown(session, row, request, access, response)


@router.patch("/imports/{import_id}")
async def correct_import(
    import_id: UUID,
    body: ImportCorrection,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
    request: Request,
) -> ImportOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    for code in body.units.values():
        if code is not None:
            await access.require_unit(uow.session, code)
    await correcting.correct_import(uow, row, corrections_of(body), via="api")
    return await shown(uow.session, row, request, access, response)


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
    if body.issue:
        _require_issuer(access.principal)
    await _require_issuer_of(uow, body.replaces, access.principal)
    how = Confirmation(**body.model_dump())
    if how.issue is None and not reach(access.principal, "plans.issue"):
        how = Confirmation(**(body.model_dump() | {"issue": False}))
    plan = await import_plan.confirm_import(uow, row, how)
    set_etag(response, plan.revision)
    response.headers["Location"] = f"/plans/v1/plans/{plan.id}"
    unresolved = await read_plans.unresolved_leads(uow.session, plan.id)
    return plan_out(plan, access.principal, unresolved=unresolved)


@router.post("/imports/{import_id}:undo")
async def undo_import(
    import_id: UUID,
    body: ImportUndo,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
    request: Request,
) -> ImportOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    await _require_issuer_of(uow, row.plan_id, access.principal)
    uow.act_for(on_behalf_of=None, via=None, reason=body.reason)
    await withdraw_plan.undo_import(uow, row)
    return await shown(uow.session, row, request, access, response)


@router.post("/imports/{import_id}:discard")
async def discard_import(
    import_id: UUID,
    access: MayWritePlans,
    expected: IfMatch,
    uow: Uow,
    response: Response,
    request: Request,
) -> ImportOut:
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    await import_plan.discard_import(uow, row)
    return await shown(uow.session, row, request, access, response)


async def shown(
    session: AsyncSession, row: Import, request: Request, access: Access, response: Response
) -> ImportOut:
    """A preview as an answer, with its ETag."""
    set_etag(response, row.revision)
    return import_out(await preview_of(session, row), request, access.principal)


async def _require_issuer_of(uow: UnitOfWork, plan_id: UUID | None, principal: Principal) -> None:
    """Who withdraws an issued plan must be one who may issue it."""
    plan = await uow.session.get(Plan, plan_id) if plan_id else None
    if plan is not None and plan.state != PlanState.DRAFT:
        _require_issuer(principal)


def _require_issuer(principal: Principal) -> None:
    if not reach(principal, "plans.issue"):
        raise Forbidden("forbidden", action="plans.issue")
