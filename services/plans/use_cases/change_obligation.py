"""How does what is owed change after the issue? More time, a pause, an end, always with its document."""

from datetime import date

from services.plans.domain.lifecycle import ObligationState
from services.plans.domain.punctuality import on_time_until
from services.plans.storage.repositories import get
from services.plans.storage.tables import Comment, ExtensionRequest, ObligationRow
from services.plans.use_cases.work_on_obligation import (
    DateChange,
    Report,
    enter,
    lapse_request,
    require,
)
from shared.errors import Conflict, FieldError, Forbidden, Invalid
from shared.rights import Principal
from shared.texts import text
from shared.unit_of_work import UnitOfWork


async def request_extension(
    uow: UnitOfWork, row: ObligationRow, *, until: date, reason: str, by: Principal
) -> ExtensionRequest:
    """Ask for more time (xin gia hạn). The deadline stays until somebody has decided.

    :raises Invalid: the day asked for is not later than the deadline, or has passed.
    """
    require(row, "request-extension", by)
    assert row.due_on is not None  # noqa: S101 - the permission has seen to it
    _require_later(uow, row.due_on, until, "/requested_due_on")
    request = ExtensionRequest(
        obligation_id=row.id,
        plan_id=row.plan_id,
        unit_code=row.unit_code,
        state="requested",
        due_on=row.due_on,
        requested_due_on=until,
        reason=reason,
        asked_late=row.on_time_until is not None and uow.now() > row.on_time_until,
        asked_by=by.id,
    )
    await uow.save(request)
    row.extension_id = request.id
    moved = DateChange(row.due_on, until)
    await enter(uow, row, "extension-asked", by, Report(narrative=reason), moved=moved)
    return request


async def approve_extension(
    uow: UnitOfWork, request: ExtensionRequest, report: Report, *, until: date | None, by: Principal
) -> ExtensionRequest:
    """Grant more time (cho gia hạn), as asked or until another day; the first date is kept.

    :raises Conflict: decided before. :raises Forbidden: the one who asked.
    :raises Invalid: the day is not later than the deadline.
    """
    row = await _undecided(uow, request, by)
    assert row.due_on is not None  # noqa: S101 - only what has a date can be extended
    granted = until or request.requested_due_on
    _require_later(uow, row.due_on, granted, "/granted_due_on")
    moved = DateChange(row.due_on, granted)
    row.original_due_on = row.original_due_on or row.due_on
    _move(row, granted)
    request.granted_due_on = granted
    await _decide(uow, request, "approved", report, by)
    await enter(uow, row, "extended", by, report, moved=moved)
    return request


async def refuse_extension(
    uow: UnitOfWork, request: ExtensionRequest, report: Report, *, by: Principal
) -> ExtensionRequest:
    """Refuse more time (không đồng ý gia hạn), with the reason; the deadline stays."""
    row = await _undecided(uow, request, by)
    _require_reason(report)
    await _decide(uow, request, "refused", report, by)
    await enter(uow, row, "extension-refused", by, report)
    return request


async def withdraw_extension(
    uow: UnitOfWork, request: ExtensionRequest, *, by: Principal
) -> ExtensionRequest:
    """The unit no longer asks."""
    row = await _asked(uow, request)
    request.state = "withdrawn"
    await uow.save(request)
    await enter(uow, row, "extension-withdrawn", by, Report())
    return request


async def suspend(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """Let the work rest (tạm dừng), for a reason: nobody is reminded until it goes on."""
    require(row, "suspend", by)
    _require_reason(report)
    await lapse_request(uow, row)
    row.state = ObligationState.SUSPENDED
    await enter(uow, row, "suspended", by, report)
    return row


async def resume(
    uow: UnitOfWork, row: ObligationRow, report: Report, *, until: date | None, by: Principal
) -> ObligationRow:
    """Go on (tiếp tục), by the old deadline or a new one.

    :raises Invalid: the new day has passed.
    """
    require(row, "resume", by)
    row.state = ObligationState.ACKNOWLEDGED
    moved = None
    if until is not None and until != row.due_on:
        if until < uow.today():
            raise _wrong("/due_on", "day_has_passed")
        moved = DateChange(row.due_on, until)
        row.original_due_on = row.original_due_on or row.due_on
        _move(row, until)
    await enter(uow, row, "resumed", by, report, moved=moved)
    return row


async def cancel(
    uow: UnitOfWork, row: ObligationRow, report: Report, by: Principal
) -> ObligationRow:
    """Call the work off (thôi thực hiện), by a document and for a reason."""
    require(row, "cancel", by)
    _require_reason(report)
    if not report.document:
        raise _wrong("/document", "document_needed")
    await lapse_request(uow, row)
    row.state = ObligationState.CANCELLED
    row.closed_at = uow.now()
    await enter(uow, row, "cancelled", by, report)
    return row


async def add_comment(uow: UnitOfWork, row: ObligationRow, *, words: str, by: Principal) -> Comment:
    """Remark something (ý kiến); possible in every state, and changes none."""
    comment = Comment(
        obligation_id=row.id,
        unit_code=row.unit_code,
        text=words,
        by=by.id,
        on_behalf_of=uow.doing.actor.on_behalf_of,
        via=uow.doing.actor.via,
    )
    await uow.save(comment)
    return comment


async def _asked(uow: UnitOfWork, request: ExtensionRequest) -> ObligationRow:
    """The obligation, of which nobody decides on this request any more."""
    if request.state != "requested":
        raise Conflict(f"extension_is_{request.state}")
    row = await get(uow.session, ObligationRow, request.obligation_id)
    row.extension_id = None
    return row


async def _undecided(uow: UnitOfWork, request: ExtensionRequest, by: Principal) -> ObligationRow:
    row = await _asked(uow, request)
    if request.asked_by == by.id:
        raise Forbidden("own_request")
    return row


async def _decide(
    uow: UnitOfWork, request: ExtensionRequest, state: str, report: Report, by: Principal
) -> None:
    request.state = state
    request.decided_by = by.id
    request.decided_at = uow.now()
    request.decision_note = report.narrative
    request.document = report.document
    await uow.save(request)


def _move(row: ObligationRow, until: date) -> None:
    """A new deadline: a named day, until the end of which the work is on time."""
    row.due_on = until
    row.exclusive = False
    row.on_time_until = on_time_until(until, exclusive=False, named_day=True)
    row.due_text = text("plan_reading.extended_until", day=f"{until:%d/%m/%Y}", language="vi")
    row.deadline_revision += 1


def _require_later(uow: UnitOfWork, due_on: date, until: date, pointer: str) -> None:
    if until <= due_on:
        raise _wrong(pointer, "not_later_than_deadline")
    if until < uow.today():
        raise _wrong(pointer, "day_has_passed")


def _require_reason(report: Report) -> None:
    if not report.narrative:
        raise _wrong("/narrative", "reason_needed")


def _wrong(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
