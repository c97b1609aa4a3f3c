"""How do the processes that answer HTTP know whether a worker is at work? By a sign it leaves.

The worker that leads writes, every few seconds, that it is there and what keeps it from sending; the
database's own clock says when. Commands do not need it, so its absence makes nothing unready: it is
told beside readiness as "degraded".
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import Float, cast, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from shared.context import ServiceContext

log = structlog.get_logger(__name__)
SIGN_SECONDS = 3.0
# three signs missed
SILENT_AFTER_SECONDS = 10.0
_KEY = "worker"
# of this moment, not of the transaction's beginning
_NOW = cast(extract("epoch", func.clock_timestamp()), Float)


async def leave_signs(
    context: ServiceContext, problem: Callable[[], Awaitable[str | None]]
) -> None:
    """Leave a sign every `SIGN_SECONDS`, until cancelled.

    :param problem: what keeps events from flowing, as a code; None when nothing does.
    """
    while True:
        try:
            await _leave_sign(context, await problem())
        except (DBAPIError, OSError) as error:
            # who reads the signs notices that there are none
            log.warning("no_sign_left", error=type(error).__name__)
        await asyncio.sleep(SIGN_SECONDS)


async def worker_problem(context: ServiceContext) -> str | None:
    """Why what was committed has to wait, as a code; None while a worker is at work."""
    t = context.tables.facts
    async with context.database.reading() as session:
        found = (await session.execute(select(t.c.value, _NOW).where(t.c.key == _KEY))).first()
    if found is None or found[1] - found[0]["at"] > SILENT_AFTER_SECONDS:
        return "no_worker"
    problem: str | None = found[0]["problem"]
    return problem


async def _leave_sign(context: ServiceContext, problem: str | None) -> None:
    t = context.tables.facts
    async with context.database.writing() as session:
        sign = {"at": await session.scalar(select(_NOW)), "problem": problem}
        statement = insert(t).values(key=_KEY, value=sign)
        await session.execute(
            statement.on_conflict_do_update(index_elements=[t.c.key], set_={"value": sign})
        )
        await session.commit()
