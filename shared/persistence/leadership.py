"""Which of several workers runs a service's loops, and how does it hear of work at once?

On PostgreSQL the leader holds an advisory lock on a connection of its own; when it dies, however it
dies, or is frozen so that it says nothing any more, the server lets go and another takes over. The
same connection listens for NOTIFY. SQLite has one process, which leads without asking.
"""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from sqlalchemy import make_url

from shared.persistence.database import Database, notice_channel

log = structlog.get_logger(__name__)
TRY_SECONDS = 0.5
CHECK_SECONDS = 1.0
LOST_SECONDS = 5.0
# a leader whose machine vanished is noticed by the server within about ten seconds; one that is
# frozen still has a machine that answers keepalives, but it asks nothing any more
SILENT_SECONDS = 6
_KEEPALIVE = {
    "idle_session_timeout": f"{SILENT_SECONDS}s",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


@asynccontextmanager
async def leadership(
    database: Database, service: str, on_notice: Callable[[str], None]
) -> AsyncIterator[asyncio.Event]:
    """Wait until this process leads the service; the event given is set when it no longer does.

    `on_notice` is told whenever somebody committed something the loops should look at, and what.
    """
    lost = asyncio.Event()
    if database.is_sqlite:
        yield lost
        return
    connection = await _lead(database, service)
    connection.add_termination_listener(lambda *_: lost.set())
    watching = asyncio.create_task(_watch(connection, lost))
    try:
        await connection.add_listener(
            notice_channel(service), lambda _connection, _pid, _channel, what: on_notice(what)
        )
        log.info("leading", service=service)
        yield lost
    finally:
        watching.cancel()
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=LOST_SECONDS)


async def _lead(database: Database, service: str) -> Any:
    """Try until the lock is ours, whatever happens to the connection meanwhile."""
    key = zlib.crc32(f"leader/{service}".encode())
    connection: Any = None
    while True:
        try:
            connection = connection or await asyncpg.connect(
                _address(database), server_settings=_KEEPALIVE, timeout=LOST_SECONDS
            )
            question = "SELECT pg_try_advisory_lock($1)"
            if await connection.fetchval(question, key, timeout=LOST_SECONDS):
                return connection
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("leadership_waits", service=service, why=type(error).__name__)
            if connection is not None:
                connection.terminate()
            connection = None
        await asyncio.sleep(TRY_SECONDS)


async def _watch(connection: Any, lost: asyncio.Event) -> None:
    while not lost.is_set():
        await asyncio.sleep(CHECK_SECONDS)
        try:
            await asyncio.wait_for(connection.fetchval("SELECT 1"), LOST_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("leadership_lost")
            lost.set()


def _address(database: Database) -> str:
    url = make_url(database.url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
