"""When has everything happened that was to happen?"""

import time
from collections.abc import Callable

from shared.contracts import SUBSCRIPTIONS
from tests.faults.crash_runs.reading import counts
from tests.faults.crash_runs.sites import LISTENERS, SERVICES, Site
from tests.faults.crash_runs.work import Office
from tests.faults.killing import pause

REST_SECONDS = 90.0
LOOK_EVERY = 0.05
# an event in neither the outbox nor the broker nor the inbox for so long is not on its way
VANISHED_SECONDS = 10.0
# longer than a sender's lease, and than the pause after a doubt or a first failure
LEASE_MINUTES = 6
DOUBT_MINUTES = 16
_WAITING = {
    "outbox": "state = 'pending'",
    "inbox": "state = 'pending'",
    "jobs": "state IN ('queued', 'running')",
    "changes": "position IS NULL",
    "audit": "position IS NULL",
}
_LATER = "state IN ('unknown', 'temporary_failure') AND next_attempt_at IS NOT NULL"
_UNSENT = "state IN ('queued', 'sending', 'temporary_failure', 'unknown')"


class Rest:
    """Whether a platform is at rest, and what it is still busy with."""

    def __init__(self, site: Site, office: Office, *, seconds: float = REST_SECONDS) -> None:
        self._site = site
        self._office = office
        self._seconds = seconds
        # a dead sender's lease that nobody could let run out yet
        self._lease_runs = False
        self.why_not = ""

    def reached(self, look_after: Callable[[], object] = lambda: None) -> bool:
        """Wait until nothing is on its way; False when it does not end."""
        deadline = time.monotonic() + self._seconds
        missing_since: float | None = None
        while time.monotonic() < deadline:
            look_after()
            self.why_not = self._busy_with()
            if not self.why_not:
                missing = self._missing()
                if not missing:
                    return True
                self.why_not = f"{missing} events have not arrived"
                if self._site.layout.waiting_in_queues():
                    missing_since = None
                else:
                    missing_since = missing_since or time.monotonic()
                    if time.monotonic() - missing_since > VANISHED_SECONDS:
                        return True  # they never will, which the books then tell
            else:
                missing_since = None
            pause(LOOK_EVERY)
        return False

    def after_death(self, role: str) -> None:
        """Let the lease of a dead sender run out before its successor starts."""
        if role == "notifications worker" and self._messages("state = 'sending'"):
            self._lease_runs = not self._office.advance(minutes=LEASE_MINUTES)

    def _busy_with(self) -> str:
        if self._lease_runs:
            self._lease_runs = not self._office.advance(minutes=LEASE_MINUTES)
        for service in SERVICES:
            for table, waiting in _WAITING.items():
                if found := counts(self._site.books, service, table, waiting):
                    return f"{found} rows of {table} in {service}"
        if self._messages(_LATER):
            self._office.advance(minutes=DOUBT_MINUTES)
        if found := self._messages(_UNSENT):
            return f"{found} messages"
        return ""

    def _messages(self, condition: str) -> int:
        return counts(self._site.books, "notifications", "messages", condition)

    def _missing(self) -> int:
        """Events that were sent and are in no inbox."""
        missing = 0
        for service in LISTENERS:
            streams = ", ".join(f"'{name}'" for name in sorted(SUBSCRIPTIONS[service]))
            meant = counts(self._site.books, "plans", "outbox", f"stream IN ({streams})")
            arrived = counts(self._site.books, service, "inbox", "message_id IS NOT NULL")
            missing += max(0, meant - arrived)
        return missing
