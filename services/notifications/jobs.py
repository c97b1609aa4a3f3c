"""What does the notifications service do when time passes? Small steps, restartable at any moment."""

import structlog
from sqlalchemy import func, select
from sqlmodel import col

from services.notifications.domain.planning import PLANNED
from services.notifications.gateways.choice import gateways
from services.notifications.storage.tables import ObligationCopy, Reminder
from services.notifications.use_cases import send_messages as sending
from services.notifications.use_cases.materialise_reminders import materialise
from services.notifications.use_cases.measure import meters
from services.notifications.use_cases.plan_reminders import plan_again
from services.notifications.use_cases.write_rules import seed_default_rule
from shared.context import ServiceContext
from shared.jobs.periodic import PeriodicJob

_OBLIGATIONS = 50
log = structlog.get_logger(__name__)


async def prepare(context: ServiceContext) -> None:
    """At each start: the rule that belongs to the code, and what an earlier process left behind."""
    async with context.unit_of_work("seed reminder rules") as uow:
        await seed_default_rule(uow)
    if context.database.is_sqlite:
        await sending.end_leases(context)


async def plan_marked(context: ServiceContext) -> int:
    """Plan the obligations that a change of rules, calendar or units has touched."""
    marked = select(col(ObligationCopy.id)).where(col(ObligationCopy.replan)).limit(1)
    async with context.database.reading() as session:
        if await session.scalar(marked) is None:
            return 0
    async with context.unit_of_work("plan reminders") as uow:
        return await plan_again(uow, limit=_OBLIGATIONS)


async def materialise_due(context: ServiceContext) -> int:
    """Turn reminders whose time has come into messages, one obligation at a time."""
    statement = (
        select(col(Reminder.obligation_id))
        .where(col(Reminder.state) == PLANNED, col(Reminder.due_at) <= context.clock.now())
        .group_by(col(Reminder.obligation_id))
        .order_by(func.min(col(Reminder.due_at)))
        .limit(_OBLIGATIONS)
    )
    async with context.database.reading() as session:
        obligation_ids = (await session.scalars(statement)).all()
    done = 0
    for obligation_id in obligation_ids:
        try:
            async with context.unit_of_work("send reminders") as uow:
                done += await materialise(uow, obligation_id, public_url=public_url(context))
        except Exception as error:
            log.error("reminders_not_sent", obligation_id=str(obligation_id), exc_info=error)
    return done


async def send_messages(context: ServiceContext) -> int:
    """Hand queued messages to their channel."""
    return await sending.send_messages(context, gateways(context.settings))


async def settle_interrupted(context: ServiceContext) -> int:
    """Find out what became of attempts whose sender died."""
    return await sending.settle_interrupted(context, gateways(context.settings))


async def measure(context: ServiceContext) -> int:
    """Read the figures that operators watch."""
    await meters(context).read(context)
    return 0


def public_url(context: ServiceContext) -> str:
    """The address people reach the platform at."""
    chosen = context.settings
    return chosen.public_url or f"http://{chosen.host}:{chosen.port}"


PERIODIC: tuple[PeriodicJob, ...] = (
    PeriodicJob("plan_marked", 5, plan_marked, woken=True),
    PeriodicJob("materialise_due", 5, materialise_due),
    PeriodicJob("send_messages", 5, send_messages, woken=True),
    PeriodicJob("settle_interrupted", 30, settle_interrupted),
    PeriodicJob("measure", 15, measure),
)
