"""What may everybody settle for themselves? How they are told, and that their address is theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.answers import contact_out
from services.notifications.api.people_answers import preference_out, verification_out
from services.notifications.api.people_schemas import (
    CodeIn,
    PreferenceChange,
    PreferenceOut,
    VerificationOut,
)
from services.notifications.api.preferences import Usual, wishes
from services.notifications.api.schemas import ContactOut
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact, Preference
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import verify_contact
from services.notifications.use_cases import write_preferences as write
from shared.context import context_of
from shared.errors import Forbidden
from shared.rights import Principal
from shared.web.auth import Known
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.pagination import Page
from shared.web.sessions import Reading

router = APIRouter(tags=["contacts"], route_class=CommandRoute)


def person(caller: Known) -> Principal:
    """The caller as a person; systems have neither addresses nor wishes."""
    if caller.is_system:
        raise Forbidden("people_only")
    return caller


Me = Annotated[Principal, Depends(person)]


@router.get("/my-preferences", operation_id="get_my_preferences")
async def get_my_preferences(
    me: Me, usual: Usual, response: Response, session: Reading
) -> PreferenceOut:
    row = await _wishes_of(session, me)
    set_etag(response, row.revision)
    return preference_out(row, usual, may_write=True)


@router.patch("/my-preferences", operation_id="change_my_preferences")
async def change_my_preferences(
    body: PreferenceChange, me: Me, usual: Usual, response: Response, expected: IfMatch, uow: Uow
) -> PreferenceOut:
    row = await _wishes_of(uow.session, me)
    expected.check(row.revision)
    row = await write.change_preference(uow, row, wishes(body))
    set_etag(response, row.revision)
    return preference_out(row, usual, may_write=True)


@router.get("/my-contacts", operation_id="list_my_contacts")
async def list_my_contacts(me: Me, session: Reading) -> Page[ContactOut]:
    rows = await stored.contacts_of_person(session, me.id)
    return Page(items=[contact_out(row, may_write=False) for row in rows], next_cursor=None)


@router.post("/my-contacts/{contact_id}:send-code", operation_id="send_my_code")
async def send_my_code(
    contact_id: UUID, me: Me, response: Response, expected: IfMatch, uow: Uow
) -> ContactOut:
    contact = await _my_contact(uow.session, me, contact_id)
    expected.check(contact.revision)
    contact = await verify_contact.send_code(uow, contact)
    set_etag(response, contact.revision)
    return contact_out(contact, may_write=False)


@router.post("/my-contacts/{contact_id}:verify", operation_id="verify_my_contact")
async def verify_my_contact(
    contact_id: UUID, body: CodeIn, me: Me, request: Request, expected: IfMatch, uow: Uow
) -> VerificationOut:
    contact = await _my_contact(uow.session, me, contact_id)
    expected.check(contact.revision)
    secret = context_of(request).secret
    verdict = await verify_contact.verify(uow, contact, body.code, secret=secret)
    return verification_out(contact, verdict)


async def _wishes_of(session: AsyncSession, me: Principal) -> Preference:
    known = await stored.preferences_of(session, [me.id])
    return known.get(me.id) or write.fresh(me.id, me.unit_code)


async def _my_contact(session: AsyncSession, me: Principal, contact_id: UUID) -> Contact:
    mine = select(Contact).where(col(Contact.person_id) == me.id)
    contact: Contact = await read.see(session, mine, col(Contact.id), contact_id)
    return contact
