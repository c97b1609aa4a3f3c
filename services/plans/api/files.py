"""HTTP in: files as they are, kept under their hash."""

import base64
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, UploadFile

from services.plans.api.dependencies import MayReadPlans
from services.plans.api.schemas import FileOut
from services.plans.storage.tables import StoredFile
from services.plans.use_cases import import_plan, read_organisation
from shared.access import Access
from shared.context import context_of
from shared.errors import FieldError, Invalid
from shared.search_text import search_key
from shared.texts import text
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import set_etag
from shared.web.inputs import Code
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


async def uploaded(file: UploadFile) -> bytes:
    """The content of an upload.

    :raises Invalid: it is empty.
    """
    content = await file.read()
    if not content:
        message = text("problems.fields.empty_file")
        raise Invalid(errors=[FieldError("/file", "empty_file", message)])
    return content


async def _stored(request: Request, file: UploadFile) -> UploadedDocument:
    """Put the upload into the store; its hash is part of the record, so it is always computed."""
    content = await uploaded(file)
    sha256 = await context_of(request).files.put(content)
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2] or "tai-lieu"
    clean = "".join(c for c in name if c.isprintable())[-200:]
    media_type = file.content_type or "application/octet-stream"
    return UploadedDocument(clean, media_type[:120], content, sha256)


Stored = Annotated[UploadedDocument, Depends(_stored)]


async def keep(uow: Uow, stored: UploadedDocument, unit_code: str, access: Access) -> StoredFile:
    """Record an upload as a file of a unit."""
    return await import_plan.keep_file(
        uow,
        sha256=stored.sha256,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        unit_code=unit_code,
        by=access.principal.id,
    )


def attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save an answer under its name (RFC 6266), never show it."""
    stem, dot, ending = name.rpartition(".")
    plain = "-".join(search_key(stem if dot else name).split())[:120] or "tai-lieu"
    fallback = f"{plain}.{ending}" if dot and ending.isascii() and ending.isalnum() else plain
    return {
        "Content-Disposition": f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }


@router.post("/files", status_code=201)
async def upload_file(
    access: MayWriteFiles,
    stored: Stored,
    uow: Uow,
    response: Response,
    unit_code: Annotated[Code, Query()],
) -> FileOut:
    await access.require_unit(uow.session, unit_code)
    file = await keep(uow, stored, unit_code, access)
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
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    headers = attachment(file.name) | {"Repr-Digest": f"sha-256=:{digest}:"}
    return Response(content, media_type=file.media_type, headers=headers)
