"""How do tests run the toy service? Twice, so that events have somewhere to go, without loops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Table, event, func, select
from sqlalchemy.util import await_only
from starlette.types import ASGIApp

from shared.clock import Clock
from shared.context import ServiceContext
from shared.contracts.plans import GrantData, KeyData, PrincipalChanged
from shared.files import DiskFileStore
from shared.ids import new_id
from shared.keys import FreshKey, make_key
from shared.messaging.in_process import InProcessTransport
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.database import Database
from shared.replicas import keep_principal, keep_unit, subscribe_reference
from shared.runtime.running import RunningService
from shared.settings import Settings
from tests.support.toy_service import announcement, metadata, toy_service

EVERYWHERE = GrantData(unit_code=None, role="admin")


@dataclass(slots=True)
class ToyPlatform:
    """The toy as publisher ("plans") and as listener ("scoring")."""

    running: RunningService
    listener: RunningService
    transport: InProcessTransport

    @property
    def app(self) -> ASGIApp:
        return self.running.app

    @property
    def context(self) -> ServiceContext:
        return self.running.context

    async def settle(self) -> None:
        """Let everything that waits happen.

        :raises TimeoutError: when it never ends.
        """
        for _ in range(50):
            if not await self.running.settle() + await self.listener.settle():
                return
        raise TimeoutError("the toy does not come to rest")

    async def caller(
        self,
        *grants: GrantData,
        kind: Any = "person",
        active: bool = True,
        expires_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> str:
        """The text of a key of somebody new who was granted this."""
        key = make_key()
        await self.know(
            key, grants, kind=kind, active=active, expires_at=expires_at, revoked_at=revoked_at
        )
        return key.text

    async def know(
        self,
        key: FreshKey,
        grants: Sequence[GrantData],
        *,
        kind: Any,
        active: bool,
        expires_at: datetime | None,
        revoked_at: datetime | None,
    ) -> None:
        known = PrincipalChanged(
            id=new_id(),
            kind=kind,
            name="somebody",
            unit_code=None,
            position=None,
            active=active,
            grants=tuple(grants),
            keys=(
                KeyData(
                    key_id=key.key_id,
                    secret_hash=key.secret_hash,
                    expires_at=expires_at,
                    revoked_at=revoked_at,
                ),
            ),
            revision=1,
        )
        async with self.context.unit_of_work("know a caller") as uow:
            await keep_principal(known, uow)

    async def units(self, *paths: str) -> None:
        """Make units known by their paths: "/A/T/" is unit T below A."""
        async with self.context.unit_of_work("know units") as uow:
            for path in paths:
                await keep_unit(announcement(path.strip("/").split("/")[-1], path=path), uow)

    async def count(self, table: Table) -> int:
        """How many rows a table of the publisher holds."""
        async with self.context.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(table)) or 0)

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table of the publisher, in order of their primary key."""
        async with self.context.database.reading() as session:
            found = await session.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    async def heard(self) -> list[dict[str, Any]]:
        """What the listener received, in order."""
        return await self._of_listener(self.listener.service.tables.inbox)

    async def units_known(self) -> list[dict[str, Any]]:
        """The listener's copies of units, by code."""
        return await self._of_listener(self.listener.service.tables.unit_nodes)

    async def _of_listener(self, table: Table) -> list[dict[str, Any]]:
        async with self.listener.context.database.reading() as session:
            found = await session.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]


@asynccontextmanager
async def toy_platform(settings: Settings, clock: Clock) -> AsyncIterator[ToyPlatform]:
    """Two toys on fresh databases, joined by a transport."""
    transport = InProcessTransport()
    listening = Subscriptions()
    subscribe_reference(listening)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    running = {
        name: RunningService(
            toy_service(name, subscriptions),
            database=await fresh_database(settings.data_dir / f"{name}.db"),
            transport=transport,
            clock=clock,
            settings=settings,
            files=DiskFileStore(settings.data_dir / "files"),
            secret=b"s" * 32,
        )
        for name, subscriptions in (("plans", Subscriptions()), ("scoring", listening))
    }
    for service in running.values():
        _share_routes(service, settings)
    listener = running["scoring"]
    transport.subscribe("scoring", listening.streams, listener.inbox.receive)
    try:
        yield ToyPlatform(running["plans"], listener, transport)
    finally:
        for service in running.values():
            await service.stop()


_apps: dict[tuple[str, str], FastAPI] = {}


def _share_routes(service: RunningService, settings: Settings) -> None:
    """Build the routes of each toy once a process: they are the same, and cost more than a test."""
    same = (service.service.name, settings.model_dump_json(exclude={"data_dir"}))
    app = _apps.setdefault(same, service.app)
    if app is not service.app:
        service.context.metrics = app.state.context.metrics
        app.state.context = service.context
        service.app = app


async def fresh_database(file: Path) -> Database:
    """A database with the toy's tables, or the one that is there already."""
    if not file.exists():
        if not _empty:
            _empty.append(await _made(file.with_suffix(".template")))
        file.write_bytes(_empty[0])
    return Database.sqlite(file)


_empty: list[bytes] = []  # the tables are made once a process and copied


async def _made(file: Path) -> bytes:
    database = Database.sqlite(file)
    async with database.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()
    return file.read_bytes()


def fail_commits(database: Database, *errors: Exception | None) -> None:
    """Make the database refuse the next commits with these errors, one each; None lets one through."""
    waiting = list(errors)

    @event.listens_for(database.writer.sync_engine, "commit")
    def _refuse(_connection: Any) -> None:
        if waiting and (error := waiting.pop(0)):
            raise error


def hold_commits(database: Database, gate: asyncio.Event) -> asyncio.Event:
    """Make each commit wait for the gate, as on a slow disk; the event tells that one is waiting."""
    begun = asyncio.Event()

    @event.listens_for(database.writer.sync_engine, "commit")
    def _wait(_connection: Any) -> None:
        begun.set()
        await_only(gate.wait())

    return begun


def hold_statements(database: Database, beginning: str, gate: asyncio.Event) -> asyncio.Event:
    """Make each statement that begins like this wait for the gate; the event tells that one does."""
    begun = asyncio.Event()

    @event.listens_for(database.writer.sync_engine, "before_cursor_execute")
    def _wait(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            begun.set()
            await_only(gate.wait())

    return begun
