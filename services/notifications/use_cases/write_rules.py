"""Create, switch off and switch on reminder rules; open obligations are planned again at once."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.notifications.domain.rules import (
    DEFAULT_AT,
    DEFAULT_OFFSETS,
    DEFAULT_REPEAT,
    EMAIL,
    HEAD,
    OFFICER,
)
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy, ReminderRule
from services.notifications.use_cases.plan_reminders import mark_for_planning
from shared.errors import Conflict
from shared.ids import derived_id
from shared.texts import text
from shared.unit_of_work import UnitOfWork

DEFAULT_CODE = "default"


async def seed_default_rule(uow: UnitOfWork) -> None:
    """The rule an installation begins with; once there, it belongs to the office."""
    known = select(col(ReminderRule.id)).where(col(ReminderRule.code) == DEFAULT_CODE)
    if await uow.session.scalar(known.limit(1)) is not None:
        return
    rule = ReminderRule(
        id=derived_id("reminder-rule", DEFAULT_CODE),
        code=DEFAULT_CODE,
        name=text("notifications.default_rule", language="vi"),
        offsets=[{"days": o.days, "day_kind": "calendar"} for o in DEFAULT_OFFSETS],
        repeat={"every_days": DEFAULT_REPEAT.every_days, "max": DEFAULT_REPEAT.max},
        roles_until_due=[OFFICER],
        roles_after_due=[OFFICER, HEAD],
        channels=[EMAIL],
        at_time=DEFAULT_AT,
    )
    await uow.save(rule)
    await mark_for_planning(uow, col(ObligationCopy.last_day).is_not(None))


async def create_rule(
    uow: UnitOfWork, rule: ReminderRule, *, replaces: UUID | None
) -> ReminderRule:
    """Store a new rule, or the next version of the rule it replaces, which is switched off.

    :raises Conflict: the code is taken, or the version to be replaced is not the newest.
    """
    newest = await uow.session.scalar(
        select(ReminderRule)
        .where(col(ReminderRule.code) == rule.code)
        .order_by(col(ReminderRule.version).desc())
        .limit(1)
    )
    if newest is not None:
        if replaces != newest.id:
            raise Conflict("rule_code_taken")
        rule.version = newest.version + 1
        newest.active = False
    elif replaces is not None:
        raise Conflict("rule_code_taken")
    await uow.save(rule)
    await mark_for_planning(uow, col(ObligationCopy.last_day).is_not(None))
    return rule


async def switch_rule(uow: UnitOfWork, rule: ReminderRule, *, active: bool) -> ReminderRule:
    """Switch a rule off (its planned reminders are cancelled) or on again.

    :raises Conflict: it is so already, or a newer version has taken its place.
    """
    blocked = await why_not_switch(uow, rule, active=active)
    if blocked is not None:
        raise Conflict("rule_not_switchable", why=text(f"notifications.blocked.{blocked}"))
    rule.active = active
    await uow.save(rule)
    await mark_for_planning(uow, col(ObligationCopy.last_day).is_not(None))
    return rule


async def why_not_switch(uow: UnitOfWork, rule: ReminderRule, *, active: bool) -> str | None:
    """The code of what stands in the way; None when nothing does."""
    if rule.active == active:
        return "rule_is_active" if active else "rule_is_inactive"
    newer = await stored.newest_versions(uow.session, [rule.code])
    return "rule_is_replaced" if active and newer[rule.code] > rule.version else None
