"""Keep units, principals and the calendar, and act on what they mean for reminders."""

from sqlalchemy import select
from sqlmodel import col

from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy, ReminderRule
from services.notifications.use_cases.plan_reminders import forget_ground, mark_for_planning
from shared import replicas
from shared.contracts.plans import CalendarYearChanged, PrincipalChanged, UnitChanged
from shared.unit_of_work import UnitOfWork

_FOR_UNITS = "some rule is for a unit"


async def keep_unit(event: UnitChanged, uow: UnitOfWork) -> None:
    """Store a unit; where rules are for subtrees, its obligations may now fall under others."""
    await replicas.keep_unit(event, uow)
    forget_ground(uow)
    if await _some_rule_is_for_a_unit(uow):
        await mark_for_planning(uow, col(ObligationCopy.unit_code) == event.code)


async def keep_principal(event: PrincipalChanged, uow: UnitOfWork) -> None:
    """Store a person or system; a person's contacts and wishes go along to the new unit."""
    await replicas.keep_principal(event, uow)
    for contact in await stored.contacts_of_person(uow.session, event.id):
        contact.unit_code = event.unit_code
    for wishes in (await stored.preferences_of(uow.session, [event.id])).values():
        wishes.unit_code = event.unit_code


async def keep_calendar_year(event: CalendarYearChanged, uow: UnitOfWork) -> None:
    """Store the special days of a year; reminders near them may have to move."""
    await replicas.keep_calendar_year(event, uow)
    await mark_for_planning(uow, col(ObligationCopy.last_day).is_not(None))


async def _some_rule_is_for_a_unit(uow: UnitOfWork) -> bool:
    """Asked once in a transaction, which may apply many events: none of them changes a rule."""
    known: bool | None = uow.session.info.get(_FOR_UNITS)
    if known is None:
        for_a_unit = select(col(ReminderRule.id)).where(
            col(ReminderRule.active), col(ReminderRule.unit_code).is_not(None)
        )
        known = await uow.session.scalar(for_a_unit.limit(1)) is not None
        uow.session.info[_FOR_UNITS] = known
    return known
