"""How do tests damage a running platform's data? With SQL from outside, as no program of ours would."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg

from tests.support.distributed_world import DistributedWorld
from tests.support.worlds import World


def execute(world: World | DistributedWorld, service: str, statement: str) -> None:
    """Run one statement on a service's database and commit it."""
    if isinstance(world, World):
        with closing(sqlite3.connect(world.data / f"{service}.db", timeout=30)) as database:
            database.execute(statement)
            database.commit()
    else:
        url = world.environment["CCHC_DATABASE_URL"].replace("+asyncpg", "")
        asyncio.run(_on_postgresql(url.replace("{service}", service), statement))


async def _on_postgresql(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
