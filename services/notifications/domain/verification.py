"""How does somebody show that an address is theirs? By the code that was sent there."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

LASTS = timedelta(minutes=30)
PAUSE = timedelta(minutes=1)
TRIES = 5
# what stands in the stored message instead of the code
HIDDEN = "••••••"

Verdict = Literal["verified", "wrong", "expired", "too_many_tries", "no_code"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A code somebody was asked for: which one, until when, and how often they were wrong."""

    message_id: UUID | None
    until: datetime | None
    tries: int


def code_for(message_id: UUID, secret: bytes) -> str:
    """The six digits that stand in one message: worked out again each time, never stored."""
    number = int.from_bytes(hmac.digest(secret, b"contact code:" + message_id.bytes, "sha256")[:8])
    return f"{number % 1_000_000:06d}"


def judge_code(asked: Asked, given: str, *, secret: bytes, now: datetime) -> Verdict:
    """Whether this is the code; a wrong one counts, and after five the code is void."""
    if asked.message_id is None or asked.until is None:
        return "no_code"
    if asked.tries >= TRIES:
        return "too_many_tries"
    if now > asked.until:
        return "expired"
    right = hmac.compare_digest(code_for(asked.message_id, secret), given)
    return "verified" if right else "wrong"


def may_send_again(asked: Asked, now: datetime) -> bool:
    """Whether a new code may be sent: not within a minute of the last one."""
    return asked.until is None or now >= asked.until - LASTS + PAUSE
