"""Where are people reached? Personal data: seen and changed only within one's units."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import contact_out
from services.notifications.api.people_answers import verification_out
from services.notifications.api.people_schemas import CodeIn, VerificationOut
from services.notifications.api.schemas import ContactChange, ContactIn, ContactOut
from services.notifications.storage.tables import Contact
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import suppress_contact, verify_contact, write_contacts
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.context import context_of
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=CommandRoute)
Reader = Annotated[Access, Depends(Allowed("contacts.read"))]
Writer = Annotated[Access, Depends(Allowed("contacts.write"))]
_SORTS = {
    "display_name": col(Contact.display_name),
    "created_at": col(Contact.created_at),
}


@router.get("", operation_id="list_contacts")
async def list_contacts(
    access: Reader,
    session: Reading,
    page: Paging,
    unit_code: Code | None = None,
    person_id: UUID | None = None,
) -> Page[ContactOut]:
    rows, cursor = await fetch_page(
        session,
        read.contacts(access, Filter(unit_code=unit_code, person_id=person_id)),
        page,
        id_column=col(Contact.id),
        sorts=_SORTS,
        default="created_at",
    )
    may_write = await read.reached(session, access, "contacts.write")
    items = [contact_out(row, may_write=may_write(row.unit_code)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/{contact_id}", operation_id="get_contact")
async def get_contact(
    contact_id: UUID, access: Reader, response: Response, session: Reading
) -> ContactOut:
    row = await read.see(session, read.contacts(access, Filter()), col(Contact.id), contact_id)
    may_write = await read.reached(session, access, "contacts.write")
    set_etag(response, row.revision)
    return contact_out(row, may_write=may_write(row.unit_code))


@router.post("", operation_id="create_contact", status_code=201)
async def create_contact(
    body: ContactIn, access: Writer, response: Response, uow: Uow
) -> ContactOut:
    unit_code = await write_contacts.unit_for(uow, body.person_id, body.unit_code)
    await access.require_unit(uow.session, unit_code)
    contact = Contact(**body.model_dump(exclude={"unit_code"}), unit_code=unit_code)
    contact = await write_contacts.add_contact(uow, contact)
    response.headers["Location"] = f"/notifications/v1/contacts/{contact.id}"
    set_etag(response, contact.revision)
    return contact_out(contact, may_write=True)


@router.patch("/{contact_id}", operation_id="change_contact")
async def change_contact(
    contact_id: UUID,
    body: ContactChange,
    access: Writer,
    response: Response,
    expected: IfMatch,
    uow: Uow,
) -> ContactOut:
    contact = await read.see(
        uow.session, read.contacts(access, Filter()), col(Contact.id), contact_id
    )
    expected.check(contact.revision)
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    contact = await write_contacts.change_contact(uow, contact, given)
    set_etag(response, contact.revision)
    return contact_out(contact, may_write=True)


@router.post("/{contact_id}:send-code", operation_id="send_code")
async def send_code(
    contact_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> ContactOut:
    contact: Contact = await read.see(
        uow.session, read.contacts(access, Filter()), col(Contact.id), contact_id
    )
    expected.check(contact.revision)
    contact = await verify_contact.send_code(uow, contact)
    set_etag(response, contact.revision)
    return contact_out(contact, may_write=True)


@router.post("/{contact_id}:unsuppress", operation_id="unsuppress_contact")
async def unsuppress(
    contact_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> ContactOut:
    contact: Contact = await read.see(
        uow.session, read.contacts(access, Filter()), col(Contact.id), contact_id
    )
    expected.check(contact.revision)
    contact = await suppress_contact.unsuppress(uow, contact)
    set_etag(response, contact.revision)
    return contact_out(contact, may_write=True)


@router.post("/{contact_id}:verify", operation_id="verify_contact")
async def verify(
    contact_id: UUID, body: CodeIn, access: Writer, request: Request, expected: IfMatch, uow: Uow
) -> VerificationOut:
    contact: Contact = await read.see(
        uow.session, read.contacts(access, Filter()), col(Contact.id), contact_id
    )
    expected.check(contact.revision)
    secret = context_of(request).secret
    verdict = await verify_contact.verify(uow, contact, body.code, secret=secret)
    return verification_out(contact, verdict)
