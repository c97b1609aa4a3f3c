"""Through which states does a message go, and when is it tried again?

created → queued → sending → sent; sending → temporary_failure (tried again, later each time) →
technical_failure; sending → permanent_failure; sending → unknown (handed over, no answer).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
TEMPORARY = "temporary_failure"
PERMANENT = "permanent_failure"
TECHNICAL = "technical_failure"
UNKNOWN = "unknown"
NOT_SENT = "not_sent"

CLAIMABLE = (QUEUED, TEMPORARY, UNKNOWN)
NO_CONTACT = "no_contact"
CONTACT_INACTIVE = "contact_inactive"
# what a person may order to be sent again, once the cause is gone
RESENDABLE = frozenset({PERMANENT, TECHNICAL, UNKNOWN})
RESENDABLE_REASONS = frozenset({NO_CONTACT, CONTACT_INACTIVE})

LEASE = timedelta(minutes=5)
# e-mail without an answer: sent once more with the same Message-ID after this pause, and marked so
UNKNOWN_PAUSE = timedelta(minutes=15)
UNKNOWN_RESENDS = 1
_PAUSES = (1, 2, 5, 15, 30, 60, 120, 240, 240, 240)  # minutes, about 16 hours together

OutcomeKind = Literal["sent", "temporary", "permanent", "technical", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel says of one attempt. `code` is the provider's own, `detail` for operators."""

    kind: OutcomeKind
    code: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The state a message takes, and after which pause it is tried again (None: never by itself)."""

    state: str
    pause: timedelta | None = None


def after(outcome: Outcome, *, attempts: int, unknown_resends: int) -> Next:
    """What follows an attempt; `attempts` includes it."""
    match outcome.kind:
        case "sent":
            return Next(SENT)
        case "permanent":
            return Next(PERMANENT)
        case "technical":
            return Next(TECHNICAL)
        case "unknown":
            again = unknown_resends < UNKNOWN_RESENDS
            return Next(UNKNOWN, UNKNOWN_PAUSE if again else None)
        case "temporary":
            pause = retry_pause(attempts)
            return Next(TECHNICAL) if pause is None else Next(TEMPORARY, pause)


def retry_pause(attempts: int) -> timedelta | None:
    """The pause after so many failed attempts; None when it is given up."""
    if attempts > len(_PAUSES):
        return None
    return timedelta(minutes=_PAUSES[max(attempts, 1) - 1])
