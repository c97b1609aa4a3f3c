"""Which reminders of one obligation are to be sent, and what becomes of the others?

A pure comparison of what should be with the rows that exist. Planning twice changes nothing the
second time. A row that was acted on (materialised, or given up at sending time) is never touched
again; every other row follows the obligation, the rules and the calendar.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.notifications.domain.duty import Duty
from services.notifications.domain.schedule import Key, Slot

PLANNED = "planned"
MATERIALISED = "materialised"
COALESCED = "coalesced"
SKIPPED = "skipped"
SUPERSEDED = "superseded"
CANCELLED = "cancelled"

PAST = "past_when_planned"
SAME_DAY = "same_day"
DEADLINE_MOVED = "deadline_moved"
RULE_OFF = "rule_no_longer_applies"


@dataclass(frozen=True, slots=True)
class Known:
    """A reminder that exists as a row."""

    id: UUID
    key: Key
    deadline_revision: int
    repeat: int | None
    send_on: date
    due_at: datetime
    state: str
    reason: str | None
    coalesced_into: Key | None = None

    @property
    def spent(self) -> bool:
        """Whether this reminder has been acted on and is history."""
        return self.state == MATERIALISED or (
            self.state in {SKIPPED, COALESCED} and self.reason not in {PAST, SAME_DAY}
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a row is to become; `known` is None for a row to be made, `slot` None when unwanted."""

    slot: Slot | None
    known: Known | None
    state: str
    reason: str | None = None
    into: Key | None = None


def plan(
    duty: Duty, slots: Iterable[Slot], known: Sequence[Known], *, now: datetime
) -> list[Change]:
    """The changes that bring the rows of one obligation up to date.

    `slots` are all moments of the rules that apply; nothing is wanted of a duty that is stopped.
    """
    old = [row for row in known if row.deadline_revision != duty.deadline_revision]
    current = {row.key: row for row in known if row.deadline_revision == duty.deadline_revision}
    done = _history(current)
    wanted = [] if duty.stopped else next_repeats_only(slots, current, done, now=now)
    changes = _drop(old, state=SUPERSEDED, reason=DEADLINE_MOVED, duty=duty, now=now)
    keys = {slot.key for slot in wanted}
    unwanted = [row for key, row in current.items() if key not in keys and key not in done]
    changes += _drop(unwanted, state=CANCELLED, reason=RULE_OFF, duty=duty, now=now)
    return changes + _place([s for s in wanted if s.key not in done], current, now=now)


def next_repeats_only(
    slots: Iterable[Slot], current: dict[Key, Known], done: AbstractSet[Key], *, now: datetime
) -> list[Slot]:
    """All fixed offsets, and of each series of repeats the one that comes next."""
    chosen: list[Slot] = []
    series: dict[tuple[UUID, str, str], list[Slot]] = {}
    for slot in slots:
        if slot.repeat is None:
            chosen.append(slot)
        else:
            series.setdefault((slot.rule_id, slot.role, slot.channel), []).append(slot)
    taken = days_taken(current.values())
    for repeats in series.values():
        waiting = [s for s in repeats if _waits(current.get(s.key))]
        last = max((s.repeat or 0 for s in repeats if s.key in done), default=0)
        coming = [
            s
            for s in repeats
            if (s.repeat or 0) > last
            and s.due_at >= now
            and (s.role, s.channel, s.send_on) not in taken
        ]
        if waiting or not coming:
            chosen += waiting
        else:
            # a holiday can put several repeats on one day: only the one that would win there
            day = min(s.send_on for s in coming)
            chosen.append(min((s for s in coming if s.send_on == day), key=_preference))
    return chosen


def _preference(slot: Slot) -> tuple[int, int, datetime, str]:
    """Of several on one day the least shifted wins, then the one nearest to the deadline."""
    return (
        abs((slot.send_on - slot.nominal_on).days),
        -slot.days,
        slot.due_at,
        str(slot.key),
    )


def one_a_day(
    candidates: Sequence[Slot], taken: dict[tuple[str, str, date], Key]
) -> list[tuple[Slot, Key | None]]:
    """Each candidate with the reminder it is told by instead, None for the one that is sent.

    One is sent a day, role and channel; `taken` are the days on which one was sent already.
    """
    winners = dict(taken)
    placed: list[tuple[Slot, Key | None]] = []
    for slot in sorted(candidates, key=_preference):
        winner = winners.setdefault((slot.role, slot.channel, slot.send_on), slot.key)
        placed.append((slot, None if winner == slot.key else winner))
    return placed


def days_taken(rows: Iterable[Known]) -> dict[tuple[str, str, date], Key]:
    """The days on which a role was already reminded through a channel, and by which reminder."""
    return {
        (row.key[2], row.key[3], row.send_on): row.key for row in rows if row.state == MATERIALISED
    }


def _place(wanted: Sequence[Slot], current: dict[Key, Known], *, now: datetime) -> list[Change]:
    changes: list[Change] = []
    candidates: list[Slot] = []
    for slot in wanted:
        row = current.get(slot.key)
        if slot.due_at >= now or _waits(row):
            candidates.append(slot)
        elif row is None:
            changes.append(Change(slot, None, SKIPPED, PAST))
    for slot, into in one_a_day(candidates, days_taken(current.values())):
        row = current.get(slot.key)
        state, reason = (PLANNED, None) if into is None else (COALESCED, SAME_DAY)
        if row is None or _differs(row, slot, state=state, into=into):
            changes.append(Change(slot, row, state, reason, into))
    return changes


def _drop(
    rows: Iterable[Known], *, state: str, reason: str, duty: Duty, now: datetime
) -> list[Change]:
    """Take back what was still to come."""
    if duty.stopped:
        state, reason = CANCELLED, duty.stopped
    return [
        Change(None, row, state, reason)
        for row in rows
        if row.state == PLANNED
        or (row.state == COALESCED and row.reason == SAME_DAY and row.due_at > now)
    ]


def _waits(row: Known | None) -> bool:
    return row is not None and row.state == PLANNED


def _history(current: dict[Key, Known]) -> AbstractSet[Key]:
    """The rows that were acted on, themselves or by the reminder they were told by."""
    sent = {key for key, row in current.items() if row.state == MATERIALISED}
    return {key for key, row in current.items() if row.spent or row.coalesced_into in sent}


def _differs(row: Known, slot: Slot, *, state: str, into: Key | None) -> bool:
    return (row.state, row.due_at, row.send_on, row.coalesced_into) != (
        state,
        slot.due_at,
        slot.send_on,
        into,
    )
