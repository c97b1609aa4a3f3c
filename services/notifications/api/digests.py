"""Which digests were made, what became of each reminder in them, and what would one say now?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.people_answers import digest_brief, digest_out
from services.notifications.api.people_schemas import (
    DigestBrief,
    DigestKind,
    DigestOut,
    DigestPreview,
)
from services.notifications.api.preferences import Usual
from services.notifications.domain.digest import worth_sending
from services.notifications.storage import digests as stored_digests
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Digest
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases.compose_digest import compose_digest
from services.notifications.use_cases.read_digests import Wanted, draft
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.context import context_of
from shared.texts import current_language
from shared.web.auth import Allowed
from shared.web.command import ReadRoute
from shared.web.etag import set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/digests", tags=["messages"], route_class=ReadRoute)
Reader = Annotated[Access, Depends(Allowed("messages.read"))]
_SORTS = {"created_at": col(Digest.created_at), "day": col(Digest.day)}


@router.get("", operation_id="list_digests")
async def list_digests(
    access: Reader,
    session: Reading,
    page: Paging,
    kind: DigestKind | None = None,
    unit_code: Code | None = None,
    person_id: UUID | None = None,
) -> Page[DigestBrief]:
    rows, cursor = await fetch_page(
        session,
        read.digests(access, Filter(kind=kind, unit_code=unit_code, person_id=person_id)),
        page,
        id_column=col(Digest.id),
        sorts=_SORTS,
        default="-created_at",
    )
    return Page(items=[digest_brief(row) for row in rows], next_cursor=cursor)


@router.get("/preview", operation_id="preview_digest")
async def preview_digest(
    person_id: UUID,
    access: Reader,
    usual: Usual,
    request: Request,
    session: Reading,
    kind: DigestKind = "weekly",
) -> DigestPreview:
    unit_code = await stored.unit_of_person(session, access.tables, person_id)
    await access.require_unit(session, unit_code)
    wanted = Wanted(person_id, "email", kind)
    clock = context_of(request).clock
    drafted = await draft(session, access.tables, wanted, clock=clock, house=usual)
    contact = await stored.contact_of(session, person_id, "email")
    words = compose_digest(
        drafted.edition,
        name=contact.display_name if contact else "",
        language=contact.language if contact else current_language.get(),
    )
    found = drafted.edition.sections
    return DigestPreview(
        person_id=person_id,
        kind=kind,
        worth_sending=worth_sending(kind, found, told=bool(drafted.told), repeats=False),
        counts={section: len(lines) for section, lines in found.items()},
        subject=words.subject,
        text=words.text,
        html=words.html,
    )


@router.get("/{digest_id}", operation_id="get_digest")
async def get_digest(
    digest_id: UUID, access: Reader, response: Response, session: Reading
) -> DigestOut:
    row = await read.see(session, read.digests(access, Filter()), col(Digest.id), digest_id)
    items = await stored_digests.items_of(session, row.id)
    set_etag(response, row.revision)
    return digest_out(row, items, await stored_digests.message_of(session, row.id))
