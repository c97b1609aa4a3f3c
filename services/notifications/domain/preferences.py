"""How does a person wish to be told? At once, in a daily or weekly digest, or not at all; and when.

A wish never hides what is critical: that goes out at once, at any hour, over any cap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from services.notifications.domain.quiet import QuietHours

Delivery = Literal["at_once", "daily", "weekly", "off"]
AT_ONCE: Delivery = "at_once"
DAILY: Delivery = "daily"
WEEKLY: Delivery = "weekly"
OFF: Delivery = "off"

PREFERRED = "preferred_digest"
OVER_CAP = "over_daily_cap"
SWITCHED_OFF = "switched_off"
CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's wishes. `cap`: so many single messages a day and channel, the rest in a digest."""

    quiet: QuietHours
    digest_at: time
    cap: int
    unit_digest: bool = True
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)

    def delivery(self, channel: str) -> Delivery:
        """The wish for a channel; at once unless something else was chosen."""
        return self.deliveries.get(channel, AT_ONCE)


@dataclass(frozen=True, slots=True)
class Way:
    """How one reminder reaches one person, and why so when it is not simply at once."""

    delivery: Delivery
    because: str | None = None


def way(wishes: Preferences, channel: str, *, severity: str, told_today: int) -> Way:
    """How a reminder goes to somebody who has had `told_today` messages today by this channel."""
    if severity == CRITICAL:
        return Way(AT_ONCE)
    chosen = wishes.delivery(channel)
    if chosen == OFF:
        return Way(OFF, SWITCHED_OFF)
    if chosen != AT_ONCE:
        return Way(chosen, PREFERRED)
    if told_today >= wishes.cap:
        return Way(DAILY, OVER_CAP)
    return Way(AT_ONCE)
