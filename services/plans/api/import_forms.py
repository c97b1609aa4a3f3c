"""HTTP in: a preview as a page to read and print, and as a workbook that goes out and comes back."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, UploadFile
from starlette.responses import HTMLResponse

from services.plans.api.dependencies import MayWritePlans
from services.plans.api.files import attachment, uploaded
from services.plans.api.import_page import page_of
from services.plans.api.import_schemas import CorrectionOut, ImportWorkbookOut
from services.plans.api.imports import shown
from services.plans.storage.tables import Import
from services.plans.use_cases import correct_import, import_workbook, read_organisation
from services.plans.use_cases.preview_import import preview_of
from shared.access import Access
from shared.context import context_of
from shared.texts import chosen_language, current_language
from shared.web.command import Command, CommandRoute, IdempotencyKey
from shared.web.docs import POLICY
from shared.web.etag import IfMatch, set_etag
from shared.web.sessions import Reading
from shared.web.tickets import AllowedByLink, signed_link
from shared.workbooks import MEDIA_TYPE

router = APIRouter(route_class=CommandRoute, tags=["imports"])
MayOpen = Annotated[Access, Depends(AllowedByLink("plans.read"))]
_XLSX: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/imports/{import_id}/page", response_class=HTMLResponse)
async def get_import_page(
    import_id: UUID,
    access: MayOpen,
    session: Reading,
    request: Request,
    lang: Annotated[str, Query(max_length=8)] = "vi",
) -> HTMLResponse:
    language = chosen_language({"lang": lang})
    current_language.set(language)
    row = await read_organisation.see(session, access, Import, import_id)
    preview = await preview_of(session, row)
    here = f"/plans/v1/imports/{row.id}"
    links = {
        "workbook": signed_link(request, access.principal, f"{here}/workbook"),
        "page": signed_link(request, access.principal, f"{here}/page"),
    }
    html = await asyncio.to_thread(page_of, preview, links=links, language=language)
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "Content-Language": language,
    }
    return HTMLResponse(html, headers=headers)


@router.get("/imports/{import_id}/workbook", response_class=Response, responses=_XLSX)
async def get_import_workbook(import_id: UUID, access: MayOpen, session: Reading) -> Response:
    row = await read_organisation.see(session, access, Import, import_id)
    preview = await preview_of(session, row)
    content = await asyncio.to_thread(import_workbook.preview_workbook, preview)
    stem = preview.file.name.rpartition(".")[0] or preview.file.name
    response = Response(content, media_type=MEDIA_TYPE, headers=attachment(f"{stem} - sua.xlsx"))
    set_etag(response, row.revision)
    return response


@router.put("/imports/{import_id}/workbook")
async def return_import_workbook(
    import_id: UUID,
    access: MayWritePlans,
    expected: IfMatch,
    file: UploadFile,
    request: Request,
    response: Response,
    mode: Annotated[Literal["dry_run", "atomic"], Query()] = "atomic",
    _: IdempotencyKey = None,
) -> ImportWorkbookOut:
    async with context_of(request).database.reading() as session:
        await read_organisation.see(session, access, Import, import_id)
    sheets = await import_workbook.read_sheets(await uploaded(file))  # before the transaction
    command: Command = request.state.command
    uow = await command.start()
    row = await read_organisation.see(uow.session, access, Import, import_id)
    expected.check(row.revision)
    wanted = await import_workbook.corrections_in(uow.session, row, sheets)
    await _require_reach(uow.session, access, wanted)
    if mode == "dry_run":
        changes = (await correct_import.corrected(uow.session, row, wanted)).changes
    else:
        changes = await correct_import.correct_import(uow, row, wanted, via="workbook")
    return ImportWorkbookOut(
        applied=mode == "atomic",
        changes=[CorrectionOut.model_validate(change.as_json()) for change in changes],
        preview=await shown(uow.session, row, request, access, response),
    )


async def _require_reach(
    session: Reading, access: Access, wanted: correct_import.Corrections
) -> None:
    """Units are named as far as the caller's own right goes."""
    for code in wanted.units.values():
        if code is not None:
            await access.require_unit(session, code)
