"""How does each person wish to be told: at once, in digests, at which hours?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.api.people_answers import preference_out
from services.notifications.api.people_schemas import (
    PreferenceChange,
    PreferenceIn,
    PreferenceOut,
)
from services.notifications.storage.tables import Preference
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import write_contacts
from services.notifications.use_cases import write_preferences as write
from services.notifications.use_cases.house import House, house_of
from services.notifications.use_cases.read_notifications import Filter
from shared.access import Access
from shared.context import context_of
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/preferences", tags=["contacts"], route_class=CommandRoute)
Reader = Annotated[Access, Depends(Allowed("contacts.read"))]
Writer = Annotated[Access, Depends(Allowed("contacts.write"))]


def house(request: Request) -> House:
    """What is usual on this installation."""
    return house_of(context_of(request).settings)


Usual = Annotated[House, Depends(house)]


@router.get("", operation_id="list_preferences")
async def list_preferences(
    access: Reader,
    usual: Usual,
    session: Reading,
    page: Paging,
    unit_code: Code | None = None,
    person_id: UUID | None = None,
) -> Page[PreferenceOut]:
    rows, cursor = await fetch_page(
        session,
        read.preferences(access, Filter(unit_code=unit_code, person_id=person_id)),
        page,
        id_column=col(Preference.id),
        sorts={"created_at": col(Preference.created_at)},
        default="created_at",
    )
    may_write = await read.reached(session, access, "contacts.write")
    items = [preference_out(row, usual, may_write=may_write(row.unit_code)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/{preference_id}", operation_id="get_preference")
async def get_preference(
    preference_id: UUID, access: Reader, usual: Usual, response: Response, session: Reading
) -> PreferenceOut:
    row = await read.see(
        session, read.preferences(access, Filter()), col(Preference.id), preference_id
    )
    may_write = await read.reached(session, access, "contacts.write")
    set_etag(response, row.revision)
    return preference_out(row, usual, may_write=may_write(row.unit_code))


@router.post("", operation_id="create_preference", status_code=201)
async def create_preference(
    body: PreferenceIn, access: Writer, usual: Usual, response: Response, uow: Uow
) -> PreferenceOut:
    unit_code = await write_contacts.unit_for(uow, body.person_id, body.unit_code)
    await access.require_unit(uow.session, unit_code)
    row = await write.add_preference(uow, write.fresh(body.person_id, unit_code), wishes(body))
    response.headers["Location"] = f"/notifications/v1/preferences/{row.id}"
    set_etag(response, row.revision)
    return preference_out(row, usual, may_write=True)


@router.patch("/{preference_id}", operation_id="change_preference")
async def change_preference(
    preference_id: UUID,
    body: PreferenceChange,
    access: Writer,
    usual: Usual,
    response: Response,
    expected: IfMatch,
    uow: Uow,
) -> PreferenceOut:
    row: Preference = await read.see(
        uow.session, read.preferences(access, Filter()), col(Preference.id), preference_id
    )
    expected.check(row.revision)
    row = await write.change_preference(uow, row, wishes(body))
    set_etag(response, row.revision)
    return preference_out(row, usual, may_write=True)


def wishes(body: PreferenceChange) -> dict[str, object]:
    """What a request says; null means the usual again."""
    told = body.model_dump(exclude_unset=True, exclude={"person_id", "unit_code"})
    usual = {"deliveries": {}, "unit_digest": True}
    return {name: usual.get(name) if value is None else value for name, value in told.items()}
