"""How do wishes, digests and codes become answers?"""

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from services.notifications.api.answers import actions, reason_text
from services.notifications.api.people_schemas import (
    DigestBrief,
    DigestItemOut,
    DigestOut,
    PreferenceOut,
    VerificationOut,
    WishesOut,
)
from services.notifications.domain.verification import TRIES, Verdict
from services.notifications.storage.tables import Contact, Digest, DigestItem, Preference
from services.notifications.use_cases.house import House
from shared.texts import text


def preference_out(row: Preference, house: House, *, may_write: bool) -> PreferenceOut:
    wishes = house.wishes(row)
    told: dict[str, Any] = {
        name: _hour(getattr(row, name)) for name in ("quiet_from", "quiet_until", "digest_at")
    }
    return PreferenceOut.model_validate(
        row.model_dump()
        | told
        | {
            "effective": WishesOut(
                deliveries={"email": wishes.delivery("email")} | dict(wishes.deliveries),
                quiet_from=f"{wishes.quiet.start:%H:%M}",
                quiet_until=f"{wishes.quiet.until:%H:%M}",
                digest_at=f"{wishes.digest_at:%H:%M}",
                daily_cap=wishes.cap,
                unit_digest=wishes.unit_digest,
            )
        }
        | actions({"update": None}, allowed=may_write)
    )


def digest_brief(row: Digest) -> DigestBrief:
    return DigestBrief.model_validate(row.model_dump() | actions({}, allowed=True))


def digest_out(row: Digest, items: Sequence[DigestItem], message_id: UUID | None) -> DigestOut:
    return DigestOut.model_validate(
        digest_brief(row).model_dump()
        | {"message_id": message_id, "digest_items": [_item(item) for item in items]}
    )


def verification_out(contact: Contact, verdict: Verdict) -> VerificationOut:
    return VerificationOut(
        outcome=verdict,
        outcome_text=text(f"notifications.codes.{verdict}"),
        tries_left=max(0, TRIES - contact.code_tries) if contact.code_message_id else 0,
        verified_at=contact.verified_at,
    )


def _item(item: DigestItem) -> DigestItemOut:
    return DigestItemOut.model_validate(
        item.model_dump()
        | {"because_text": reason_text(item.because), "reason_text": reason_text(item.reason)}
    )


def _hour(moment: time | None) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"
