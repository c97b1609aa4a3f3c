"""Hold reminders when there are suddenly far too many, until a person lets them go or drops them.

A wrong import, a rule for everybody or a loop would otherwise write to a whole province at once.
What is critical is never held.
"""

from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlmodel import col

from services.notifications.domain.delivery import HELD, NOT_SENT, QUEUED
from services.notifications.storage.tables import Message, Storm
from services.notifications.use_cases.house import House
from shared.clock import HO_CHI_MINH
from shared.context import ServiceContext
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork

OPEN = "open"
RELEASED = "released"
DISCARDED = "discarded"
PER_HOUR = "storm_per_hour"
PER_UNIT = "storm_per_unit"
AT_ONCE = 100
log = structlog.get_logger(__name__)


async def storm_for(uow: UnitOfWork, unit_code: str, house: House) -> Storm | None:
    """The storm that a reminder of a unit made now belongs to; None when all is quiet."""
    running = await uow.session.scalar(
        select(Storm)
        .where(
            col(Storm.state) == OPEN,
            or_(col(Storm.unit_code).is_(None), col(Storm.unit_code) == unit_code),
        )
        .order_by(col(Storm.created_at))
        .limit(1)
    )
    if running is not None:
        return running
    hour_ago = uow.now() - timedelta(hours=1)
    midnight = datetime.combine(uow.today(), time(0), tzinfo=HO_CHI_MINH)
    for unit, since, limit, reason in (
        (None, hour_ago, house.storm_per_hour, PER_HOUR),
        (unit_code, midnight, house.storm_per_unit, PER_UNIT),
    ):
        if await _made(uow, unit, since=since, limit=limit) >= limit:
            storm = Storm(reason=reason, unit_code=unit, limit=limit, state=OPEN)
            await uow.save(storm)
            log.error("reminders_held", reason=reason, unit_code=unit, limit=limit)
            return storm
    return None


async def _made(uow: UnitOfWork, unit: str | None, *, since: datetime, limit: int) -> int:
    """How many reminders were made since an instant or the last storm's end; counts up to `limit`."""
    storms = select(func.max(col(Storm.ended_at))).where(
        col(Storm.unit_code).is_(None) if unit is None else col(Storm.unit_code) == unit
    )
    ended = await uow.session.scalar(storms)
    some = select(col(Message.id)).where(
        col(Message.created_at) >= (max(since, ended) if ended is not None else since),
        col(Message.kind) == "reminder",
        col(Message.state) != NOT_SENT,
    )
    if unit is not None:
        some = some.where(col(Message.unit_code) == unit)
    counted = select(func.count()).select_from(some.limit(limit).subquery())
    return int(await uow.session.scalar(counted) or 0)


def why_not_end(storm: Storm) -> str | None:
    """The code of what stands in the way of a decision; None when nothing does."""
    return None if storm.state == OPEN else "storm_is_over"


async def end_storm(uow: UnitOfWork, storm: Storm, *, state: str) -> Storm:
    """Let what was held go out (`released`), or drop it (`discarded`); a job does it in small steps.

    :raises Conflict: somebody has decided already.
    """
    if why_not_end(storm) is not None:
        raise Conflict("storm_is_over")
    storm.state, storm.ended_at = state, uow.now()
    await uow.save(storm)
    return storm


async def settle_held(context: ServiceContext) -> int:
    """Do with held messages what was decided, some at a time; how many."""
    waiting = (
        select(Message)
        .join(Storm, col(Storm.id) == col(Message.storm_id))
        .where(col(Message.state) == HELD, col(Storm.state) != OPEN)
        .order_by(col(Message.created_at), col(Message.id))
        .limit(AT_ONCE)
    )
    async with context.database.reading() as session:
        if await session.scalar(waiting.limit(1)) is None:
            return 0
    async with context.unit_of_work("settle held messages") as uow:
        messages = (await uow.session.scalars(waiting.with_for_update(of=Message))).all()
        for message in messages:
            storm = await uow.session.get(Storm, message.storm_id)
            if storm is not None and storm.state == RELEASED:
                message.state, message.reason = QUEUED, None
                message.next_attempt_at = uow.now()
            else:
                message.state, message.reason = NOT_SENT, DISCARDED
        return len(messages)
