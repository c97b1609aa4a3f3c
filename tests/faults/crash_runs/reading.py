"""What do the databases say? Read past the platform, from SQLite files and PostgreSQL alike."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg

Row = dict[str, Any]
_UUID_LENGTH = 36
_KNOWN = """
    INSERT INTO applied_in_order (stream, aggregate_id, seq)
        SELECT stream, aggregate_id, last_seq FROM applied_sequences;
    COMMIT;
"""
_WITNESS = {
    "sqlite": """
        BEGIN IMMEDIATE;
        CREATE TABLE applied_in_order
            (place INTEGER PRIMARY KEY, stream TEXT, aggregate_id TEXT, seq INTEGER);
        CREATE TRIGGER applied_first AFTER INSERT ON applied_sequences BEGIN
            INSERT INTO applied_in_order (stream, aggregate_id, seq)
                VALUES (NEW.stream, NEW.aggregate_id, NEW.last_seq); END;
        CREATE TRIGGER applied_next AFTER UPDATE ON applied_sequences BEGIN
            INSERT INTO applied_in_order (stream, aggregate_id, seq)
                VALUES (NEW.stream, NEW.aggregate_id, NEW.last_seq); END;
    """,
    "postgresql": """
        BEGIN;
        LOCK TABLE applied_sequences;
        CREATE TABLE applied_in_order
            (place BIGSERIAL PRIMARY KEY, stream TEXT, aggregate_id TEXT, seq BIGINT);
        CREATE FUNCTION put_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO applied_in_order (stream, aggregate_id, seq)
                VALUES (NEW.stream, NEW.aggregate_id, NEW.last_seq); RETURN NEW; END $$;
        CREATE TRIGGER applied AFTER INSERT OR UPDATE ON applied_sequences
            FOR EACH ROW EXECUTE FUNCTION put_in_order();
    """,
}


class Books(Protocol):
    """The databases of one platform."""

    dialect: str

    def rows(self, service: str, query: str) -> list[Row]:
        """What a query finds; ids as text without dashes, JSON as Python values."""
        ...

    def execute(self, service: str, script: str) -> None:
        """Change something behind the platform's back."""
        ...

    def close(self) -> None:
        """Read no more."""
        ...


def witness_order(books: Books, service: str) -> None:
    """Have the database itself write down which event was applied after which."""
    books.execute(service, _WITNESS[books.dialect] + _KNOWN)


class SqliteBooks:
    """A file a service."""

    dialect = "sqlite"

    def __init__(self, data: Path) -> None:
        self._data = data

    def rows(self, service: str, query: str) -> list[Row]:
        with closing(sqlite3.connect(self._data / f"{service}.db", timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return [_plain(dict(row)) for row in connection.execute(query)]

    def execute(self, service: str, script: str) -> None:
        with closing(sqlite3.connect(self._data / f"{service}.db", timeout=20)) as connection:
            connection.executescript(script)

    def close(self) -> None:
        """Each question had a connection of its own."""


class PostgresBooks:
    """A database a service; connections are kept."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        """Connect to nothing yet.

        :param url: with `{service}` in place of the service's name.
        """
        self._url = url
        self._runner = asyncio.Runner()
        self._connections: dict[str, Any] = {}

    def rows(self, service: str, query: str) -> list[Row]:
        return [_plain(dict(row)) for row in self._run(service, "fetch", query)]

    def execute(self, service: str, script: str) -> None:
        self._run(service, "execute", script)

    def close(self) -> None:
        for connection in self._connections.values():
            self._runner.run(connection.close())
        self._connections.clear()
        self._runner.close()

    def _run(self, service: str, method: str, text: str) -> Any:
        async def ask() -> Any:
            if service not in self._connections:
                url = self._url.replace("{service}", service)
                self._connections[service] = await asyncpg.connect(url)
            return await getattr(self._connections[service], method)(text)

        return self._runner.run(ask())


def _plain(row: Row) -> Row:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, str) and name in {"touched", "result", "grants"}:
        return json.loads(value)
    return (
        _without_dashes(value) if isinstance(value, str) and len(value) == _UUID_LENGTH else value
    )


def _without_dashes(value: str) -> str:
    try:
        return UUID(value).hex
    except ValueError:
        return value


def counts(books: Books, service: str, table: str, condition: str) -> int:
    """How many rows of a table satisfy a condition."""
    query = f"SELECT count(*) AS n FROM {table} WHERE {condition}"  # noqa: S608 - our own words
    return int(books.rows(service, query)[0]["n"])


def by_key(rows: list[Row], *names: str) -> Mapping[Any, Row]:
    """Rows by the values of these columns."""
    return {tuple(row[name] for name in names): row for row in rows}
