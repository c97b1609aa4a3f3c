"""How does a database reach the schema the code expects? Alembic, one tree a service, in-process.

On SQLite a migration runs with foreign keys off (a table rebuild would delete the children) and is
checked afterwards; a failed migration leaves nothing behind.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import AutoString

from shared.persistence.database import Database
from shared.persistence.types import ExactDecimal, UtcDateTime


class MigrationFailed(Exception):
    """The schema could not be brought up to date; the database is as it was."""


def configuration(folder: Path) -> Config:
    """Alembic's configuration of one service's tree."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def run_environment(metadata: MetaData) -> None:
    """What a service's env.py does: run the chosen scripts on the connection it was handed."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types by the names they have here."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "types.UtcDateTime()"
    if isinstance(item, ExactDecimal):
        return f"types.ExactDecimal({item.precision}, {item.scale})"
    if isinstance(item, JSON):
        return "types.Json"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


async def migrate(database: Database, folder: Path, *, target: str = "head") -> None:
    """Bring a database to a schema (the newest unless told otherwise).

    :raises MigrationFailed: when rows would point nowhere afterwards; nothing is changed then.
    """
    if target == "head" and await at_head(database, folder):
        return
    try:
        async with database.writer.connect() as connection:
            if database.is_sqlite:
                await _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
            async with connection.begin():
                await connection.run_sync(_move, folder, target)
                if database.is_sqlite:
                    broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                    if broken:
                        raise MigrationFailed(f"{len(broken)} rows would point nowhere")
    finally:
        # the connection that ran without foreign keys must not go back to work
        await database.writer.dispose()


async def at_head(database: Database, folder: Path) -> bool:
    """Whether the schema is the one this code expects."""
    scripts = tuple(sorted((folder / "versions").glob("*.py")))
    async with database.reader.connect() as connection:
        return await connection.run_sync(_revision) == _head(folder, scripts)


@cache
def _head(folder: Path, _scripts: tuple[Path, ...]) -> str | None:
    """The newest revision the code knows, worked out once for the same scripts."""
    return ScriptDirectory.from_config(configuration(folder)).get_current_head()


def write_revision(connection: Connection, folder: Path, message: str) -> None:
    """Write the script that leads from the database's schema to the one in the code."""
    config = configuration(folder)
    config.attributes["connection"] = connection
    number = len(list((folder / "versions").glob("*.py"))) + 1
    command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


def _move(connection: Connection, folder: Path, target: str) -> None:
    config = configuration(folder)
    config.attributes["connection"] = connection
    if target == "base" or target.startswith("-"):
        command.downgrade(config, target)
    else:
        command.upgrade(config, target)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _outside_transaction(connection: AsyncConnection, statement: str) -> None:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None  # noqa: S101 - an open connection has a driver
    await driver.execute(statement)
