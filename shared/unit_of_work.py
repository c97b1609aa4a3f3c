"""What is one command? One transaction, with everything it changes, announces and leaves on record.

Whoever opens a unit of work commits it; use cases never do. On commit it raises revisions, writes
the change feed, the audit row and the events, all in the same transaction.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy import event as sa_event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from shared.clock import Clock, today
from shared.contracts.base import Event
from shared.crash_points import crash_point
from shared.ids import new_id
from shared.messaging.outbox import ANNOUNCED, outbox_rows
from shared.persistence.base import Resource
from shared.persistence.batches import Rows, store
from shared.persistence.database import Database, notice_channel
from shared.persistence.platform_tables import PlatformTables

_UOW = "unit of work"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for whom, and through which channel."""

    kind: str  # person | system | service
    id: str
    on_behalf_of: str | None = None
    via: str | None = None  # phone | zalo | meeting | paper


@dataclass(slots=True)
class Doing:
    """What is being done: the audit row's words."""

    actor: Actor
    action: str
    reason: str | None = None
    trace_id: str | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class UnitOfWork:
    """One open transaction of a service."""

    session: AsyncSession
    tables: PlatformTables
    clock: Clock
    service: str
    doing: Doing
    # whoever remembers principals must look again after the commit
    principals_changed: bool = False
    # there is work for the loops, whether or not there are events
    queued: bool = False
    _events: list[Event] = field(default_factory=list)
    _touched: dict[tuple[str, UUID], Resource] = field(default_factory=dict)
    _beside: list[Rows] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        """Announce a fact once this unit of work is committed."""
        self._events.append(event)

    def add(self, *rows: Any) -> None:
        """Store new rows."""
        self.session.add_all(rows)

    def put_beside(self, table: Table, row: Mapping[str, Any]) -> None:
        """Store a row of a platform table together with what the commit itself writes."""
        self._beside.append(Rows(table, [row]))

    async def save(self, *rows: Any) -> None:
        """Store rows now, so that their revisions and times are known to what comes next."""
        self.session.add_all(rows)
        await self.session.flush()

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """The business date in Vietnam."""
        return today(self.clock)

    def act_for(self, *, on_behalf_of: str | None, via: str | None, reason: str | None) -> None:
        """Put on record that this is somebody else's answer, how it came, and why."""
        self.doing.actor = replace(self.doing.actor, on_behalf_of=on_behalf_of, via=via)
        self.doing.reason = reason or self.doing.reason

    def note_touched(self, row: Resource) -> None:
        self._touched[(row.resource_name, row.id)] = row

    async def commit(self) -> None:
        """Make it so. Everything below is one transaction."""
        await self.session.flush()
        now = self.clock.now()
        connection = await self.session.connection()
        outbox = await outbox_rows(
            connection,
            self.tables,
            self._events,
            source=self.service,
            at=now,
            traceparent=self.doing.traceparent,
        )
        audited = self._touched or self._events or self.doing.actor.kind != "service"
        await store(
            connection,
            [
                Rows(self.tables.changes, self._changes(now)),
                Rows(self.tables.outbox, outbox),
                Rows(self.tables.audit, [self._audit_row(now)] if audited else []),
                *self._beside,
            ],
            notice=(notice_channel(self.service), ANNOUNCED) if outbox or self.queued else None,
        )
        crash_point("unit_of_work.before_commit")
        await self.session.commit()
        crash_point("unit_of_work.after_commit")

    @property
    def announced(self) -> int:
        """How many events wait to be sent."""
        return len(self._events)

    def _changes(self, now: datetime) -> list[dict[str, Any]]:
        return [
            {
                "id": new_id(),
                "resource": row.resource_name,
                "resource_id": row.id,
                "revision": row.revision,
                "unit_code": getattr(row, "unit_code", None),
                "at": now,
            }
            for row in self._touched.values()
        ]

    def _audit_row(self, now: datetime) -> dict[str, Any]:
        doing = self.doing
        return {
            "id": new_id(),
            "at": now,
            "actor_kind": doing.actor.kind,
            "actor_id": doing.actor.id,
            "on_behalf_of": doing.actor.on_behalf_of,
            "via": doing.actor.via,
            "action": doing.action,
            "outcome": "done",
            "reason": doing.reason,
            "touched": [
                {"resource": r.resource_name, "id": str(r.id), "revision": r.revision}
                for r in self._touched.values()
            ],
            "trace_id": doing.trace_id,
        }


@asynccontextmanager
async def unit_of_work(
    database: Database,
    tables: PlatformTables,
    clock: Clock,
    *,
    service: str,
    doing: Doing,
    on_commit: Callable[[UnitOfWork], None] = lambda _uow: None,
) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work, commit it when the block ends well, roll back when it does not."""
    async with database.writing() as session:
        uow = UnitOfWork(session, tables, clock, service, doing)
        session.info[_UOW] = uow
        yield uow
        await uow.commit()
    on_commit(uow)


@sa_event.listens_for(Session, "before_flush")
def _stamp_resources(session: Session, _context: object, _instances: object) -> None:
    """Give every new or changed resource its revision and times before it is written."""
    uow: UnitOfWork | None = session.info.get(_UOW)
    if uow is None:
        return
    now = uow.clock.now()
    for row in session.new:
        if isinstance(row, Resource):
            row.created_at = row.updated_at = now
            row.revision = 1
            uow.note_touched(row)
    for row in session.dirty:
        if isinstance(row, Resource) and session.is_modified(row):
            if (row.resource_name, row.id) not in uow._touched:  # noqa: SLF001
                row.revision += 1
            row.updated_at = now
            uow.note_touched(row)
    for row in session.deleted:
        if isinstance(row, Resource):
            row.revision += 1  # the last one: that it is gone is a change like any other
            uow.note_touched(row)
