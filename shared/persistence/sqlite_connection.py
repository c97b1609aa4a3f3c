"""How does one process talk to SQLite quickly? One hop to the connection's thread per statement.

aiosqlite makes a hop for the cursor, the execution, the rows and the closing; SQLAlchemy reads all
rows at once anyway, so one hop can do all four. Half of the time of a command was spent on hops.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import aiosqlite


class _Cursor:
    """What SQLAlchemy's adapter needs of a cursor; the rows are here once `execute` returns."""

    def __init__(self, connection: "OneHopConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.run(self._run, sql, parameters, many=False)

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        await self._connection.run(self._run, sql, parameters, many=True)

    def _run(
        self, connection: sqlite3.Connection, sql: str, parameters: Any, *, many: bool
    ) -> None:
        cursor = connection.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.lastrowid, self.rowcount = cursor.lastrowid, cursor.rowcount
        finally:
            cursor.close()

    async def fetchall(self) -> list[Any]:
        return await self.fetchmany(len(self._rows))

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        count = self.arraysize if size is None else size
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def close(self) -> None:
        self._rows = []


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose statements cost one hop each."""

    def cursor(self) -> Any:
        return _Cursor(self)

    async def run(self, step: Any, *arguments: Any, **options: Any) -> None:
        """Run a step on the connection's thread; it gets the sqlite3 connection first."""
        await self._execute(step, self._conn, *arguments, **options)  # type: ignore[no-untyped-call]


async def connect(file: Path) -> OneHopConnection:
    """Open a database file; its transactions begin where we say, never by themselves."""
    connection = OneHopConnection(lambda: sqlite3.connect(file, isolation_level=None), 64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    try:
        await connection
    except BaseException:
        # its thread still speaks to this loop, which may be about to end
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 - as above
        raise
    return connection
