"""How does the organisation come to be known? Units, groups, and telling the others."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from services.plans.domain.unit_names import guess_kind
from services.plans.storage.repositories import get_unit, units_by_code
from services.plans.storage.tables import Unit, UnitGroup
from shared.contracts.plans import UnitChanged
from shared.errors import Conflict, FieldError, Invalid
from shared.replicas import keep_unit
from shared.search_text import search_key
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UnitData:
    """A unit as somebody describes it."""

    code: str
    name: str
    parent_code: str | None = None
    kind: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None


async def add_unit(uow: UnitOfWork, data: UnitData) -> Unit:
    """Add a unit under its parent.

    :raises Conflict: the code is taken.
    :raises Invalid: the parent is not known.
    """
    known = await units_by_code(uow.session, (data.code, data.parent_code))
    if data.code in known:
        raise Conflict("unit_code_taken", code=data.code)
    parent = known.get(data.parent_code or "")
    if data.parent_code and parent is None:
        raise unknown_unit("/parent_code")
    unit = Unit(
        code=data.code,
        name=data.name,
        kind=data.kind or guess_kind(data.name),
        parent_code=data.parent_code,
        path=f"{parent.path if parent else '/'}{data.code}/",
        aliases=list(data.aliases),
        valid_from=data.valid_from,
        search=_search(data.name, data.aliases),
    )
    await uow.save(unit)
    await announce_unit(uow, unit)
    return unit


async def change_unit(
    uow: UnitOfWork,
    unit: Unit,
    *,
    name: str | None = None,
    kind: str | None = None,
    aliases: tuple[str, ...] | None = None,
    valid_to: date | None = None,
) -> Unit:
    """Rename a unit, correct its kind, its other names, or the day it ended."""
    unit.name = name or unit.name
    unit.kind = kind or unit.kind
    unit.aliases = list(aliases) if aliases is not None else unit.aliases
    unit.valid_to = valid_to or unit.valid_to
    unit.search = _search(unit.name, tuple(unit.aliases))
    await uow.save(unit)
    await announce_unit(uow, unit)
    return unit


async def announce_unit(uow: UnitOfWork, unit: Unit) -> None:
    """Tell the other services, and this service's own table of rights."""
    event = UnitChanged(
        code=unit.code,
        name=unit.name,
        parent_code=unit.parent_code,
        path=unit.path,
        active=unit.valid_to is None or unit.valid_to >= uow.today(),
        revision=unit.revision,
    )
    await keep_unit(event, uow)
    uow.publish(event)


async def add_group(
    uow: UnitOfWork,
    *,
    unit_code: str,
    code: str,
    name: str,
    aliases: tuple[str, ...],
    member_codes: tuple[str, ...],
) -> UnitGroup:
    """Define what a group's name in documents of a unit stands for.

    :raises Conflict: the unit already has a group with this code.
    :raises Invalid: a member is not known.
    """
    await get_unit(uow.session, unit_code)
    taken = await uow.session.scalar(
        select(col(UnitGroup.id)).where(
            col(UnitGroup.unit_code) == unit_code, col(UnitGroup.code) == code
        )
    )
    if taken is not None:
        raise Conflict("group_code_taken", code=code)
    await _require_units(uow, member_codes)
    group = UnitGroup(
        code=code,
        name=name,
        unit_code=unit_code,
        aliases=list(aliases),
        member_codes=list(member_codes),
        search=_search(name, aliases),
    )
    await uow.save(group)
    return group


async def change_group(
    uow: UnitOfWork,
    group: UnitGroup,
    *,
    name: str | None = None,
    aliases: tuple[str, ...] | None = None,
    member_codes: tuple[str, ...] | None = None,
) -> UnitGroup:
    """Change a group's names or members; plans already issued keep the members of their day."""
    if member_codes is not None:
        await _require_units(uow, member_codes)
        group.member_codes = list(member_codes)
    group.name = name or group.name
    group.aliases = list(aliases) if aliases is not None else group.aliases
    group.search = _search(group.name, tuple(group.aliases))
    await uow.save(group)
    return group


async def _require_units(uow: UnitOfWork, codes: tuple[str, ...]) -> None:
    known = set(
        (await uow.session.scalars(select(col(Unit.code)).where(col(Unit.code).in_(codes)))).all()
    )
    for place, code in enumerate(codes):
        if code not in known:
            raise unknown_unit(f"/member_codes/{place}")


def unknown_unit(pointer: str) -> Invalid:
    """The problem of a unit code that nobody knows."""
    return Invalid(
        errors=[FieldError(pointer, "unknown_unit", text("problems.fields.unknown_unit"))]
    )


def _search(name: str, aliases: tuple[str, ...]) -> str:
    return search_key(" ".join((name, *aliases)))
