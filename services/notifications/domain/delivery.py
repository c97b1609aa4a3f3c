"""Through which states does a message go, and when is it tried again?

created → queued → sending → sent; sending → temporary_failure (tried again, later each time) →
technical_failure; sending → permanent_failure; sending → unknown (handed over, no answer).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
TEMPORARY = "temporary_failure"
PERMANENT = "permanent_failure"
TECHNICAL = "technical_failure"
UNKNOWN = "unknown"
NOT_SENT = "not_sent"
HELD = "held"  # by the storm guard, until a person decides

CLAIMABLE = (QUEUED, TEMPORARY, UNKNOWN)
NO_CONTACT = "no_contact"
CONTACT_INACTIVE = "contact_inactive"
SUPPRESSED = "suppressed"
GATEWAY_DOWN = "gateway_down"
# what a person may order to be sent again, once the cause is gone
RESENDABLE = frozenset({PERMANENT, TECHNICAL, UNKNOWN})
RESENDABLE_REASONS = frozenset({NO_CONTACT, CONTACT_INACTIVE, SUPPRESSED})

LEASE = timedelta(minutes=5)
# e-mail without an answer: sent once more with the same Message-ID after this pause, and marked so
UNKNOWN_PAUSE = timedelta(minutes=15)
UNKNOWN_RESENDS = 1
_PAUSES = (1, 2, 5, 15, 30, 60, 120, 240, 240, 240)  # minutes, about 16 hours together
LONGEST_ASKED_PAUSE = timedelta(hours=24)
# so that what failed together is not tried again together
_SPREAD = 0.1
_SPREAD_FROM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a channel does with failures: pauses in minutes, and how often *unknown* is sent again."""

    pauses: tuple[int, ...] = _PAUSES
    unknown_resends: int = 0


# the receiver of an e-mail sees one Message-ID twice; a text message would simply be there twice
POLICIES: Mapping[str, Policy] = {
    "email": Policy(unknown_resends=UNKNOWN_RESENDS),
    "sms": Policy(unknown_resends=0),
}

OutcomeKind = Literal["sent", "temporary", "permanent", "technical", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel says of one attempt. `code` is the provider's own, `detail` for operators.

    `fault`: the recipient's address is refused for good, or the gateway itself does not work.
    `retry_after`: the provider asked to be left alone for so long.
    """

    kind: OutcomeKind
    code: str | None = None
    detail: str = ""
    fault: Literal["recipient", "gateway"] | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The state a message takes, and after which pause it is tried again (None: never by itself)."""

    state: str
    pause: timedelta | None = None


def policy_of(channel: str) -> Policy:
    """The policy of a channel; one nobody declared never sends *unknown* again by itself."""
    return POLICIES.get(channel, Policy())


def after(
    outcome: Outcome,
    *,
    attempts: int,
    unknown_resends: int,
    policy: Policy = POLICIES["email"],
    spread: float = 0.0,
) -> Next:
    """What follows an attempt; `attempts` includes it, `spread` (0 to 1) lengthens long pauses."""
    match outcome.kind:
        case "sent":
            return Next(SENT)
        case "permanent":
            return Next(PERMANENT)
        case "technical":
            return Next(TECHNICAL)
        case "unknown":
            again = unknown_resends < policy.unknown_resends
            return Next(UNKNOWN, UNKNOWN_PAUSE if again else None)
        case "temporary":
            pause = retry_pause(attempts, policy)
            if pause is None:
                return Next(TECHNICAL)
            if pause >= _SPREAD_FROM:
                pause *= 1 + _SPREAD * spread
            asked = min(outcome.retry_after or timedelta(0), LONGEST_ASKED_PAUSE)
            return Next(TEMPORARY, max(pause, asked))


def retry_pause(attempts: int, policy: Policy = POLICIES["email"]) -> timedelta | None:
    """The pause after so many failed attempts; None when it is given up."""
    if attempts > len(policy.pauses):
        return None
    return timedelta(minutes=policy.pauses[max(attempts, 1) - 1])


def spread_of(message_id: UUID) -> float:
    """A number from 0 to 1 that is the message's own, and the same each time."""
    return message_id.int % 1000 / 1000
