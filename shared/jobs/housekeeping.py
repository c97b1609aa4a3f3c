"""What does every service tidy up by itself? Positions of changes, the audit chain, what is too old."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, select, update

from shared.context import ServiceContext
from shared.crash_points import crash_point
from shared.jobs.periodic import PeriodicJob
from shared.persistence.database import alone

KEEP_IDEMPOTENCY = timedelta(days=7)
KEEP_OUTBOX = timedelta(days=90)
KEEP_INBOX = timedelta(days=30)
_BATCH = 500
_CHAINED = (
    "id", "at", "actor_kind", "actor_id", "on_behalf_of", "via",
    "action", "outcome", "reason", "touched", "trace_id",
)  # fmt: skip


def _position_of(table: Table) -> Any:
    return update(table).where(table.c.id == bindparam("row_id")).values(position=bindparam("to"))


async def number_changes(context: ServiceContext) -> int:
    """Give committed changes their place in the feed. One sequencer, so no reader can skip one."""
    t = context.tables.changes
    waiting = select(t.c.id).where(t.c.position.is_(None)).order_by(t.c.id).limit(_BATCH)
    async with context.database.reading() as session:
        if await session.scalar(waiting.limit(1)) is None:
            return 0
    async with context.database.writing() as session:
        await alone(session, "changes")
        # asked again: another sequencer may have been quicker
        ids = (await session.scalars(waiting)).all()
        if not ids:
            return 0
        last = await session.scalar(select(func.max(t.c.position))) or 0
        await session.execute(
            _position_of(t),
            [{"row_id": row_id, "to": last + n} for n, row_id in enumerate(ids, start=1)],
        )
        crash_point("sweeper.numbering")
        await session.commit()
    crash_point("sweeper.numbered")
    return len(ids)


async def chain_audit(context: ServiceContext) -> int:
    """Link committed audit rows: each hash covers the row and the hash before it."""
    t = context.tables.audit
    waiting = select(t.c.id).where(t.c.position.is_(None)).order_by(t.c.id).limit(_BATCH)
    async with context.database.reading() as session:
        if await session.scalar(waiting.limit(1)) is None:
            return 0
    async with context.database.writing() as session:
        await alone(session, "audit")
        last = (
            await session.execute(
                select(t.c.position, t.c.hash)
                .where(t.c.position.is_not(None))
                .order_by(t.c.position.desc())
                .limit(1)
            )
        ).first()
        position, previous = (last.position, last.hash) if last else (0, "")
        rows = (
            (await session.execute(select(t).where(t.c.id.in_(waiting)).order_by(t.c.id)))
            .mappings()
            .all()
        )
        for row in rows:
            position += 1
            current = audit_hash(dict(row), previous)
            await session.execute(
                update(t)
                .where(t.c.id == row["id"])
                .values(position=position, prev_hash=previous, hash=current)
            )
            previous = current
        crash_point("sweeper.chaining")
        await session.commit()
    crash_point("sweeper.chained")
    return len(rows)


def audit_hash(row: dict[str, Any], previous: str) -> str:
    """The hash of an audit row, given the hash before it."""
    content = json.dumps(
        [previous, *(row[name] for name in _CHAINED)], ensure_ascii=False, default=str
    )
    return hashlib.sha256(content.encode()).hexdigest()


async def broken_links(context: ServiceContext) -> list[int]:
    """Positions at which the chain does not hold: rows edited, removed, inserted or swapped."""
    t = context.tables.audit
    broken: list[int] = []
    expected, previous = 1, ""
    async with context.database.reading() as session:
        rows = await session.stream(
            select(t).where(t.c.position.is_not(None)).order_by(t.c.position)
        )
        async for row in rows.mappings():
            whole = row["position"] == expected and row["prev_hash"] == previous
            if not whole or audit_hash(dict(row), previous) != row["hash"]:
                broken.append(row["position"])
            expected, previous = row["position"] + 1, row["hash"]
    return broken


async def forget_the_old(context: ServiceContext) -> int:
    """Delete what was promised to be kept only so long."""
    now, tables = context.clock.now(), context.tables
    rules = (
        delete(tables.idempotency).where(tables.idempotency.c.created_at < now - KEEP_IDEMPOTENCY),
        delete(tables.outbox).where(
            tables.outbox.c.state != "pending", tables.outbox.c.occurred_at < now - KEEP_OUTBOX
        ),
        delete(tables.inbox).where(
            tables.inbox.c.state.in_(("done", "ignored", "superseded", "skipped")),
            tables.inbox.c.received_at < now - KEEP_INBOX,
        ),
    )
    async with context.database.writing() as session:
        for rule in rules:
            await session.execute(rule)
        await session.commit()
    return 0


HOUSEKEEPING: tuple[PeriodicJob, ...] = (
    PeriodicJob("number_changes", 1, number_changes),
    PeriodicJob("chain_audit", 5, chain_audit),
    PeriodicJob("forget_the_old", 3600, forget_the_old),
)
