"""Does SQLite serve one writer at a time, many readers, and lose nothing that was committed?"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from shared.persistence.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.sqlite(tmp_path / "a.db")
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)"))
        await session.execute(text("INSERT INTO counters VALUES (1, 0)"))
        await session.commit()
    yield database
    await database.close()


async def counted(database: Database) -> int:
    async with database.reading() as session:
        return int(await session.scalar(text("SELECT n FROM counters")) or 0)


async def add_one(database: Database) -> None:
    """Read, wait, write: loses counts unless writers queue from the first read on."""
    async with database.writing() as session:
        n = await session.scalar(text("SELECT n FROM counters"))
        await asyncio.sleep(0)
        await session.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})
        await session.commit()


async def test_thirty_concurrent_increments_are_thirty(database: Database) -> None:
    await asyncio.gather(*(add_one(database) for _ in range(30)))
    assert await counted(database) == 30


async def test_two_processes_do_not_lose_each_others_increments(
    database: Database, tmp_path: Path
) -> None:
    """A second engine on the same file stands for a second process."""
    other = Database.sqlite(tmp_path / "a.db")
    await asyncio.gather(*(add_one(d) for _ in range(10) for d in (database, other)))
    await other.close()
    assert await counted(database) == 20


async def test_a_writer_holds_the_file_from_its_first_statement(
    database: Database, tmp_path: Path
) -> None:
    """BEGIN IMMEDIATE: a transaction that only read so far already keeps other writers out."""
    async with database.writing() as session:
        await session.execute(text("SELECT n FROM counters"))
        intruder = sqlite3.connect(tmp_path / "a.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            intruder.execute("BEGIN IMMEDIATE")
        intruder.close()


async def test_readers_go_on_while_somebody_writes_and_see_only_what_is_committed(
    database: Database,
) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE counters SET n = 5"))
        assert await counted(database) == 0
        await session.commit()
    assert await counted(database) == 5


async def test_a_reader_sees_one_moment_throughout(database: Database) -> None:
    async with database.reading() as session:
        assert await session.scalar(text("SELECT n FROM counters")) == 0
        await add_one(database)
        assert await session.scalar(text("SELECT n FROM counters")) == 0
    assert await counted(database) == 1


async def test_what_is_not_committed_is_gone(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE counters SET n = 9"))
    assert await counted(database) == 0


async def test_a_writer_that_is_cancelled_leaves_nothing_and_lets_the_next_one_in(
    database: Database,
) -> None:
    entered = asyncio.Event()

    async def stuck() -> None:
        async with database.writing() as session:
            await session.execute(text("UPDATE counters SET n = 9"))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await add_one(database)
    assert await counted(database) == 1


@pytest.mark.parametrize("hops", range(6))
async def test_a_writer_cancelled_at_any_moment_does_no_harm(database: Database, hops: int) -> None:
    """The cancellation may hit while the driver's thread is at work."""
    task = asyncio.create_task(add_one(database))
    for _ in range(hops):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    before = await counted(database)
    assert before in {0, 1}
    await add_one(database)
    assert await counted(database) == before + 1


async def test_durability_and_foreign_keys_are_set_on_every_connection(database: Database) -> None:
    for door in (database.writing, database.reading):
        async with door() as session:
            found = [
                await session.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert found == ["wal", 2, 1]  # 2 = FULL: a committed row survives a power cut


async def test_a_failed_statement_says_neither_its_values_nor_blocks_the_next(
    database: Database,
) -> None:
    async with database.writing() as session:
        with pytest.raises(IntegrityError) as caught:
            await session.execute(
                text("INSERT INTO counters VALUES (1, :secret)"), {"secret": "0912345678"}
            )
    assert "0912345678" not in str(caught.value)
    await add_one(database)


async def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    database = Database.sqlite(tmp_path / "no such folder" / "a.db")
    with pytest.raises((OperationalError, sqlite3.OperationalError), match="unable to open"):
        await counted(database)
    await database.close()
