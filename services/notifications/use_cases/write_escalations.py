"""Write ladders' policies, and put on record what somebody answered to a ladder."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.notifications.domain import escalation as rules
from services.notifications.domain.escalation import (
    DEFAULT_AT,
    DEFAULT_RUNGS,
    DEFAULT_START_AFTER,
    LONGEST_ANSWER_DAYS,
    ladder_from,
)
from services.notifications.storage.escalation_tables import Escalation, EscalationPolicy
from services.notifications.use_cases.plan_reminders import ground
from shared.errors import Conflict
from shared.ids import derived_id
from shared.texts import text
from shared.unit_of_work import UnitOfWork

DEFAULT_CODE = "default"


async def seed_default_policy(uow: UnitOfWork) -> None:
    """The ladder an installation begins with; once there, it belongs to the office."""
    known = select(col(EscalationPolicy.id)).where(col(EscalationPolicy.code) == DEFAULT_CODE)
    if await uow.session.scalar(known.limit(1)) is not None:
        return
    await uow.save(
        EscalationPolicy(
            id=derived_id("escalation-policy", DEFAULT_CODE),
            code=DEFAULT_CODE,
            name=text("notifications.default_policy", language="vi"),
            start_after_days=DEFAULT_START_AFTER,
            steps=[
                {"role": rung.role, "inform": list(rung.inform), "wait_days": rung.wait_days}
                for rung in DEFAULT_RUNGS
            ],
            at_time=DEFAULT_AT,
        )
    )


async def create_policy(
    uow: UnitOfWork, policy: EscalationPolicy, *, replaces: UUID | None
) -> EscalationPolicy:
    """Store a new policy, or the next version of the one it replaces, which is switched off.

    Ladders that have begun go on as they were.

    :raises Conflict: the code is taken, or the version to be replaced is not the newest.
    """
    newest = await uow.session.scalar(
        select(EscalationPolicy)
        .where(col(EscalationPolicy.code) == policy.code)
        .order_by(col(EscalationPolicy.version).desc())
        .limit(1)
    )
    if (newest.id if newest is not None else None) != replaces:
        raise Conflict("policy_code_taken")
    if newest is not None:
        policy.version = newest.version + 1
        newest.active = False
    await uow.save(policy)
    return policy


async def switch_policy(
    uow: UnitOfWork, policy: EscalationPolicy, *, active: bool
) -> EscalationPolicy:
    """Switch a policy off, so that no new ladders begin, or on again.

    :raises Conflict: it is so already, or another version of it is on.
    """
    obstacle = await why_not_switch(uow, policy, active=active)
    if obstacle is not None:
        raise Conflict("policy_not_switchable", why=text(f"notifications.blocked.{obstacle}"))
    policy.active = active
    await uow.save(policy)
    return policy


async def why_not_switch(uow: UnitOfWork, policy: EscalationPolicy, *, active: bool) -> str | None:
    """The code of what stands in the way; None when nothing does."""
    if policy.active == active:
        return "policy_is_active" if active else "policy_is_inactive"
    newer = select(col(EscalationPolicy.id)).where(
        col(EscalationPolicy.code) == policy.code, col(EscalationPolicy.version) > policy.version
    )
    replaced = active and await uow.session.scalar(newer.limit(1)) is not None
    return "policy_is_replaced" if replaced else None


def why_not_answer(row: Escalation) -> str | None:
    """The code of what stands in the way of an answer; None when nothing does."""
    return None if row.state in rules.UNSOLVED else "escalation_is_over"


async def acknowledge(
    uow: UnitOfWork, row: Escalation, *, until: date, note: str | None
) -> Escalation:
    """Somebody is on it and says until when: the ladder rests, and goes on if that day passes.

    :raises Conflict: the ladder is over, or the day is past or too far away.
    """
    calendar = (await ground(uow)).calendar
    if why_not_answer(row) is not None:
        raise Conflict("escalation_is_over")
    if not uow.today() <= until <= calendar.add_working_days(uow.today(), LONGEST_ANSWER_DAYS):
        raise Conflict("answer_day_out_of_range", days=LONGEST_ANSWER_DAYS)
    row.state, row.reason = rules.ACKNOWLEDGED, None
    row.next_at = ladder_from(row.ladder).resume(until, calendar)
    row.answer = {
        "by": uow.doing.actor.id,
        "on_behalf_of": uow.doing.actor.on_behalf_of,
        "via": uow.doing.actor.via,
        "until": until.isoformat(),
        "note": note,
        "at": uow.now().isoformat(),
    }
    await uow.save(row)
    return row
