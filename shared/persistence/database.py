"""How does a service reach its database? One writing engine, one reading engine, one writer on SQLite.

SQLite fails a read-then-write at once, whatever the busy timeout says, unless the transaction
began as a writing one; so writers begin IMMEDIATE, and wait for each other here, in order, instead
of polling in the driver.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.persistence.sqlite_connection import connect

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)


class Database:
    """The database of one service. `url` is a SQLAlchemy URL with an async driver."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.writer = _engine(url, begin="BEGIN IMMEDIATE")
        self.reader = (
            _engine(url, begin="BEGIN")
            if self.is_sqlite
            else self.writer.execution_options(isolation_level="REPEATABLE READ")
        )
        self._writing = asyncio.Lock()

    @classmethod
    def sqlite(cls, file: Path) -> "Database":
        """A database in one file."""
        return cls(f"sqlite+aiosqlite:///{file}")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that may write; whoever opened it commits. Left without commit: rolled back."""
        if not self.is_sqlite:
            async with AsyncSession(self.writer, expire_on_commit=False) as session:
                yield session
            return
        async with self._writing, AsyncSession(self.writer, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries: one consistent snapshot, never committed."""
        async with AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        await self.writer.dispose()
        await self.reader.dispose()


def notice_channel(service: str) -> str:
    """The PostgreSQL channel on which a service's processes tell each other that there is work."""
    return f"cchc_{service}"


def _engine(url: str, *, begin: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": 5, "server_settings": {"statement_timeout": "30000"}},
        )
    file = Path(make_url(url).database or "")
    engine = create_async_engine(
        url, pool_size=5, hide_parameters=True, async_creator=lambda *_, **__: connect(file)
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine.sync_engine, "checkin")
    def _leave_clean(connection: Any, _record: object) -> None:
        # a COMMIT that fails leaves the transaction open, though SQLAlchemy takes it for ended
        if connection is not None and connection.driver_connection.in_transaction:
            connection.rollback()

    return engine
