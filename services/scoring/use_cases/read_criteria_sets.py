"""Which criteria sets are there?"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.storage.tables import CriteriaSetRow
from shared.errors import NotFound
from shared.search_text import contains


def criteria_sets(*, state: str | None, q: str | None) -> Select[Any]:
    statement = select(CriteriaSetRow).where(contains(col(CriteriaSetRow.search), q))
    return statement if state is None else statement.where(col(CriteriaSetRow.state) == state)


async def get_criteria_set(session: AsyncSession, row_id: UUID) -> CriteriaSetRow:
    """One set.

    :raises NotFound: there is none.
    """
    row = await session.get(CriteriaSetRow, row_id)
    if row is None:
        raise NotFound
    return row
