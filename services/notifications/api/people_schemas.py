"""What do requests and answers about people look like: wishes, digests, codes?"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.notifications.api.schemas import ChannelName, Out, ResourceOut
from shared.web.inputs import Code, Input

DeliveryName = Literal["at_once", "daily", "weekly", "off"]
DigestKind = Literal["daily", "weekly", "unit"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class PreferenceChange(Input):
    """Wishes; null goes back to what is usual on this installation."""

    deliveries: dict[ChannelName, DeliveryName] | None = None
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None
    digest_at: TimeOfDay | None = None
    daily_cap: Annotated[int, Field(ge=1, le=500)] | None = None
    unit_digest: bool | None = None
    away_from: date | None = None
    away_until: date | None = None
    stand_in_id: UUID | None = None


class PreferenceIn(PreferenceChange):
    """Wishes of a person; `unit_code` is only used while the person's unit is not known here."""

    person_id: UUID
    unit_code: Code | None = None


class WishesOut(Out):
    """What holds for the person now: their wishes, and what is usual where they have none."""

    deliveries: dict[str, str]
    quiet_from: str
    quiet_until: str
    digest_at: str
    daily_cap: int
    unit_digest: bool


class PreferenceOut(Out):
    """A person's wishes as told; `effective` is what holds. Revision 0: nothing was told yet."""

    id: UUID
    revision: int
    person_id: UUID
    unit_code: str | None
    deliveries: dict[str, str]
    quiet_from: str | None
    quiet_until: str | None
    digest_at: str | None
    daily_cap: int | None
    unit_digest: bool
    away_from: date | None
    away_until: date | None
    stand_in_id: UUID | None
    effective: WishesOut
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class DigestItemOut(Out):
    reminder_id: UUID | None
    step_id: UUID | None
    obligation_id: UUID
    because: str
    because_text: str | None
    state: str
    reason: str | None
    reason_text: str | None
    created_at: datetime
    ended_at: datetime | None


class DigestBrief(ResourceOut):
    person_id: UUID
    channel: str
    kind: str
    day: date
    unit_code: str
    state: str
    counts: dict[str, int]


class DigestOut(DigestBrief):
    """A digest, the reminders that waited for it, and what became of each."""

    message_id: UUID | None
    digest_items: list[DigestItemOut]


class DigestPreview(Out):
    """What somebody's digest would say now; `worth_sending` is false when it would not be sent."""

    person_id: UUID
    kind: str
    worth_sending: bool
    counts: dict[str, int]
    subject: str
    text: str
    html: str


class CodeIn(Input):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class VerificationOut(Out):
    """What came of a code: verified, wrong, expired, too_many_tries or no_code."""

    outcome: str
    outcome_text: str
    tries_left: int
    verified_at: datetime | None
