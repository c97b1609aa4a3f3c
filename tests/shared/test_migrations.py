"""Does every database reach the schema the code expects, and back, and never halfway?"""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from services.notifications.service import service as notifications
from services.plans.service import service as plans
from services.scoring.service import service as scoring
from shared.persistence.database import Database
from shared.persistence.migrations import MigrationFailed, at_head, migrate
from shared.runtime.service import Service

SERVICES = pytest.mark.parametrize(
    "service", [plans, scoring, notifications], ids=lambda service: service.name
)


async def tables(database: Database) -> set[str]:
    async with database.reader.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names()))


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


@SERVICES
async def test_a_migrated_database_is_what_the_code_says(service: Service, tmp_path: Path) -> None:
    database = Database.sqlite(tmp_path / "a.db")
    await migrate(database, service.migrations)
    async with database.reader.connect() as connection:
        assert await connection.run_sync(differences, service.metadata) == []
    assert await at_head(database, service.migrations)
    await database.close()


@SERVICES
async def test_up_and_down_and_up_again(service: Service, tmp_path: Path) -> None:
    database = Database.sqlite(tmp_path / "a.db")
    await migrate(database, service.migrations)
    await migrate(database, service.migrations)  # a second start finds nothing to do
    up = await tables(database)
    await migrate(database, service.migrations, target="base")
    assert await tables(database) == {"alembic_version"}
    assert not await at_head(database, service.migrations)
    await migrate(database, service.migrations)
    assert await tables(database) == up
    await database.close()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The scoring service's migrations, and one more that fails halfway or leaves orphans."""
    folder = tmp_path / "migrations"
    shutil.copytree(scoring.migrations, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def add_revision(folder: Path, after: str, *statements: str) -> None:
    body = "\n".join(f"    op.execute({statement!r})" for statement in statements)
    (folder / "versions" / "9999_test.py").write_text(
        f"from alembic import op\n\nrevision = '9999'\ndown_revision = {after!r}\n\n\n"
        f"def upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"
    )


def newest(folder: Path) -> str:
    return max(file.name for file in (folder / "versions").glob("[0-9]*.py")).split("_")[0]


async def test_a_migration_that_fails_leaves_nothing_behind(broken: Path, tmp_path: Path) -> None:
    database = Database.sqlite(tmp_path / "a.db")
    await migrate(database, broken)
    before = await tables(database)
    head = newest(broken)
    add_revision(
        broken,
        head,
        "CREATE TABLE half (id INTEGER)",
        "INSERT INTO facts VALUES ('half', '1')",
        "SELECT no_such_function()",
    )
    with pytest.raises(Exception, match="no_such_function"):
        await migrate(database, broken)
    assert await tables(database) == before
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM facts")) == 0
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == head
    await database.close()


async def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(
    broken: Path, tmp_path: Path
) -> None:
    database = Database.sqlite(tmp_path / "a.db")
    await migrate(database, broken)
    before = await tables(database)
    add_revision(
        broken,
        newest(broken),
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent INTEGER REFERENCES parents (id))",
        "INSERT INTO children VALUES (7)",
    )
    with pytest.raises(MigrationFailed, match="1 rows"):
        await migrate(database, broken)
    assert await tables(database) == before
    await database.close()


@pytest.mark.parametrize("fails", [False, True])
async def test_foreign_keys_are_on_again_after_a_migration(
    broken: Path, tmp_path: Path, *, fails: bool
) -> None:
    database = Database.sqlite(tmp_path / "a.db")
    await migrate(database, broken)
    add_revision(broken, newest(broken), "SELECT no_such_function()" if fails else "SELECT 1")
    if fails:
        with pytest.raises(Exception, match="no_such_function"):
            await migrate(database, broken)
    else:
        await migrate(database, broken)
    async with database.writing() as session:
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
    await database.close()
