"""How does an event become part of the transaction that caused it?"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import subscribers
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.envelope import wrap
from shared.persistence.platform_tables import PlatformTables

# what a NOTIFY says
ANNOUNCED = "announced"
RECEIVED = "received"


async def outbox_rows(
    connection: AsyncConnection,
    tables: PlatformTables,
    events: Sequence[Event],
    *,
    source: str,
    at: datetime,
    traceparent: str | None,
) -> list[dict[str, Any]]:
    """The rows that tell of events, to be stored beside the change; the relay sends them after it."""
    aggregates = [f"{event.stream}/{event.aggregate_id}" for event in events]
    last = await _take_sequences(connection, tables, Counter(aggregates)) if events else {}
    left = Counter(aggregates)
    rows = []
    for event, aggregate in zip(events, aggregates, strict=True):
        left[aggregate] -= 1
        sequence = last[aggregate] - left[aggregate]
        envelope = wrap(
            event,
            message_id=new_id(),
            source=source,
            sequence=sequence,
            at=at,
            traceparent=traceparent,
        )
        rows.append(
            {
                "message_id": envelope.id,
                "stream": event.stream,
                "type": event.type,
                "aggregate_id": aggregate,
                "aggregate_seq": sequence,
                "occurred_at": at,
                "body": envelope.to_json(),
                "state": "pending" if subscribers(event.stream) else "no_subscribers",
            }
        )
    return rows


async def _take_sequences(
    connection: AsyncConnection, tables: PlatformTables, wanted: Counter[str]
) -> dict[str, int]:
    """Take the next numbers of aggregates; the last taken of each.

    The rows it updates make concurrent writers queue up; in one order, so that no two wait for each
    other.
    """
    name = tables.event_sequences.name
    ordered = sorted(wanted.items())
    if connection.dialect.name == "postgresql":
        given = "SELECT * FROM unnest($1::text[], $2::bigint[])"
        parameters: tuple[Any, ...] = ([a for a, _ in ordered], [count for _, count in ordered])
    else:
        # WHERE true: without it SQLite takes ON CONFLICT for the condition of a join
        given = (
            "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
            " FROM json_each(?) WHERE true"
        )
        parameters = (json.dumps(ordered),)
    taken = await connection.exec_driver_sql(
        f"INSERT INTO {name} (aggregate_id, last_seq) {given}"
        f" ON CONFLICT (aggregate_id) DO UPDATE SET last_seq = {name}.last_seq + excluded.last_seq"
        " RETURNING aggregate_id, last_seq",
        parameters,
    )
    return {str(row.aggregate_id): int(row.last_seq) for row in taken}
