"""How is an uploaded document read, now or as a job?"""

import asyncio
from typing import Any
from uuid import UUID

from services.plans.documents import UnreadableDocument, read_document
from services.plans.domain.document_content import DocumentContent
from services.plans.use_cases.import_plan import keep_file, open_import, owner_of
from shared.context import ServiceContext
from shared.errors import FieldError, Invalid
from shared.unit_of_work import UnitOfWork

READ_DOCUMENT = "read_document"


async def read_upload(content: bytes, name: str) -> DocumentContent:
    """Read a document outside the event loop.

    :raises Invalid: it cannot be read, with the reason.
    """
    try:
        return await asyncio.to_thread(read_document, content, file_name=name)
    except UnreadableDocument as refusal:
        message = str(refusal)
        raise Invalid(
            "document_unreadable",
            errors=[FieldError("/file", refusal.code, message)],
            why=message,
        ) from refusal


async def read_document_job(
    context: ServiceContext, uow: UnitOfWork, payload: dict[str, Any]
) -> dict[str, Any]:
    """Read a stored document and open its import; the result names the import."""
    content = await read_upload(await context.files.get(payload["sha256"]), payload["name"])
    owner = await owner_of(uow, content, payload["unit_code"])
    file = await keep_file(
        uow,
        sha256=payload["sha256"],
        name=payload["name"],
        media_type=payload["media_type"],
        size=payload["size"],
        unit_code=owner.code,
        by=UUID(payload["by"]),
    )
    row = await open_import(uow, file=file, content=content, unit_code=owner.code)
    return {"import_id": str(row.id), "url": f"/plans/v1/imports/{row.id}"}
