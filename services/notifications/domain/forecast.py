"""What is still to come of the reminders of one obligation, all repeats included?

The same schedule and the same rule of one a day that planning uses, without writing anything, so
that the forecast and what is sent later agree as long as nothing changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.duty import Duty
from services.notifications.domain.planning import Known, days_taken, one_a_day
from services.notifications.domain.schedule import Slot


@dataclass(frozen=True, slots=True)
class Coming:
    """A reminder that will be sent, and the offsets of others that it stands for."""

    slot: Slot
    instead_of: tuple[str, ...]


def coming(
    duty: Duty, slots: Iterable[Slot], known: Sequence[Known], *, now: datetime
) -> list[Coming]:
    """The reminders of one obligation from now on, in order of time."""
    if duty.stopped:
        return []
    current = {row.key: row for row in known if row.deadline_revision == duty.deadline_revision}
    spent = {key for key, row in current.items() if row.spent}
    candidates = [s for s in slots if s.due_at >= now and s.key not in spent]
    placed = one_a_day(candidates, days_taken(current.values()))
    others: dict[object, list[str]] = {}
    for slot, into in placed:
        if into is not None:
            others.setdefault((into, slot.send_on), []).append(slot.offset)
    return sorted(
        (
            Coming(slot, tuple(sorted(others.get((slot.key, slot.send_on), ()))))
            for slot, into in placed
            if into is None
        ),
        key=lambda c: (c.slot.due_at, c.slot.role, c.slot.channel, str(c.slot.key)),
    )
