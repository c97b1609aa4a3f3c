"""In what order do an aggregate's events come? Numbers that are never given twice, not even after a restore.

A database brought back from a backup would number its next events with numbers that listeners have
already seen with other contents, and they would drop them as old. So after a restore an epoch
begins: numbering goes on from a point, taken from the clock, that lies above all numbers given before.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.persistence.platform_tables import PlatformTables

# the row of this name holds where numbering began; aggregates are called "stream/id"
_EPOCH = "*"
# room for a million events of one aggregate in each second between two restores; the numbers stay
# below 2**53, so that partners whose numbers are floats read them right
_PER_SECOND = 2**20


async def take_sequences(
    connection: AsyncConnection, tables: PlatformTables, wanted: Mapping[str, int]
) -> dict[str, int]:
    """Take the next numbers, so many for each aggregate; the last one taken of each.

    The rows it updates make concurrent writers queue up; in one order, so that no two wait for each
    other.
    """
    name = tables.event_sequences.name
    ordered = sorted(wanted.items())
    if connection.dialect.name == "postgresql":
        given = "unnest($1::text[], $2::bigint[]) AS given (aggregate_id, taken)"
        parameters: tuple[Any, ...] = ([a for a, _ in ordered], [count for _, count in ordered])
    else:
        given = (
            "(SELECT json_extract(value, '$[0]') AS aggregate_id, json_extract(value, '$[1]')"
            " AS taken FROM json_each(?)) AS given"
        )
        parameters = (json.dumps(ordered),)
    began = f"coalesce((SELECT last_seq FROM {name} WHERE aggregate_id = '{_EPOCH}'), 0)"  # noqa: S608
    # WHERE true: without it SQLite takes ON CONFLICT for the condition of a join
    statement = (
        f"INSERT INTO {name} (aggregate_id, last_seq)"  # noqa: S608 - our own table's name
        f" SELECT given.aggregate_id, {began} + given.taken FROM {given} WHERE true"
        " ON CONFLICT (aggregate_id) DO UPDATE"
        f" SET last_seq = {name}.last_seq + excluded.last_seq - {began}"
        " RETURNING aggregate_id, last_seq"
    )
    taken = await connection.exec_driver_sql(statement, parameters)
    return {str(row.aggregate_id): int(row.last_seq) for row in taken}


async def begin_epoch(session: AsyncSession, tables: PlatformTables, now: datetime) -> int:
    """After a restore: number all further events above any number given before.

    :returns: the number after which every aggregate goes on.
    """
    t = tables.event_sequences
    highest = int(await session.scalar(select(func.max(t.c.last_seq))) or 0)
    start = max(int(now.timestamp()) * _PER_SECOND, highest + _PER_SECOND)
    await session.execute(update(t).values(last_seq=start))
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(t).values(aggregate_id=_EPOCH, last_seq=start)
    await session.execute(statement.on_conflict_do_nothing(index_elements=[t.c.aggregate_id]))
    return start
