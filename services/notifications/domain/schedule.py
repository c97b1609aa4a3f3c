"""On which days does a rule remind of a deadline? Never on a day off.

Up to the deadline a day off moves to the earlier working day, after it to the next (SPEC §6).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.notifications.domain.rules import Offset, Rule
from shared.working_calendar import HO_CHI_MINH, WorkingCalendar

# what makes a reminder the same reminder within one deadline revision
Key = tuple[UUID, str, str, str]


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which one role is reminded through one channel.

    `offset` is "-7", "0", "+1", "-3w", or "r2" for the second repeat; `days` are calendar days
    from the last day on time to `nominal_on`, the day before any shift.
    """

    rule_id: UUID
    offset: str
    days: int
    repeat: int | None
    role: str
    channel: str
    nominal_on: date
    send_on: date
    due_at: datetime
    shifted_because: str | None

    @property
    def key(self) -> Key:
        return (self.rule_id, self.offset, self.role, self.channel)


def slots(rule: Rule, last_day: date, calendar: WorkingCalendar) -> list[Slot]:
    """Every moment of a rule for a deadline, all repeats included, in order of time.

    Moments that leave the calendar (the years 1 and 9999) are left out.
    """
    found: list[Slot] = []
    for offset, repeat, nominal in _days(rule, last_day, calendar):
        after = nominal > last_day
        try:
            send_on = calendar.on_or_after(nominal) if after else calendar.on_or_before(nominal)
            due_at = datetime.combine(send_on, rule.at, tzinfo=HO_CHI_MINH).astimezone(UTC)
        except OverflowError:
            continue
        roles = rule.roles_after_due if after else rule.roles_until_due
        found += [
            Slot(
                rule_id=rule.id,
                offset=offset,
                days=(nominal - last_day).days,
                repeat=repeat,
                role=role,
                channel=channel,
                nominal_on=nominal,
                send_on=send_on,
                due_at=due_at,
                shifted_because=_why(calendar, nominal) if send_on != nominal else None,
            )
            for role in roles
            for channel in rule.channels
        ]
    return sorted(found, key=lambda slot: (slot.due_at, slot.days, slot.role, slot.channel))


def reach(rule: Rule) -> tuple[int, int]:
    """How many days before and after a deadline the rule may remind, shifts included."""
    before = [-o.days * (2 if o.working else 1) for o in rule.offsets if o.days < 0]
    after = [o.days * (2 if o.working else 1) for o in rule.offsets if o.days > 0]
    repeats = rule.repeat.every_days * rule.repeat.max if rule.repeat else 0
    slack = 30  # the longest row of days off, Tết, with room to spare
    return max(before, default=0) + slack, max(after, default=0) + repeats + slack


def _days(
    rule: Rule, last_day: date, calendar: WorkingCalendar
) -> Iterator[tuple[str, int | None, date]]:
    latest = last_day
    for offset in rule.offsets:
        nominal = _nominal(offset, last_day, calendar)
        if nominal is not None:
            latest = max(latest, nominal)
            yield offset.key, None, nominal
    if rule.repeat is None:
        return
    for number in range(1, rule.repeat.max + 1):
        try:
            yield f"r{number}", number, latest + timedelta(days=rule.repeat.every_days * number)
        except OverflowError:
            return


def _nominal(offset: Offset, last_day: date, calendar: WorkingCalendar) -> date | None:
    try:
        if offset.working:
            return calendar.add_working_days(last_day, offset.days)
        return last_day + timedelta(days=offset.days)
    except OverflowError:
        return None


def _why(calendar: WorkingCalendar, day: date) -> str:
    row = calendar.why_off(day)
    return row.name if row is not None and row.name else "weekend"
