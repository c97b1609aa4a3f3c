"""What does the notifications service do when time passes? Small steps, restartable at any moment."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select
from sqlmodel import col

from services.notifications.domain.planning import PLANNED
from services.notifications.domain.preferences import CRITICAL
from services.notifications.domain.quiet import opening
from services.notifications.gateways.choice import gateways
from services.notifications.storage import escalations as stored_ladders
from services.notifications.storage.tables import ObligationCopy, Reminder
from services.notifications.use_cases import climb_escalations as climbing
from services.notifications.use_cases import guard_storms
from services.notifications.use_cases import send_messages as sending
from services.notifications.use_cases.audit_escalations import audit
from services.notifications.use_cases.house import house_of
from services.notifications.use_cases.make_digests import make_digest
from services.notifications.use_cases.materialise_reminders import materialise
from services.notifications.use_cases.measure import meters
from services.notifications.use_cases.plan_reminders import plan_again
from services.notifications.use_cases.read_digests import wanted_now
from services.notifications.use_cases.write_escalations import seed_default_policy
from services.notifications.use_cases.write_rules import seed_default_rule
from shared.context import ServiceContext
from shared.jobs.periodic import PeriodicJob
from shared.replicas import load_calendar

_OBLIGATIONS = 50
log = structlog.get_logger(__name__)


async def prepare(context: ServiceContext) -> None:
    """At each start: the rule that belongs to the code, and what an earlier process left behind."""
    async with context.unit_of_work("seed reminder rules") as uow:
        await seed_default_rule(uow)
        await seed_default_policy(uow)
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
    """Turn reminders whose time has come into messages, one obligation at a time.

    In the quiet hours and on days off, which only a late start leads to, none but critical ones:
    the others would have to be worded again for the day they go out on.
    """
    now, house = context.clock.now(), house_of(context.settings)
    async with context.database.reading() as session:
        obligation_ids = (await session.scalars(_due(now, critical_only=False))).all()
        if not obligation_ids:
            return 0
        calendar = await load_calendar(session, context.tables)
        if opening(now, house.usual.quiet, calendar).because is not None:
            obligation_ids = (await session.scalars(_due(now, critical_only=True))).all()
    done = 0
    for obligation_id in obligation_ids:
        try:
            async with context.unit_of_work("send reminders") as uow:
                done += await materialise(uow, obligation_id, house=house)
        except Exception as error:
            log.error("reminders_not_sent", obligation_id=str(obligation_id), exc_info=error)
    return done


def _due(now: datetime, *, critical_only: bool) -> Select[UUID]:
    statement = (
        select(col(Reminder.obligation_id))
        .where(col(Reminder.state) == PLANNED, col(Reminder.due_at) <= now)
        .group_by(col(Reminder.obligation_id))
        .order_by(func.min(col(Reminder.due_at)))
        .limit(_OBLIGATIONS)
    )
    if critical_only:
        statement = statement.join(
            ObligationCopy, col(ObligationCopy.id) == col(Reminder.obligation_id)
        ).where(col(ObligationCopy.severity) == CRITICAL)
    return statement


async def make_digests(context: ServiceContext) -> int:
    """Make the daily and weekly digests whose hour has come."""
    house = house_of(context.settings)
    async with context.database.reading() as session:
        wanted = await wanted_now(session, context.tables, clock=context.clock, house=house)
    done = 0
    for one in wanted:
        try:
            async with context.unit_of_work("make digest") as uow:
                await make_digest(uow, one, house=house)
                done += 1
        except Exception as error:
            log.error("digest_not_made", person_id=str(one.person_id), exc_info=error)
    return done


async def climb_escalations(context: ServiceContext) -> int:
    """Begin, climb and end ladders; climbing waits for the end of quiet hours and days off."""
    house, now = house_of(context.settings), context.clock.now()
    async with context.unit_of_work("end ladders") as uow:
        done = await climbing.end_answered(uow, limit=_OBLIGATIONS, house=house)
    async with context.unit_of_work("begin ladders") as uow:
        for policy in await stored_ladders.active_policies(uow.session):
            for obligation_id in await climbing.to_begin(uow, policy, limit=_OBLIGATIONS):
                await climbing.begin_ladder(uow, policy, obligation_id)
                done += 1
    async with context.database.reading() as session:
        due = await stored_ladders.due(session, now=now, limit=_OBLIGATIONS)
        calendar = await load_calendar(session, context.tables) if due else None
    if calendar is None or opening(now, house.usual.quiet, calendar).because is not None:
        return done
    for escalation_id in due:
        try:
            async with context.unit_of_work("climb ladder") as uow:
                done += await climbing.climb(uow, escalation_id, house=house)
        except Exception as error:
            log.error("ladder_not_climbed", escalation_id=str(escalation_id), exc_info=error)
    return done


async def audit_escalations(context: ServiceContext) -> int:
    """Look whether any ladder is stuck."""
    async with context.unit_of_work("audit ladders") as uow:
        findings = await audit(uow)
    return len(findings.aimless)


async def send_messages(context: ServiceContext) -> int:
    """Hand queued messages to their channel."""
    return await sending.send_messages(context, gateways(context.settings))


async def settle_held(context: ServiceContext) -> int:
    """Let go, or drop, what the storm guard held."""
    return await guard_storms.settle_held(context)


async def settle_interrupted(context: ServiceContext) -> int:
    """Find out what became of attempts whose sender died."""
    return await sending.settle_interrupted(context, gateways(context.settings))


async def measure(context: ServiceContext) -> int:
    """Read the figures that operators watch."""
    await meters(context).read(context)
    return 0


PERIODIC: tuple[PeriodicJob, ...] = (
    PeriodicJob("plan_marked", 5, plan_marked, woken=True),
    PeriodicJob("materialise_due", 5, materialise_due),
    PeriodicJob("make_digests", 30, make_digests),
    PeriodicJob("climb_escalations", 30, climb_escalations),
    PeriodicJob("audit_escalations", 300, audit_escalations),
    PeriodicJob("send_messages", 5, send_messages, woken=True),
    PeriodicJob("settle_held", 5, settle_held, woken=True),
    PeriodicJob("settle_interrupted", 30, settle_interrupted),
    PeriodicJob("measure", 15, measure),
)
