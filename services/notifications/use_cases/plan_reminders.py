"""Plan the reminders of obligations: rows for what is to come, reasons for what is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.domain.duty import OWED
from services.notifications.domain.planning import PLANNED, Change, plan
from services.notifications.domain.schedule import Slot, slots
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy, Reminder, ReminderRule
from shared.persistence.platform_tables import PlatformTables
from shared.replicas import load_calendar
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import WorkingCalendar

_GROUND = "ground of planning"


@dataclass(frozen=True, slots=True)
class Ground:
    """What all plannings of one transaction share: calendar, rules, and what was worked out."""

    calendar: WorkingCalendar
    rules: Sequence[ReminderRule]
    # many obligations have the same deadline, and many the same unit
    _slots: dict[tuple[UUID, date], list[Slot]] = field(default_factory=dict)
    _above: dict[str, frozenset[str]] = field(default_factory=dict)

    def slots(self, rule: ReminderRule, last_day: date) -> list[Slot]:
        """All moments of a rule for a deadline."""
        key = (rule.id, last_day)
        if key not in self._slots:
            self._slots[key] = slots(stored.rule_of(rule), last_day, self.calendar)
        return self._slots[key]

    async def above(
        self, session: AsyncSession, tables: PlatformTables, code: str
    ) -> frozenset[str]:
        """The units a unit lies within, itself included."""
        if code not in self._above:
            self._above.update(await stored.units_above(session, tables, [code]))
        return self._above[code]

    async def moments(
        self, session: AsyncSession, tables: PlatformTables, obligation: ObligationCopy
    ) -> list[Slot]:
        """All moments of all rules that are meant for an obligation; none while it is stopped."""
        duty = stored.duty_of(obligation)
        if duty.stopped is not None or duty.last_day is None:
            return []
        above = await self.above(session, tables, obligation.unit_code)
        return [
            slot
            for rule in self.rules
            if stored.selector_of(rule).matches(
                kind=obligation.kind, unit_code=obligation.unit_code, above=above
            )
            for slot in self.slots(rule, duty.last_day)
        ]


async def read_ground(session: AsyncSession, tables: PlatformTables) -> Ground:
    """The calendar and the rules as they are now."""
    return Ground(
        calendar=await load_calendar(session, tables), rules=await stored.active_rules(session)
    )


async def ground(uow: UnitOfWork) -> Ground:
    """The calendar and the rules as they are now, read once in a transaction."""
    known: Ground | None = uow.session.info.get(_GROUND)
    if known is None:
        known = uow.session.info[_GROUND] = await read_ground(uow.session, uow.tables)
    return known


def forget_ground(uow: UnitOfWork) -> None:
    """Units, calendar or rules changed in this transaction: what was read before is wrong."""
    uow.session.info.pop(_GROUND, None)


async def plan_obligation(uow: UnitOfWork, obligation: ObligationCopy, on: Ground) -> int:
    """Bring the reminders of one obligation up to date; the number of rows that changed."""
    wanted = await on.moments(uow.session, uow.tables, obligation)
    rows = await stored.reminders_of(uow.session, obligation.id)
    changes = plan(stored.duty_of(obligation), wanted, stored.known_of(rows), now=uow.now())
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
    forget_ground(uow)
    await uow.session.execute(
        update(ObligationCopy)
        .where(col(ObligationCopy.state).in_(OWED), *conditions)
        .values(replan=True)
        .execution_options(synchronize_session=False)
    )


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
