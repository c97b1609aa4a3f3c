"""How does a unit answer for what it owes? Acknowledge, report, claim done; another person verifies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.plans.domain.lifecycle import ObligationState, Permission, obligation_permission
from services.plans.storage.repositories import get, person
from services.plans.storage.tables import (
    ExtensionRequest,
    ObligationRow,
    Plan,
    ProgressEntry,
    StoredFile,
)
from services.plans.use_cases.announce import announce_obligation
from shared.errors import Conflict, FieldError, Invalid
from shared.rights import Principal
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Report:
    """What a unit says about its work."""

    narrative: str = ""
    difficulty: str = ""
    proposal: str = ""
    percent: int | None = None
    completed_on: date | None = None
    file_ids: Sequence[UUID] = ()
    document: str | None = None  # by which it was decided


@dataclass(frozen=True, slots=True)
class DateChange:
    """A deadline that moved."""

    before: date | None
    after: date | None


async def acknowledge(uow: UnitOfWork, row: ObligationRow, by: Principal) -> ObligationRow:
    """The unit has taken note and begins (tiếp nhận)."""
    require(row, "acknowledge", by)
    row.state = ObligationState.ACKNOWLEDGED
    await enter(uow, row, "acknowledged", by, Report())
    return row


async def assign(
    uow: UnitOfWork, row: ObligationRow, officer_id: UUID, by: Principal
) -> ObligationRow:
    """Name the officer who does the work; the head of the unit stays accountable.

    :raises Invalid: the person is not known, or works in another unit.
    """
    require(row, "assign", by)
    officer = await person(uow.session, officer_id)
    if officer is None or not officer.active or officer.unit_code != row.unit_code:
        message = text("problems.fields.not_of_this_unit")
        raise Invalid(errors=[FieldError("/officer_id", "not_of_this_unit", message)])
    row.officer_id = officer_id
    await enter(uow, row, "assigned", by, Report())
    return row


async def report_progress(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """Say how far the work is; entries are added, never changed."""
    require(row, "report-progress", by)
    row.state = ObligationState.ACKNOWLEDGED
    row.percent = report.percent if report.percent is not None else row.percent
    await enter(uow, row, "progress", by, report)
    return row


async def claim_done(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """The unit says the work is done; reminders stop, somebody else verifies.

    :raises Invalid: the day of completion lies in the future.
    """
    require(row, "claim-done", by)
    completed_on = report.completed_on or uow.today()
    if completed_on > uow.today():
        message = text("problems.fields.in_the_future")
        raise Invalid(errors=[FieldError("/completed_on", "in_the_future", message)])
    row.state = ObligationState.SUBMITTED
    row.percent = 100
    row.completed_on = completed_on
    row.submitted_on = uow.today()
    row.submitted_by = by.id
    await lapse_request(uow, row)
    await enter(uow, row, "done", by, report)
    return row


async def verify(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """Confirm that the work is done (xác nhận). Never by who reported it."""
    require(row, "verify", by)
    row.state = ObligationState.CLOSED
    row.verified_by = by.id
    row.closed_at = uow.now()
    await enter(uow, row, "verified", by, report)
    return row


async def send_back(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """Return the work with a reason (trả lại); it is owed again."""
    require(row, "return", by)
    if not report.narrative:
        message = text("problems.fields.reason_needed")
        raise Invalid(errors=[FieldError("/narrative", "reason_needed", message)])
    row.state = ObligationState.ACKNOWLEDGED
    row.completed_on = row.submitted_on = row.submitted_by = None
    await enter(uow, row, "returned", by, report)
    return row


async def lapse_request(uow: UnitOfWork, row: ObligationRow) -> None:
    """Nobody needs to decide any more on time for work that is done or called off."""
    if row.extension_id is None:
        return
    request = await get(uow.session, ExtensionRequest, row.extension_id)
    request.state = "lapsed"
    row.extension_id = None
    await uow.save(request)


def require(row: ObligationRow, action: str, by: Principal) -> None:
    """:raises Conflict: the state, or who asks, does not allow the action."""
    permission = permission_for(row, by)
    if reason := permission.refuse(action):
        raise Conflict(reason)


def permission_for(row: ObligationRow, by: Principal) -> Permission:
    """What may be done with an obligation now, as far as its state says."""
    return obligation_permission(
        ObligationState(row.state),
        reported_by_caller=row.submitted_by == by.id,
        has_date=row.due_on is not None,
        asked=row.extension_id is not None,
    )


async def enter(
    uow: UnitOfWork,
    row: ObligationRow,
    kind: str,
    by: Principal,
    report: Report,
    *,
    moved: DateChange | None = None,
) -> None:
    """Store a step with what was said about it, and announce the obligation as it is now.

    :raises Invalid: a file that does not exist.
    """
    for place, file_id in enumerate(report.file_ids):
        if await uow.session.get(StoredFile, file_id) is None:
            message = text("problems.fields.unknown_file")
            raise Invalid(errors=[FieldError(f"/file_ids/{place}", "unknown_file", message)])
    entry = ProgressEntry(
        obligation_id=row.id,
        unit_code=row.unit_code,
        kind=kind,
        narrative=report.narrative,
        difficulty=report.difficulty,
        proposal=report.proposal,
        percent=report.percent,
        completed_on=row.completed_on if kind == "done" else None,
        document=report.document,
        due_before=moved.before if moved else None,
        due_after=moved.after if moved else None,
        by=by.id,
        on_behalf_of=uow.doing.actor.on_behalf_of,
        via=uow.doing.actor.via,
        file_ids=[str(file_id) for file_id in report.file_ids],
    )
    await uow.save(row, entry)
    announce_obligation(uow, await get(uow.session, Plan, row.plan_id), row)
