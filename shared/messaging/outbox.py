"""How does an event become part of the transaction that caused it?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import subscribers
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.envelope import wrap
from shared.messaging.sequences import next_sequence
from shared.persistence.database import notice_channel
from shared.persistence.platform_tables import PlatformTables


async def write_events(
    session: AsyncSession,
    tables: PlatformTables,
    events: Sequence[Event],
    *,
    source: str,
    at: datetime,
    traceparent: str | None,
) -> None:
    """Store events beside the change they announce; the relay sends them after the commit."""
    rows = []
    for event in events:
        sequence = await next_sequence(session, tables, f"{event.stream}/{event.aggregate_id}")
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
                "aggregate_id": f"{event.stream}/{event.aggregate_id}",
                "aggregate_seq": sequence,
                "occurred_at": at,
                "body": envelope.to_json(),
                "state": "pending" if subscribers(event.stream) else "no_subscribers",
            }
        )
    if rows:
        await session.execute(insert(tables.outbox), rows)
        await notify(session, source)


async def notify(session: AsyncSession, service: str) -> None:
    """Tell the service's worker, once this transaction is committed, that there is work."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_notify(notice_channel(service), "")))
