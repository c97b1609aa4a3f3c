"""In what order do an aggregate's events come? Numbers that are never given twice, not even after a restore.

A database brought back from a backup would number its next events with numbers that listeners have
already seen with other contents, and they would drop them as old. So after a restore an epoch
begins: numbering goes on from a point, taken from the clock, that lies above all numbers given before.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.persistence.platform_tables import PlatformTables

# the row of this name holds where numbering began; aggregates are called "stream/id"
_EPOCH = "*"
# room for a million events of one aggregate in each second between two restores; the numbers stay
# below 2**53, so that partners whose numbers are floats read them right
_PER_SECOND = 2**20


async def next_sequence(session: AsyncSession, tables: PlatformTables, aggregate: str) -> int:
    """The next number of an aggregate; the row it updates makes concurrent writers queue up."""
    t = tables.event_sequences
    began = select(t.c.last_seq).where(t.c.aggregate_id == _EPOCH).scalar_subquery()
    statement = _insert(session, tables).values(
        aggregate_id=aggregate, last_seq=func.coalesce(began, 0) + 1
    )
    statement = statement.on_conflict_do_update(
        index_elements=[t.c.aggregate_id], set_={"last_seq": t.c.last_seq + 1}
    )
    result = await session.execute(statement.returning(t.c.last_seq))
    return int(result.scalar_one())


async def begin_epoch(session: AsyncSession, tables: PlatformTables, now: datetime) -> int:
    """After a restore: number all further events above any number given before.

    :returns: the number after which every aggregate goes on.
    """
    t = tables.event_sequences
    highest = int(await session.scalar(select(func.max(t.c.last_seq))) or 0)
    start = max(int(now.timestamp()) * _PER_SECOND, highest + _PER_SECOND)
    await session.execute(update(t).values(last_seq=start))
    statement = _insert(session, tables).values(aggregate_id=_EPOCH, last_seq=start)
    await session.execute(statement.on_conflict_do_nothing(index_elements=[t.c.aggregate_id]))
    return start


def _insert(session: AsyncSession, tables: PlatformTables) -> postgresql.Insert | sqlite.Insert:
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(tables.event_sequences)
