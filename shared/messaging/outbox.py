"""How does an event become part of the transaction that caused it?"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.contracts import subscribers
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.envelope import wrap
from shared.messaging.sequences import take_sequences
from shared.persistence.database import notice_channel
from shared.persistence.platform_tables import PlatformTables

# what a NOTIFY says; nothing at all: look at everything
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
    last = await take_sequences(connection, tables, Counter(aggregates)) if events else {}
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


async def notify(session: AsyncSession, service: str) -> None:
    """Tell the service's worker, once this transaction is committed, that there is work of any kind."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_notify(notice_channel(service), "")))
