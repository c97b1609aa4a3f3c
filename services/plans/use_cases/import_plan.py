"""How does a Word file become a plan? Read, shown with every doubt, confirmed by a person."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.plans.domain.document_content import DocumentContent
from services.plans.domain.unit_names import Resolution, is_group_name, make_code, resolve
from services.plans.storage.repositories import (
    all_codes,
    get_unit,
    known_names,
    plan_with_number,
)
from services.plans.storage.tables import Import, Plan, StoredFile, Unit
from services.plans.use_cases.issue_plan import IssueData, issue_plan
from services.plans.use_cases.make_plan import Reading, make_plan
from services.plans.use_cases.organisation import UnitData, add_unit
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How a preview is to become a plan. `unknown_units`: create | leave | refuse."""

    unknown_units: str = "create"
    issue: bool | None = None  # None: issue when the document bears a number and a date
    year: int | None = None
    period_scheme: str = "cchc-don-vi"
    strict_deadlines: bool = False


@dataclass(frozen=True, slots=True)
class NamePreview:
    """One name as written, and what it is taken to mean."""

    resolution: Resolution
    roles: frozenset[str] = field(default_factory=frozenset)


async def owner_of(uow: UnitOfWork, content: DocumentContent, unit_code: str | None) -> Unit:
    """The unit whose plan this is: as told, else the issuer by name, else a new unit of that name.

    :raises NotFound: the unit told is not known.
    :raises Conflict: the document names no issuer and nobody told the unit.
    """
    if unit_code is not None:
        return await get_unit(uow.session, unit_code)
    units = (await uow.session.scalars(select(Unit))).all()
    by_symbol = (content.symbol or "").rpartition("-")[2]
    for unit in units:
        if unit.code == by_symbol:
            return unit
    if content.issuer is None:
        raise Conflict("plan_unit_unknown")
    code = by_symbol or make_code(content.issuer, taken=[u.code for u in units])
    return await add_unit(uow, UnitData(code=code, name=content.issuer))


async def previous_import(uow: UnitOfWork, unit_code: str, sha256: str) -> Import | None:
    """The living import of the very same file for the same unit."""
    statement = (
        select(Import)
        .join(StoredFile, col(StoredFile.id) == col(Import.file_id))
        .where(
            col(StoredFile.sha256) == sha256,
            col(Import.unit_code) == unit_code,
            col(Import.state).in_(("previewed", "confirmed")),
        )
    )
    return await uow.session.scalar(statement.limit(1))


async def open_import(
    uow: UnitOfWork, *, file: StoredFile, content: DocumentContent, unit_code: str
) -> Import:
    """Keep what was read, for a person to look at."""
    row = Import(file_id=file.id, unit_code=unit_code, state="previewed", content=content.as_json())
    await uow.save(row)
    return row


async def confirm_import(uow: UnitOfWork, row: Import, how: Confirmation) -> Plan:
    """Make the plan of a preview; issue it at once when the document was issued.

    :raises Conflict: already confirmed or discarded; no year; unknown units and `refuse`;
        the unit already has a plan with this number.
    """
    if row.state != "previewed" or row.content is None:
        raise Conflict(f"import_is_{row.state}")
    content = DocumentContent.from_json(row.content)
    year = how.year or content.year or (content.issued_on and content.issued_on.year)
    if not year:
        raise Conflict("plan_year_unknown")
    await _refuse_repetition(uow, row, content, year)
    owner = await get_unit(uow.session, row.unit_code)
    await _settle_unknown_units(uow, owner, content, row, how.unknown_units)
    reading = Reading(year, row.corrections, how.period_scheme, how.strict_deadlines)
    plan = await make_plan(uow, content, row, owner=owner, reading=reading)
    row.state, row.plan_id = "confirmed", plan.id
    await uow.save(row)
    wants_issue = how.issue if how.issue is not None else bool(content.number and content.issued_on)
    if wants_issue:
        await issue_plan(uow, plan, IssueData())
    return plan


async def correct_import(uow: UnitOfWork, row: Import, corrections: dict[str, str]) -> Import:
    """Say which unit a written name means, before confirming.

    :raises Conflict: it is no longer a preview.
    :raises NotFound: a unit is not known.
    """
    if row.state != "previewed":
        raise Conflict(f"import_is_{row.state}")
    for code in corrections.values():
        await get_unit(uow.session, code)
    row.corrections = {**row.corrections, **corrections}
    await uow.save(row)
    return row


async def discard_import(uow: UnitOfWork, row: Import) -> Import:
    """Put a preview aside.

    :raises Conflict: it was confirmed.
    """
    if row.state != "previewed":
        raise Conflict(f"import_is_{row.state}")
    row.state = "discarded"
    await uow.save(row)
    return row


async def names_in(
    session: AsyncSession, owner: Unit, content: DocumentContent, corrections: dict[str, str]
) -> dict[str, NamePreview]:
    """Every unit name of a document and what it means now."""
    units, groups = await known_names(session, owner)
    roles: dict[str, set[str]] = {}
    for task in content.tasks:
        for role, names in (("lead", task.lead_units), ("coordinating", task.coordinating_units)):
            for name in names:
                roles.setdefault(name, set()).add(role)
    return {
        name: NamePreview(
            Resolution(name, (corrections[name],))
            if name in corrections
            else resolve(name, units=units, groups=groups),
            frozenset(found),
        )
        for name, found in roles.items()
    }


async def _settle_unknown_units(
    uow: UnitOfWork, owner: Unit, content: DocumentContent, row: Import, policy: str
) -> None:
    names = await names_in(uow.session, owner, content, row.corrections)
    unknown = [
        name
        for name, preview in names.items()
        if not preview.resolution.unit_codes and not is_group_name(name)
    ]
    if not unknown or policy == "leave":
        return
    if policy == "refuse":
        raise Conflict("units_unknown", names="; ".join(unknown))
    for name in unknown:
        if (await resolve_name(uow, owner, name)).unit_codes:
            continue  # another spelling of one that was just created
        code = make_code(name, taken=await all_codes(uow.session))
        await add_unit(
            uow, UnitData(code=code, name=name, parent_code=owner.code, valid_from=uow.today())
        )


async def resolve_name(uow: UnitOfWork, owner: Unit, name: str) -> Resolution:
    """What a name means with the units known at this moment."""
    units, groups = await known_names(uow.session, owner)
    return resolve(name, units=units, groups=groups)


async def _refuse_repetition(
    uow: UnitOfWork, row: Import, content: DocumentContent, year: int
) -> None:
    if content.number is None:
        return
    existing = await plan_with_number(
        uow.session, unit_code=row.unit_code, number=content.number, year=year
    )
    if existing is not None:
        raise Conflict("plan_number_taken", number=content.number)


async def keep_file(
    uow: UnitOfWork,
    *,
    sha256: str,
    name: str,
    media_type: str,
    size: int,
    unit_code: str,
    by: UUID,
) -> StoredFile:
    """Record an uploaded file whose content is in the store."""
    file = StoredFile(
        sha256=sha256,
        name=name,
        media_type=media_type,
        size=size,
        unit_code=unit_code,
        uploaded_by=by,
    )
    await uow.save(file)
    return file
