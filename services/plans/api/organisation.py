"""HTTP in: units and groups."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import col

from services.plans.api.organisation_schemas import (
    GroupChange,
    GroupIn,
    GroupOut,
    UnitChange,
    UnitIn,
    UnitOut,
)
from services.plans.storage.repositories import get_unit
from services.plans.storage.tables import Unit, UnitGroup
from services.plans.use_cases import organisation, read_organisation
from services.plans.use_cases.organisation import UnitData
from shared.access import Access
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading

router = APIRouter(route_class=CommandRoute, tags=["organisation"])
MayRead = Annotated[Access, Depends(Allowed("organisation.read"))]
MayWrite = Annotated[Access, Depends(Allowed("organisation.write"))]


@router.get("/units")
async def list_units(
    access: MayRead,
    session: Asking,
    page: Paging,
    parent_code: Code | None = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    q: Words = None,
) -> Page[UnitOut]:
    rows, cursor = await fetch_page(
        session,
        read_organisation.units(access, parent_code=parent_code, kind=kind, q=q),
        page,
        id_column=col(Unit.id),
        sorts={"path": col(Unit.path), "code": col(Unit.code), "name": col(Unit.search)},
        default="path",
    )
    return Page(items=[UnitOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/units", status_code=201)
async def create_unit(body: UnitIn, access: MayWrite, uow: Uow, response: Response) -> UnitOut:
    if body.parent_code is None:
        access.require_everywhere()
    else:
        await access.require_unit(uow.session, body.parent_code)
    data = UnitData(**body.model_dump(exclude={"aliases"}), aliases=tuple(body.aliases))
    unit = await organisation.add_unit(uow, data)
    set_etag(response, unit.revision)
    return UnitOut.model_validate(unit)


@router.get("/units/{unit_code}")
async def get_unit_by_code(
    unit_code: Code, access: MayRead, session: Reading, response: Response
) -> UnitOut:
    unit = await get_unit(session, unit_code)
    await access.require_unit(session, unit.code)
    set_etag(response, unit.revision)
    return UnitOut.model_validate(unit)


@router.patch("/units/{unit_code}")
async def change_unit(
    unit_code: Code,
    body: UnitChange,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> UnitOut:
    unit = await get_unit(uow.session, unit_code)
    await access.require_unit(uow.session, unit.code)
    expected.check(unit.revision)
    aliases = tuple(body.aliases) if body.aliases is not None else None
    await organisation.change_unit(
        uow, unit, name=body.name, kind=body.kind, aliases=aliases, valid_to=body.valid_to
    )
    set_etag(response, unit.revision)
    return UnitOut.model_validate(unit)


@router.get("/unit-groups")
async def list_unit_groups(
    access: MayRead, session: Asking, page: Paging, unit_code: Code | None = None
) -> Page[GroupOut]:
    rows, cursor = await fetch_page(
        session,
        read_organisation.groups(access, unit_code=unit_code),
        page,
        id_column=col(UnitGroup.id),
        sorts={"code": col(UnitGroup.code)},
        default="code",
    )
    return Page(items=[GroupOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/unit-groups", status_code=201)
async def create_unit_group(
    body: GroupIn, access: MayWrite, uow: Uow, response: Response
) -> GroupOut:
    await access.require_unit(uow.session, body.unit_code)
    group = await organisation.add_group(
        uow,
        unit_code=body.unit_code,
        code=body.code,
        name=body.name,
        aliases=tuple(body.aliases),
        member_codes=tuple(body.member_codes),
    )
    set_etag(response, group.revision)
    return GroupOut.model_validate(group)


@router.get("/unit-groups/{group_id}")
async def get_unit_group(
    group_id: UUID, access: MayRead, session: Reading, response: Response
) -> GroupOut:
    group = await read_organisation.see(session, access, UnitGroup, group_id)
    set_etag(response, group.revision)
    return GroupOut.model_validate(group)


@router.patch("/unit-groups/{group_id}")
async def change_unit_group(
    group_id: UUID,
    body: GroupChange,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> GroupOut:
    group = await read_organisation.see(uow.session, access, UnitGroup, group_id)
    expected.check(group.revision)
    await organisation.change_group(
        uow,
        group,
        name=body.name,
        aliases=tuple(body.aliases) if body.aliases is not None else None,
        member_codes=tuple(body.member_codes) if body.member_codes is not None else None,
    )
    set_etag(response, group.revision)
    return GroupOut.model_validate(group)
