"""Say who will get what, when and why, from now on, as things stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.duty import OWED
from services.notifications.domain.forecast import Coming, coming
from services.notifications.domain.planning import COALESCED, MATERIALISED, SKIPPED, Known
from services.notifications.domain.preferences import way
from services.notifications.domain.schedule import reach
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy, Reminder, ReminderRule
from services.notifications.use_cases.find_recipients import Directory, directory
from services.notifications.use_cases.house import House
from services.notifications.use_cases.materialise_reminders import why_not
from services.notifications.use_cases.plan_reminders import read_ground
from shared.access import Access
from shared.clock import Clock, today
from shared.ids import derived_id

_AT_ONCE = 500  # ids in one query


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """Somebody who will be told; `reachable` is false without an address to send to.

    `delivery` is how: at once, in a daily or weekly digest, or not at all.
    """

    person_id: UUID
    found_by: str
    display_name: str
    reachable: bool
    delivery: str


@dataclass(frozen=True, slots=True)
class ForecastItem:
    """One reminder to come. `id` is the same each time the same reminder is forecast."""

    id: UUID
    coming: Coming
    obligation: ObligationCopy
    rule: ReminderRule
    people: Sequence[ToldPerson]


async def forecast(
    session: AsyncSession,
    access: Access,
    *,
    clock: Clock,
    first_day: date,
    last_day: date,
    unit_code: str | None,
    house: House,
) -> list[ForecastItem]:
    """The reminders of these days (inclusive) for the obligations the caller reaches, in order."""
    on = await read_ground(session, access.tables)
    rules = {rule.id: rule for rule in on.rules}
    obligations = await _obligations(
        session, access, on.rules, first_day=first_day, last_day=last_day, unit_code=unit_code
    )
    known = await _acted_on(session, obligations, since=today(clock))
    people = await directory(session, access.tables, obligations)
    items: list[ForecastItem] = []
    for obligation in obligations:
        moments = await on.moments(session, access.tables, obligation)
        items += [
            _item(one, obligation, rules[one.slot.rule_id], people, house)
            for one in coming(
                stored.duty_of(obligation),
                moments,
                known.get(obligation.id, ()),
                now=clock.now(),
            )
            if first_day <= one.slot.send_on <= last_day
        ]
    return sorted(items, key=lambda item: (item.coming.slot.due_at, str(item.id)))


async def _obligations(
    session: AsyncSession,
    access: Access,
    rules: Sequence[ReminderRule],
    *,
    first_day: date,
    last_day: date,
    unit_code: str | None,
) -> Sequence[ObligationCopy]:
    """The open obligations whose deadlines are near enough to be reminded of in these days."""
    reaches = [reach(stored.rule_of(rule)) for rule in rules]
    before = max((b for b, _ in reaches), default=0)
    after = max((a for _, a in reaches), default=0)
    statement = access.scope(select(ObligationCopy), col(ObligationCopy.unit_code)).where(
        col(ObligationCopy.state).in_(OWED),
        col(ObligationCopy.last_day) >= _shifted(first_day, -after),
        col(ObligationCopy.last_day) <= _shifted(last_day, before),
    )
    if unit_code is not None:
        statement = statement.where(col(ObligationCopy.unit_code) == unit_code)
    return (await session.scalars(statement)).all()


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


async def _acted_on(
    session: AsyncSession, obligations: Sequence[ObligationCopy], *, since: date
) -> dict[UUID, list[Known]]:
    """The reminders of these obligations from a day on that are no longer to come."""
    rows: dict[UUID, list[Reminder]] = {}
    ids = [o.id for o in obligations]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        statement = select(Reminder).where(
            col(Reminder.obligation_id).in_(some),
            col(Reminder.send_on) >= since,
            col(Reminder.state).in_((MATERIALISED, SKIPPED, COALESCED)),
        )
        for row in await session.scalars(statement):
            rows.setdefault(row.obligation_id, []).append(row)
    return {obligation_id: stored.known_of(mine) for obligation_id, mine in rows.items()}


def _item(
    one: Coming,
    obligation: ObligationCopy,
    rule: ReminderRule,
    people: Directory,
    house: House,
) -> ForecastItem:
    slot = one.slot
    told = []
    for recipient in people.recipients(obligation, slot.role, slot.send_on):
        contact = people.contact(recipient.person_id, slot.channel)
        told.append(
            ToldPerson(
                person_id=recipient.person_id,
                found_by=recipient.found_by,
                display_name=contact.display_name if contact else "",
                reachable=why_not(contact) is None,
                delivery=way(
                    house.wishes(people.wishes.get(recipient.person_id)),
                    slot.channel,
                    severity=obligation.severity,
                    told_today=0,
                ).delivery,
            )
        )
    return ForecastItem(
        id=derived_id(str(obligation.id), *(str(part) for part in slot.key)),
        coming=one,
        obligation=obligation,
        rule=rule,
        people=told,
    )
