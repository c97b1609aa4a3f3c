"""How does a Word file become a plan? Read, shown with every doubt, confirmed by a person."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from services.plans.domain.content_edits import Edits
from services.plans.domain.content_rows import with_rows
from services.plans.domain.document_content import DocumentContent
from services.plans.domain.unit_names import make_code
from services.plans.storage.repositories import all_codes, get, get_unit
from services.plans.storage.tables import Import, Plan, StoredFile, Unit
from services.plans.use_cases.correct_import import Corrections, correct_import
from services.plans.use_cases.issue_plan import IssueData, issue_plan
from services.plans.use_cases.make_plan import Reading, make_plan
from services.plans.use_cases.organisation import UnitData, add_unit
from services.plans.use_cases.recognise_import import names_in, repetitions, resolve_name
from services.plans.use_cases.warn_of_import import plan_name
from services.plans.use_cases.withdraw_plan import withdraw_plan
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How a preview is to become a plan. `unknown_units`: create | leave | refuse.

    `replaces`: the plan that this one takes the place of, which is withdrawn. `allow_duplicate`:
    it is another plan, however much it resembles one that is there.
    """

    unknown_units: str = "create"
    issue: bool | None = None  # None: issue when the document bears a number and a date
    year: int | None = None
    period_scheme: str = "cchc-don-vi"
    strict_deadlines: bool = False
    replaces: UUID | None = None
    allow_duplicate: bool = False


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


async def open_import(
    uow: UnitOfWork, *, file: StoredFile, content: DocumentContent, unit_code: str
) -> Import:
    """Keep what was read, for a person to look at."""
    row = Import(
        file_id=file.id,
        unit_code=unit_code,
        state="previewed",
        content=with_rows(content.as_json()),
    )
    await uow.save(row)
    return row


async def confirm_import(uow: UnitOfWork, row: Import, how: Confirmation) -> Plan:
    """Make the plan of a preview; issue it at once when the document was issued.

    :raises Conflict: already confirmed or discarded; no year; unknown units and `refuse`; the file,
        the number or the title is a plan's already, and `how` does not say what to make of it.
    :raises Invalid: `replaces` is no plan of this unit.
    """
    if row.state != "previewed" or row.content is None:
        raise Conflict(f"import_is_{row.state}")
    if how.year is not None:  # words that lean on the year mean other days then
        told = Corrections(Edits(facts={"year": how.year}))
        await correct_import(uow, row, told, via="api")
    content = DocumentContent.from_json(row.content)
    year = content.year or (content.issued_on and content.issued_on.year)
    if not year:
        raise Conflict("plan_year_unknown")
    if how.replaces is not None:
        await _withdraw_replaced(uow, row, how.replaces)
    await _refuse_repetition(uow, row, year, allowed=how.allow_duplicate)
    owner = await get_unit(uow.session, row.unit_code)
    await _settle_unknown_units(uow, owner, row, how.unknown_units)
    reading = Reading(
        year, row.corrections, how.period_scheme, how.strict_deadlines, replaces=how.replaces
    )
    plan = await make_plan(uow, content, row, owner=owner, reading=reading)
    row.state, row.plan_id = "confirmed", plan.id
    await uow.save(row)
    wants_issue = how.issue if how.issue is not None else bool(content.number and content.issued_on)
    if wants_issue:
        await issue_plan(uow, plan, IssueData())
    return plan


async def discard_import(uow: UnitOfWork, row: Import) -> Import:
    """Put a preview aside.

    :raises Conflict: it was confirmed.
    """
    if row.state != "previewed":
        raise Conflict(f"import_is_{row.state}")
    row.state = "discarded"
    await uow.save(row)
    return row


async def _withdraw_replaced(uow: UnitOfWork, row: Import, plan_id: UUID) -> None:
    replaced = await uow.session.get(Plan, plan_id)
    if replaced is None or replaced.unit_code != row.unit_code:
        message = text("problems.fields.unknown_plan")
        raise Invalid(errors=[FieldError("/replaces", "unknown_plan", message)])
    await withdraw_plan(uow, replaced)
    if replaced.import_id is not None:
        origin = await get(uow.session, Import, replaced.import_id)
        if origin.plan_id == replaced.id:
            origin.state = "replaced"
            await uow.save(origin)


async def _refuse_repetition(uow: UnitOfWork, row: Import, year: int, *, allowed: bool) -> None:
    """The same number is never taken twice; what only looks the same, unless a person says so."""
    known = await repetitions(uow.session, row, year=year)
    if known.same_number is not None:
        raise _repeats("plan_number_taken", known.same_number)
    if allowed:
        return
    if known.same_file_plan is not None:
        raise _repeats("file_already_imported", known.same_file_plan)
    if known.similar is not None:
        raise _repeats("plan_resembles", known.similar)


def _repeats(code: str, plan: Plan) -> Conflict:
    url = f"/plans/v1/plans/{plan.id}"
    link = {"Link": f'<{url}>; rel="duplicate"'}
    return Conflict(code, headers=link, number=plan.number, plan=plan_name(plan), url=url)


async def _settle_unknown_units(uow: UnitOfWork, owner: Unit, row: Import, policy: str) -> None:
    """Make units of the names nobody knows: all, or only those a person said are new."""
    names = await names_in(uow.session, owner, row)
    unknown = [
        name
        for name, preview in names.items()
        if not preview.resolution.unit_codes and not preview.resolution.is_group_name
    ]
    wanted = [name for name in unknown if policy == "create" or name in row.new_units]
    if policy == "refuse" and (left := [name for name in unknown if name not in wanted]):
        raise Conflict("units_unknown", names="; ".join(left))
    for name in wanted:
        if (await resolve_name(uow, owner, name)).unit_codes:
            continue  # another spelling of one that was just created
        code = make_code(name, taken=await all_codes(uow.session))
        await add_unit(
            uow, UnitData(code=code, name=name, parent_code=owner.code, valid_from=uow.today())
        )


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
