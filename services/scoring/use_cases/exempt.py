"""How is a unit relieved of a criterion, and who appraises what? Both with a document or a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.scoring.domain.rounds.exemptions import ScopeKind, forbidden_lines
from services.scoring.domain.rounds.layers import leaves_of
from services.scoring.storage.round_tables import AppraiserRow, ExemptionRow, RoundRow
from services.scoring.use_cases.round_book import open_book
from services.scoring.use_cases.rounds import require
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork

ACTIVE, REVOKED, ENDED = "active", "revoked", "ended"


@dataclass(frozen=True, slots=True)
class ExemptionData:
    """A criterion (with all below it) that does not concern some units, and on what ground."""

    criterion: str
    scope: ScopeKind
    scope_code: str | None
    document_number: str
    document_date: date
    reason: str


async def exempt(uow: UnitOfWork, row: RoundRow, data: ExemptionData, by: UUID) -> ExemptionRow:
    """Relieve units of a criterion; their maximum shrinks as the criterion's policy says.

    :raises Invalid: an unknown criterion or group, or one that must apply to everybody.
    """
    await require(uow, row, "exempt")
    book = await open_book(uow.session, row, uow.now())
    if not leaves_of(book.criteria_set, data.criterion):
        raise _invalid("/criterion", "unknown_criterion")
    if forbidden_lines(book.criteria_set, data.criterion):
        raise _invalid("/criterion", "must_apply")
    if data.scope == "group" and data.scope_code not in book.books.groups:
        raise _invalid("/scope_code", "unknown_group")
    if (data.scope == "all") is not (data.scope_code is None):
        raise _invalid("/scope_code", "scope_code_needed")
    exemption = ExemptionRow(
        round_id=row.id,
        unit_code=row.unit_code,
        criterion=data.criterion,
        scope=data.scope,
        scope_code=data.scope_code,
        document_number=data.document_number,
        document_date=data.document_date,
        reason=data.reason,
        state=ACTIVE,
        by=by,
    )
    await uow.save(exemption)
    return exemption


async def revoke(uow: UnitOfWork, row: RoundRow, exemption: ExemptionRow, reason: str) -> None:
    """Let the criterion apply again.

    :raises Conflict: it does already.
    """
    await require(uow, row, "exempt")
    if exemption.state != ACTIVE:
        raise Conflict("exemption_is_revoked")
    exemption.state = REVOKED
    exemption.revoked_reason = reason
    await uow.save(exemption)


async def assign(
    uow: UnitOfWork, row: RoundRow, principal_id: UUID, criteria: Sequence[str]
) -> AppraiserRow:
    """Give an appraiser criteria of a round, to be seen across all units.

    :raises Invalid: an unknown person or criterion.
    """
    await require(uow, row, "assign")
    table = uow.tables.principals
    known = select(table.c.id).where(table.c.id == principal_id, table.c.active)
    if await uow.session.scalar(known) is None:
        raise _invalid("/principal_id", "unknown_principal")
    book = await open_book(uow.session, row, uow.now())
    for place, code in enumerate(criteria):
        if not leaves_of(book.criteria_set, code):
            raise _invalid(f"/criteria/{place}", "unknown_criterion")
    appraiser = AppraiserRow(
        round_id=row.id,
        unit_code=row.unit_code,
        principal_id=principal_id,
        criteria=list(dict.fromkeys(criteria)),
        state=ACTIVE,
    )
    await uow.save(appraiser)
    return appraiser


async def end_assignment(uow: UnitOfWork, row: RoundRow, appraiser: AppraiserRow) -> None:
    """Take the criteria from an appraiser again; what was appraised stays.

    :raises Conflict: it has ended already.
    """
    await require(uow, row, "assign")
    if appraiser.state != ACTIVE:
        raise Conflict("assignment_is_ended")
    appraiser.state = ENDED
    await uow.save(appraiser)


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
