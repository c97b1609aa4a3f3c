"""Who may use the platform? People and systems, what they were granted, and their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from services.plans.storage.repositories import holder, unit_by_code
from services.plans.storage.tables import Person, System
from services.plans.use_cases.organisation import unknown_unit
from shared.contracts.plans import GrantData, KeyData, PrincipalChanged
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.keys import FreshKey, make_key
from shared.replicas import keep_principal
from shared.rights import Role, valid_scopes
from shared.search_text import search_key
from shared.texts import text
from shared.unit_of_work import UnitOfWork

LIVE_KEYS = 2


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """A role or scopes at a unit; unit None = everywhere."""

    unit_code: str | None
    role: str | None = None
    scopes: tuple[str, ...] = ()


async def add_person(
    uow: UnitOfWork,
    *,
    full_name: str,
    unit_code: str,
    position: str,
    position_title: str,
    grants: Sequence[GrantRequest],
) -> Person:
    """Add somebody who works in a unit. Without grants they have the rights of their position."""
    if await unit_by_code(uow.session, unit_code) is None:
        raise unknown_unit("/unit_code")
    granted = grants or [GrantRequest(unit_code, role=_usual_role(position))]
    person = Person(
        full_name=full_name,
        unit_code=unit_code,
        position=position,
        position_title=position_title,
        grants=await _checked(uow, granted),
        search=search_key(f"{full_name} {position_title}"),
    )
    await uow.save(person)
    await announce_principal(uow, person)
    return person


async def change_person(
    uow: UnitOfWork,
    person: Person,
    *,
    unit_code: str | None = None,
    position: str | None = None,
    position_title: str | None = None,
    active: bool | None = None,
    grants: Sequence[GrantRequest] | None = None,
) -> Person:
    """Move somebody, change what they may do, or end their access."""
    if unit_code is not None:
        if await unit_by_code(uow.session, unit_code) is None:
            raise unknown_unit("/unit_code")
        person.unit_code = unit_code
    if grants is not None:
        person.grants = await _checked(uow, grants)
    person.position = position or person.position
    person.position_title = person.position_title if position_title is None else position_title
    person.active = person.active if active is None else active
    person.search = search_key(f"{person.full_name} {person.position_title}")
    await uow.save(person)
    await announce_principal(uow, person)
    return person


async def add_system(
    uow: UnitOfWork, *, name: str, unit_code: str | None, scopes: Sequence[str]
) -> System:
    """Register another government system, with scopes at a unit and below (None = everywhere).

    :raises Conflict: a system of this name exists.
    """
    if await uow.session.scalar(select(col(System.id)).where(col(System.name) == name)):
        raise Conflict("system_name_taken")
    grants = [GrantRequest(unit_code, scopes=tuple(scopes))]
    system = System(name=name, unit_code=unit_code, grants=await _checked(uow, grants))
    await uow.save(system)
    await announce_principal(uow, system)
    return system


async def issue_key(
    uow: UnitOfWork, principal_id: UUID, *, expires_at: datetime | None
) -> FreshKey:
    """Make a key for a person or system; its text is shown this once.

    :raises Conflict: two keys are live already (revoke one first: that is how keys are rotated).
    """
    owner = await holder(uow.session, principal_id)
    live = [key for key in await _keys(uow, principal_id) if _is_live(key, uow.now())]
    if len(live) >= LIVE_KEYS:
        raise Conflict("too_many_keys", count=LIVE_KEYS)
    fresh = make_key()
    row = {
        "key_id": fresh.key_id,
        "principal_id": principal_id,
        "secret_hash": fresh.secret_hash,
        "expires_at": expires_at,
    }
    await uow.session.execute(insert(uow.tables.access_keys), [row])
    await _touch(uow, owner)
    return fresh


async def revoke_key(uow: UnitOfWork, key_id: str) -> UUID:
    """End a key now; the id of the principal it belonged to.

    :raises NotFound: no such key, or it is revoked already.
    """
    t = uow.tables.access_keys
    principal_id = await uow.session.scalar(
        update(t)
        .where(t.c.key_id == key_id, t.c.revoked_at.is_(None))
        .values(revoked_at=uow.now())
        .returning(t.c.principal_id)
    )
    if principal_id is None:
        raise NotFound
    await _touch(uow, await holder(uow.session, principal_id))
    return UUID(str(principal_id))


async def announce_principal(uow: UnitOfWork, owner: Person | System) -> None:
    """Tell all services what somebody may do now, and with which keys. No personal data goes out."""
    is_person = isinstance(owner, Person)
    event = PrincipalChanged(
        id=owner.id,
        kind="person" if is_person else "system",
        name="" if isinstance(owner, Person) else owner.name,
        unit_code=owner.unit_code,
        position=owner.position if isinstance(owner, Person) else None,
        active=owner.active,
        grants=tuple(GrantData.model_validate(grant) for grant in owner.grants),
        keys=tuple(
            KeyData(
                key_id=key.key_id,
                secret_hash=key.secret_hash,
                expires_at=key.expires_at,
                revoked_at=key.revoked_at,
            )
            for key in await _keys(uow, owner.id)
        ),
        revision=owner.revision,
    )
    await keep_principal(event, uow)
    uow.publish(event)


async def _touch(uow: UnitOfWork, owner: Person | System) -> None:
    """Keys are part of their holder: a change of keys is a change of the holder."""
    flag_modified(owner, "updated_at")
    await uow.save(owner)
    await announce_principal(uow, owner)


async def _keys(uow: UnitOfWork, principal_id: UUID) -> Sequence[Row[Any]]:
    t = uow.tables.access_keys
    statement = select(t).where(t.c.principal_id == principal_id).order_by(t.c.key_id)
    return (await uow.session.execute(statement)).all()


def _is_live(key: Row[Any], now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def _usual_role(position: str) -> str:
    return Role.OFFICER if position == "officer" else Role.HEAD


async def _checked(uow: UnitOfWork, grants: Sequence[GrantRequest]) -> list[dict[str, Any]]:
    """Grants as they are stored.

    :raises Invalid: an unknown unit, role or scope.
    """
    stored = []
    for place, grant in enumerate(grants):
        pointer = f"/grants/{place}"
        if grant.unit_code and await unit_by_code(uow.session, grant.unit_code) is None:
            raise unknown_unit(f"{pointer}/unit_code")
        unknown = set(grant.scopes) - valid_scopes()
        if unknown or (grant.role is None) == (not grant.scopes):
            message = text("problems.fields.bad_grant")
            raise Invalid(errors=[FieldError(pointer, "bad_grant", message)])
        stored.append(
            {
                "unit_code": grant.unit_code,
                "role": Role(grant.role).value if grant.role else None,
                "scopes": sorted(grant.scopes),
            }
        )
    return stored
