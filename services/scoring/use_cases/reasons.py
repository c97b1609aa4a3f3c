"""How is a reason for losing points worded once and used again?"""

from uuid import UUID

from services.scoring.storage.round_tables import ReasonRow
from services.scoring.use_cases import read_rounds
from shared.access import Access
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


async def add_reason(
    uow: UnitOfWork, *, unit_code: str, criterion: str | None, wording: str
) -> ReasonRow:
    """Put a reason into the library of a unit; without a criterion it fits all of them."""
    row = ReasonRow(
        unit_code=unit_code, criterion=criterion, wording=wording, search=search_key(wording)
    )
    await uow.save(row)
    return row


async def wording_of(uow: UnitOfWork, access: Access, reason_id: UUID) -> str:
    """The words of a reason the caller may use.

    :raises NotFound: there is none, or none for this caller.
    """
    row = await read_rounds.see(uow.session, access, ReasonRow, reason_id)
    return row.wording
