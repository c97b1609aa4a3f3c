"""Is it any use to try a gateway now? A circuit breaker: closed, open for a while, then one probe.

While it is open, messages wait without losing tries: an outage of a mail server for a day must not
use up the sixteen hours of retries of everything that waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAULTS_TO_OPEN = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)
# a probe that says nothing for so long died with its sender
PROBE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` faults in a row; opened `trips` times in a row, now until `opened_until`."""

    failures: int = 0
    trips: int = 0
    opened_until: datetime | None = None
    probe_until: datetime | None = None

    @property
    def is_clean(self) -> bool:
        return self == Breaker()


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether to send now, as the only probe perhaps; if not, when to ask again."""

    breaker: Breaker
    now: bool
    again_at: datetime | None = None


def admit(breaker: Breaker, now: datetime) -> Admission:
    """Whether a message may be tried, and the breaker as it is then."""
    if breaker.opened_until is None:
        return Admission(breaker, now=True)
    if now < breaker.opened_until:
        return Admission(breaker, now=False, again_at=breaker.opened_until)
    if breaker.probe_until is not None and now < breaker.probe_until:
        return Admission(breaker, now=False, again_at=breaker.probe_until)
    return Admission(replace(breaker, probe_until=now + PROBE), now=True)


def after_fault(breaker: Breaker, now: datetime) -> Breaker:
    """The gateway itself failed once more: after five in a row, or a probe, it is left alone."""
    failures = breaker.failures + 1
    if failures < FAULTS_TO_OPEN:
        return replace(breaker, failures=failures)
    if breaker.opened_until is not None and now < breaker.opened_until:
        return replace(breaker, failures=failures)  # one that was on its way when it opened
    pause = min(_FIRST_PAUSE * 2**breaker.trips, _LONGEST_PAUSE)
    return Breaker(failures, breaker.trips + 1, opened_until=now + pause)


def after_answer() -> Breaker:
    """The gateway answered, whatever it said of the message: it works."""
    return Breaker()
