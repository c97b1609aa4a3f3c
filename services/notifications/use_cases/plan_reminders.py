"""Plan the reminders of obligations: rows for what is to come, reasons for what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from services.notifications.domain.duty import OWED
from services.notifications.domain.planning import PLANNED, Change, plan
from services.notifications.domain.schedule import Slot, slots
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy, Reminder, ReminderRule
from shared.replicas import load_calendar
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Ground:
    """What all plannings of one transaction share."""

    calendar: WorkingCalendar
    rules: Sequence[ReminderRule]


async def ground(uow: UnitOfWork) -> Ground:
    """The calendar and the rules as they are now."""
    return Ground(
        calendar=await load_calendar(uow.session, uow.tables),
        rules=await stored.active_rules(uow.session),
    )


async def plan_obligation(uow: UnitOfWork, obligation: ObligationCopy, on: Ground) -> int:
    """Bring the reminders of one obligation up to date; the number of rows that changed."""
    duty = stored.duty_of(obligation)
    above = await stored.units_above(uow.session, uow.tables, [obligation.unit_code])
    wanted: list[Slot] = []
    if duty.stopped is None and duty.last_day is not None:
        for rule in matching(on.rules, obligation, above[obligation.unit_code]):
            wanted += slots(stored.rule_of(rule), duty.last_day, on.calendar)
    rows = await stored.reminders_of(uow.session, obligation.id)
    changes = plan(duty, wanted, stored.known_of(rows), now=uow.now())
    _apply(uow, obligation, changes, rows)
    for row in rows:
        if row.state == PLANNED:  # open work may have moved to another unit
            row.unit_code = obligation.unit_code
    obligation.replan = False
    uow.add(obligation)
    return len(changes)


async def plan_again(uow: UnitOfWork, *, limit: int) -> int:
    """Plan obligations marked for it; how many there were."""
    statement = (
        select(ObligationCopy)
        .where(col(ObligationCopy.replan))
        .order_by(col(ObligationCopy.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    marked = (await uow.session.scalars(statement)).all()
    if marked:
        shared = await ground(uow)
        for obligation in marked:
            await plan_obligation(uow, obligation, shared)
    return len(marked)


async def mark_for_planning(uow: UnitOfWork, *conditions: Any) -> None:
    """Have the open obligations that meet the conditions planned again, soon and in small steps."""
    await uow.session.execute(
        update(ObligationCopy)
        .where(col(ObligationCopy.state).in_(OWED), *conditions)
        .values(replan=True)
        .execution_options(synchronize_session=False)
    )


def matching(
    rules: Sequence[ReminderRule], obligation: ObligationCopy, above: frozenset[str]
) -> list[ReminderRule]:
    """The rules that are meant for an obligation."""
    return [
        rule
        for rule in rules
        if stored.selector_of(rule).matches(
            kind=obligation.kind, unit_code=obligation.unit_code, above=above
        )
    ]


def _apply(
    uow: UnitOfWork,
    obligation: ObligationCopy,
    changes: Sequence[Change],
    rows: Sequence[Reminder],
) -> None:
    by_id = {row.id: row for row in rows}
    by_key = {
        stored.key_of(row): row
        for row in rows
        if row.deadline_revision == obligation.deadline_revision
    }
    for change in changes:
        if change.known is not None:
            row = by_id[change.known.id]
        elif change.slot is not None:
            row = _new(obligation, change.slot)
            by_key[change.slot.key] = row
        else:
            continue
        if change.slot is not None:
            _move(row, change.slot)
        row.state, row.reason = change.state, change.reason
        uow.add(row)
    for change in changes:
        row = by_id[change.known.id] if change.known else by_key[_key(change)]
        row.coalesced_into = by_key[change.into].id if change.into else None


def _key(change: Change) -> Any:
    return change.slot.key if change.slot else None


def _new(obligation: ObligationCopy, slot: Slot) -> Reminder:
    return Reminder(
        rule_id=slot.rule_id,
        obligation_id=obligation.id,
        deadline_revision=obligation.deadline_revision,
        offset=slot.offset,
        days=slot.days,
        repeat=slot.repeat,
        role=slot.role,
        channel=slot.channel,
        unit_code=obligation.unit_code,
        nominal_on=slot.nominal_on,
        send_on=slot.send_on,
        shifted_because=slot.shifted_because,
        due_at=slot.due_at,
        state=PLANNED,
    )


def _move(row: Reminder, slot: Slot) -> None:
    row.days = slot.days
    row.nominal_on = slot.nominal_on
    row.send_on = slot.send_on
    row.shifted_because = slot.shifted_because
    row.due_at = slot.due_at
