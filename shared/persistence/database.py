"""How does a service reach its database? One writing engine, one reading engine, one writer on SQLite.

SQLite fails a read-then-write at once, whatever the busy timeout says, unless the transaction
began as a writing one; so writers begin IMMEDIATE, and wait for each other here, in order, instead
of polling in the driver.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, func, make_url, select
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from shared.persistence.sqlite_connection import connect

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)
# a connection used a moment ago is trusted; asking each time costs three round trips
TRUSTED_SECONDS = 1.0
_ALONE = "one_statement"
CONNECT_SECONDS = 5.0
# a line is tried before it is used; one that is dead without knowing it must not cost a request
PING_SECONDS = 3.0
ALONE_SECONDS = 10.0
# longer than the server gives a statement: then it was not the statement, but the line
ANSWER_SECONDS = 35.0
# classes of SQLSTATE that say "not now": connection, conflict of transactions, resources, operator
_NOT_NOW = frozenset({"08", "40", "53", "57"})
_LOCK_NOT_AVAILABLE = "55P03"


class Database:
    """The database of one service. `url` is a SQLAlchemy URL with an async driver."""

    def __init__(self, url: str, *, trusted_seconds: float = TRUSTED_SECONDS) -> None:
        """:param trusted_seconds: a connection that rested no longer is used without being tried."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.dialect = "sqlite" if self.is_sqlite else "postgresql"
        self.writer = (
            _sqlite(url, begin="BEGIN IMMEDIATE")
            if self.is_sqlite
            else _postgresql(url, trusted_seconds)
        )
        self.reader = (
            _sqlite(url, begin="BEGIN")
            if self.is_sqlite
            else self.writer.execution_options(isolation_level="REPEATABLE READ")
        )
        # a single statement needs no transaction around it, and three round trips become one
        self._alone = (
            self.reader.execution_options(**{_ALONE: True})
            if self.is_sqlite
            else self.writer.execution_options(isolation_level="AUTOCOMMIT")
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

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncConnection]:
        """A connection for questions of one statement each: every one sees the latest commits."""
        async with _in_time(), self._alone.connect() as connection:
            yield connection

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a change of one statement, which is a transaction by itself."""
        if not self.is_sqlite:
            async with _in_time(), self._alone.connect() as connection:
                yield connection
            return
        async with self._writing, self.writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Give all connections back."""
        await self.writer.dispose()
        await self.reader.dispose()


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """One statement alone has no BEGIN that would find a dead line out, so it has a time limit."""
    try:
        async with asyncio.timeout(ALONE_SECONDS):
            yield
    except TimeoutError as error:
        raise OperationalError("one statement alone", None, error) from error


def notice_channel(service: str) -> str:
    """The PostgreSQL channel on which a service's processes tell each other that there is work."""
    return f"cchc_{service}"


async def alone(session: AsyncSession, what: str) -> None:
    """Let nobody else do this until the transaction ends, though a leader that was lost still tries."""
    if session.get_bind().dialect.name == "postgresql":
        turn = func.hashtextextended(f"alone/{what}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(turn)))


def is_unavailable(error: DBAPIError) -> bool:
    """Whether a database error says "not now" rather than "never": the same may work in a moment."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or isinstance(error, OperationalError)
        or state[:2] in _NOT_NOW
        or state == _LOCK_NOT_AVAILABLE
    )


class _Line(asyncpg.Connection):  # type: ignore[misc]
    """A connection that must answer at once when a transaction begins, or is given up for dead."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - asyncpg's own
        if not query.startswith("BEGIN"):
            return await super().execute(query, *args, timeout=timeout)
        try:
            return await super().execute(query, *args, timeout=PING_SECONDS)
        except TimeoutError as error:
            self.terminate()
            raise asyncpg.ConnectionDoesNotExistError("the line is dead") from error


async def _connect_postgresql(*args: Any, **kwargs: Any) -> Any:
    """Connect; SQLAlchemy knows the driver's errors, but not those of the socket below."""
    try:
        return await asyncpg.connect(*args, connection_class=_Line, **kwargs)
    except (OSError, TimeoutError) as error:
        raise asyncpg.CannotConnectNowError(type(error).__name__) from error


def _sqlite(url: str, *, begin: str) -> AsyncEngine:
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
        if _ALONE not in connection.get_execution_options():
            connection.exec_driver_sql(begin)

    @event.listens_for(engine.sync_engine, "checkin")
    def _leave_clean(connection: Any, _record: object) -> None:
        # a COMMIT that fails leaves the transaction open, though SQLAlchemy takes it for ended
        if connection is not None and connection.driver_connection.in_transaction:
            connection.rollback()

    return engine


def _postgresql(url: str, trusted_seconds: float) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        hide_parameters=True,
        connect_args={
            "async_creator_fn": _connect_postgresql,
            "timeout": CONNECT_SECONDS,
            "command_timeout": ANSWER_SECONDS,
            "server_settings": {"statement_timeout": "30000"},
        },
    )

    @event.listens_for(engine.sync_engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _ask_whether_alive(connection: Any, record: Any, _proxy: object) -> None:
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested < trusted_seconds and not connection.driver_connection.is_closed():
            return
        try:
            connection.run_async(lambda line: line.fetchrow(";", timeout=PING_SECONDS))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise InvalidatePoolError from error

    return engine
