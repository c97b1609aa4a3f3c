"""How do many rows, or rows of several tables, reach the database in one round trip?

On PostgreSQL as arrays in one statement whose text never changes, so it is prepared once; on SQLite,
where a statement costs no round trip, as one execution a table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, Table, any_, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Rows:
    """New rows of a table, all with the same columns; `known_by`: rows already there are left alone."""

    table: Table
    rows: Sequence[Mapping[str, Any]]
    known_by: tuple[str, ...] = ()


async def store(
    connection: AsyncConnection, batches: Sequence[Rows], *, notice: tuple[str, str] | None = None
) -> None:
    """Insert rows into several tables; on PostgreSQL with a NOTIFY (channel, what) beside them."""
    batches = [batch for batch in batches if batch.rows]
    if connection.dialect.name != "postgresql":
        for batch in batches:
            await connection.execute(_insert(batch), list(batch.rows))
        return
    if not batches and notice is None:
        return
    shape = tuple((b.table, tuple(b.rows[0]), b.known_by) for b in batches)
    parameters: list[Any] = []
    for batch in batches:
        parameters += _arrays(batch, connection.dialect)
    text = _statement(shape, notice is not None)
    await connection.exec_driver_sql(text, (*parameters, *(notice or ())))


def among(column: Column[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """The condition that a value is one of those of the parameter, however many these are."""
    if dialect != "postgresql":
        return column.in_(bindparam(name, expanding=True))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))


def _insert(batch: Rows) -> Any:
    if not batch.known_by:
        return insert(batch.table)
    return sqlite.insert(batch.table).on_conflict_do_nothing(
        index_elements=[batch.table.c[name] for name in batch.known_by]
    )


def _arrays(batch: Rows, dialect: Dialect) -> list[list[Any]]:
    columns: list[list[Any]] = []
    for name in batch.rows[0]:
        bind = _bind(batch.table.c[name], dialect)
        values = [row[name] for row in batch.rows]
        columns.append([bind(value) for value in values] if bind else values)
    return columns


@lru_cache(maxsize=500)
def _bind(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


_Shape = tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...]


@lru_cache(maxsize=200)
def _statement(shape: _Shape, with_notice: bool) -> str:
    """One statement for all tables. The names in it are those of our own tables and columns."""
    parts, number = [], 0
    for table, names, known_by in shape:
        types = [_travels_as(table.c[name]) for name in names]
        arrays = ", ".join(f"${number + n}::{kind}[]" for n, (kind, _) in enumerate(types, start=1))
        values = ", ".join(f"{name}{cast}" for name, (_, cast) in zip(names, types, strict=True))
        listed = ", ".join(names)
        known = f" ON CONFLICT ({', '.join(known_by)}) DO NOTHING" if known_by else ""
        parts.append(
            f"INSERT INTO {table.name} ({listed})"  # noqa: S608 - no names from outside
            f" SELECT {values} FROM unnest({arrays}) AS given ({listed}){known}"
        )
        number += len(names)
    if with_notice:
        parts.append(f"SELECT pg_notify(${number + 1}, ${number + 2})")
    *beside, last = parts
    clauses = ", ".join(f"part_{n} AS ({part})" for n, part in enumerate(beside))
    return f"WITH {clauses} {last}" if clauses else last


def _travels_as(column: Column[Any]) -> tuple[str, str]:
    """The type of the array's elements, and the cast to the column's own.

    Characters travel as text: a cast to varchar(n) would cut off what is too long without a word.
    """
    declared = column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    if declared.startswith("VARCHAR"):
        return "TEXT", ""
    if declared.startswith("JSON"):
        return "TEXT", f"::{declared}"
    return declared, ""
