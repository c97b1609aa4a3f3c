"""HTTP in: people, systems and their keys."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import col

from services.plans.api.organisation_schemas import (
    FreshKeyOut,
    GrantIn,
    KeyIn,
    KeyOut,
    PersonChange,
    PersonIn,
    PersonOut,
    SystemIn,
    SystemOut,
)
from services.plans.storage.repositories import holder
from services.plans.storage.tables import Person, System
from services.plans.use_cases import principals, read_organisation
from services.plans.use_cases.principals import GrantRequest
from shared.access import Access
from shared.web.auth import Allowed, read_grant
from shared.web.command import ANSWERED_ONCE, CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading

router = APIRouter(route_class=CommandRoute, tags=["principals"])
MayRead = Annotated[Access, Depends(Allowed("organisation.read"))]
MayWrite = Annotated[Access, Depends(Allowed("organisation.write"))]
MayManageKeys = Annotated[Access, Depends(Allowed("keys.manage"))]


@router.get("/people")
async def list_people(
    access: MayRead,
    session: Asking,
    page: Paging,
    unit_code: Code | None = None,
    position: Annotated[str | None, Query(max_length=32)] = None,
    q: Words = None,
) -> Page[PersonOut]:
    rows, cursor = await fetch_page(
        session,
        read_organisation.people(access, unit_code=unit_code, position=position, q=q),
        page,
        id_column=col(Person.id),
        sorts={"unit_code": col(Person.unit_code), "name": col(Person.search)},
        default="unit_code",
    )
    return Page(items=[PersonOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/people", status_code=201)
async def create_person(
    body: PersonIn, access: MayWrite, uow: Uow, response: Response
) -> PersonOut:
    await access.require_unit(uow.session, body.unit_code)
    await _may_grant(access, uow, body.grants)
    person = await principals.add_person(
        uow,
        full_name=body.full_name,
        unit_code=body.unit_code,
        position=body.position,
        position_title=body.position_title,
        grants=_grants(body.grants),
    )
    set_etag(response, person.revision)
    return PersonOut.model_validate(person)


@router.get("/people/{person_id}")
async def get_person(
    person_id: UUID, access: MayRead, session: Reading, response: Response
) -> PersonOut:
    person = await read_organisation.see(session, access, Person, person_id)
    set_etag(response, person.revision)
    return PersonOut.model_validate(person)


@router.patch("/people/{person_id}")
async def change_person(
    person_id: UUID,
    body: PersonChange,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PersonOut:
    person = await read_organisation.see(uow.session, access, Person, person_id)
    expected.check(person.revision)
    if body.unit_code is not None:
        await access.require_unit(uow.session, body.unit_code)
    await _may_grant(access, uow, body.grants or ())
    await principals.change_person(
        uow,
        person,
        unit_code=body.unit_code,
        position=body.position,
        position_title=body.position_title,
        active=body.active,
        grants=_grants(body.grants) if body.grants is not None else None,
    )
    set_etag(response, person.revision)
    return PersonOut.model_validate(person)


@router.get("/systems")
async def list_systems(access: MayManageKeys, session: Asking, page: Paging) -> Page[SystemOut]:
    rows, cursor = await fetch_page(
        session,
        read_organisation.systems(access),
        page,
        id_column=col(System.id),
        sorts={"name": col(System.name)},
        default="name",
    )
    return Page(items=[SystemOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/systems", status_code=201)
async def create_system(
    body: SystemIn, access: MayManageKeys, uow: Uow, response: Response
) -> SystemOut:
    access.require_everywhere()
    system = await principals.add_system(
        uow, name=body.name, unit_code=body.unit_code, scopes=body.scopes
    )
    set_etag(response, system.revision)
    return SystemOut.model_validate(system)


@router.get("/principals/{principal_id}/keys")
async def list_keys(principal_id: UUID, access: MayManageKeys, session: Reading) -> Page[KeyOut]:
    owner = await holder(session, principal_id)
    await access.require_unit(session, owner.unit_code)
    rows = await read_organisation.keys_of(session, access, principal_id)
    return Page(items=[KeyOut.model_validate(row) for row in rows])


@router.post("/principals/{principal_id}/keys", status_code=201)
async def create_key(
    principal_id: UUID, body: KeyIn, access: MayManageKeys, uow: Uow, response: Response
) -> FreshKeyOut:
    owner = await holder(uow.session, principal_id)
    await access.require_unit(uow.session, owner.unit_code)
    for grant in owner.grants:  # whoever makes a key could use it
        await access.require_grant(uow.session, read_grant(grant))
    fresh = await principals.issue_key(uow, principal_id, expires_at=body.expires_at)
    response.headers[ANSWERED_ONCE] = "secret_shown_once"
    return FreshKeyOut(
        key_id=fresh.key_id,
        principal_id=principal_id,
        expires_at=body.expires_at,
        revoked_at=None,
        key=fresh.text,
    )


@router.post("/keys/{key_id}:revoke", status_code=204)
async def revoke_key(key_id: Code, access: MayManageKeys, uow: Uow) -> Response:
    access.require_everywhere()
    await principals.revoke_key(uow, key_id)
    return Response(status_code=204)


async def _may_grant(access: Access, uow: Uow, grants: Sequence[GrantIn]) -> None:
    for grant in grants:
        await access.require_grant(uow.session, read_grant(grant.model_dump()))


def _grants(grants: Sequence[GrantIn]) -> list[GrantRequest]:
    return [GrantRequest(g.unit_code, g.role, tuple(g.scopes)) for g in grants]
