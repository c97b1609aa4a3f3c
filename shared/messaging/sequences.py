"""In what order do an aggregate's events come? Numbers that are never given twice, not even after a restore.

A database brought back from a backup would number its next events with numbers that listeners have
already seen with other contents, and they would drop them as old. So after a restore an epoch
begins: numbering goes on from a point, taken from the clock, that lies above all numbers given before.
"""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.persistence.platform_tables import PlatformTables

# the row of this name holds where numbering began; aggregates are called "stream/id"
_EPOCH = "*"
# room for a million events of one aggregate in each second between two restores; the numbers stay
# below 2**53, so that partners whose numbers are floats read them right
_PER_SECOND = 2**20


async def take_sequences(
    connection: AsyncConnection, tables: PlatformTables, wanted: Counter[str]
) -> dict[str, int]:
    """Take the next numbers of aggregates; the last taken of each.

    The rows it updates make concurrent writers queue up; in one order, so that no two wait for each
    other.
    """
    name = tables.event_sequences.name
    ordered = sorted(wanted.items())
    if connection.dialect.name == "postgresql":
        given = "SELECT a, n + {began} FROM unnest($1::text[], $2::bigint[]) AS given (a, n)"
        parameters: tuple[Any, ...] = ([a for a, _ in ordered], [count for _, count in ordered])
    else:
        # WHERE true: without it SQLite takes ON CONFLICT for the condition of a join
        given = (
            "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') + {began}"
            " FROM json_each(?) WHERE true"
        )
        parameters = (json.dumps(ordered),)
    began = f"coalesce((SELECT last_seq FROM {name} WHERE aggregate_id = '{_EPOCH}'), 0)"  # noqa: S608 - our own names
    taken = await connection.exec_driver_sql(
        f"INSERT INTO {name} (aggregate_id, last_seq) {given.format(began=began)}"
        f" ON CONFLICT (aggregate_id) DO UPDATE"
        f" SET last_seq = {name}.last_seq + excluded.last_seq - {began}"
        " RETURNING aggregate_id, last_seq",
        parameters,
    )
    return {str(row.aggregate_id): int(row.last_seq) for row in taken}


async def begin_epoch(session: AsyncSession, tables: PlatformTables, now: datetime) -> int:
    """After a restore: number all further events above any number given before.

    :returns: the number after which every aggregate goes on.
    """
    t = tables.event_sequences
    highest = int(await session.scalar(select(func.max(t.c.last_seq))) or 0)
    start = max(int(now.timestamp()) * _PER_SECOND, highest + _PER_SECOND)
    await session.execute(update(t).values(last_seq=start))
    if not await session.scalar(select(t.c.last_seq).where(t.c.aggregate_id == _EPOCH)):
        await session.execute(insert(t).values(aggregate_id=_EPOCH, last_seq=start))
    return start
