"""What becomes of the reminders of one obligation that are due, however late it is?

In normal running one is due at a time. After a stop several may be: what is still useful is sent
once, several missed ones of one obligation become one, what is obsolete keeps a reason (SPEC §6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.duty import Duty
from services.notifications.domain.planning import (
    CANCELLED,
    COALESCED,
    DEADLINE_MOVED,
    SKIPPED,
    SUPERSEDED,
)

DEADLINE_PASSED = "deadline_passed"
MISSED_TOGETHER = "missed_together"


@dataclass(frozen=True, slots=True)
class Due:
    """A planned reminder whose time has come; `days` from the last day on time, negative before."""

    id: UUID
    deadline_revision: int
    days: int
    role: str
    channel: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """`send`, or the state and reason a reminder ends with."""

    due: Due
    send: bool
    state: str = ""
    reason: str | None = None
    into: UUID | None = None


def judge(duty: Duty, due: Sequence[Due], *, now: datetime) -> list[Verdict]:
    """What to do with each of the due reminders of one obligation."""
    verdicts: list[Verdict] = []
    latest: dict[tuple[str, str], Due] = {}
    for one in sorted(due, key=lambda d: (d.due_at, d.days), reverse=True):
        ended = _ended(duty, one, now)
        if ended is not None:
            verdicts.append(Verdict(one, send=False, state=ended[0], reason=ended[1]))
            continue
        winner = latest.setdefault((one.role, one.channel), one)
        if winner is one:
            verdicts.append(Verdict(one, send=True))
        else:
            verdicts.append(
                Verdict(one, send=False, state=COALESCED, reason=MISSED_TOGETHER, into=winner.id)
            )
    return verdicts


def _ended(duty: Duty, due: Due, now: datetime) -> tuple[str, str] | None:
    if duty.stopped is not None:
        return CANCELLED, duty.stopped
    if due.deadline_revision != duty.deadline_revision:
        return SUPERSEDED, DEADLINE_MOVED
    if due.days <= 0 and duty.passed(now):
        return SKIPPED, DEADLINE_PASSED
    return None
