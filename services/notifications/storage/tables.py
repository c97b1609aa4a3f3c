"""What does the notifications service keep? Plain records; the rules about them are in domain/."""

from datetime import date, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, true
from sqlmodel import Field, SQLModel

from shared.persistence.base import Resource, json_field, service_registry
from shared.persistence.platform_tables import platform_tables
from shared.persistence.types import UtcDateTime

_registry = service_registry()
metadata = _registry.metadata
platform = platform_tables(metadata)


class NotificationsTable(SQLModel, registry=_registry):
    """Base of this service's tables."""


def _instant(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


def _counted() -> Any:
    """A number that rows written before it existed begin at 0 with."""
    return Field(default=0, sa_column_kwargs={"server_default": "0"})


class ObligationCopy(NotificationsTable, table=True):
    """An obligation as plans announced it; `revision` is the publisher's."""

    __tablename__ = "obligations"

    id: UUID = Field(primary_key=True)
    revision: int
    deadline_revision: int
    source: str
    kind: str = Field(max_length=64, index=True)
    subject_url: str
    title: str
    unit_code: str = Field(max_length=64, index=True)
    assignees: list[dict[str, Any]] = json_field(default_factory=list)
    starts_on: date | None = None
    due_on: date | None = Field(default=None, index=True)
    due_text: str
    on_time_until: datetime | None = _instant(default=None)
    locks_at: datetime | None = _instant(default=None)
    severity: str = Field(max_length=16)
    points_at_stake: str | None = None
    state: str = Field(max_length=16, index=True)
    search: str
    # the last day that is on time, which reminders count from
    last_day: date | None = Field(default=None, index=True)
    # rules, calendar or units changed: reminders are to be planned again
    replan: bool = Field(default=False, index=True)


class ReminderRule(Resource, NotificationsTable, table=True):
    """One version of a reminder rule (quy tắc nhắc); its words never change, only `active` does."""

    __tablename__ = "reminder_rules"
    resource_name: ClassVar[str] = "reminder-rules"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: str = Field(max_length=64)
    version: int = 1
    name: str = Field(max_length=500)
    kinds: list[str] = json_field(default_factory=list)
    unit_code: str | None = Field(default=None, max_length=64)
    offsets: list[dict[str, Any]] = json_field()  # [{days, day_kind}]
    repeat: dict[str, int] | None = json_field(default=None)  # {every_days, max}
    roles_until_due: list[str] = json_field()
    roles_after_due: list[str] = json_field()
    channels: list[str] = json_field()
    at_time: time
    active: bool = True


class Reminder(Resource, NotificationsTable, table=True):
    """A planned reminder: one rule, obligation, deadline revision, offset, role and channel."""

    __tablename__ = "reminders"
    resource_name: ClassVar[str] = "reminders"
    __table_args__ = (
        UniqueConstraint(
            "rule_id", "obligation_id", "deadline_revision", "offset", "role", "channel"
        ),
        Index("ix_reminders_state_due_at", "state", "due_at"),
    )

    rule_id: UUID = Field(foreign_key="reminder_rules.id")
    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    deadline_revision: int
    offset: str = Field(max_length=16)
    days: int  # calendar days from the last day on time to nominal_on
    repeat: int | None = None
    role: str = Field(max_length=16)
    channel: str = Field(max_length=16)
    unit_code: str = Field(max_length=64, index=True)
    nominal_on: date
    send_on: date
    shifted_because: str | None = Field(default=None, max_length=200)
    due_at: datetime = _instant()
    state: str = Field(max_length=16)
    reason: str | None = Field(default=None, max_length=64)
    coalesced_into: UUID | None = None
    materialised_at: datetime | None = _instant(default=None)
    late_by_seconds: int | None = None


class Contact(Resource, NotificationsTable, table=True):
    """Where a person is reached. Personal data: it stays here, never in events or logs."""

    __tablename__ = "contacts"
    resource_name: ClassVar[str] = "contacts"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    person_id: UUID
    channel: str = Field(max_length=16)
    address: str = Field(max_length=254)
    display_name: str = Field(max_length=200)
    language: str = Field(max_length=2)
    simulated: bool = False
    active: bool = True
    unit_code: str | None = Field(default=None, max_length=64, index=True)
    verified_at: datetime | None = _instant(default=None)
    # the message that carries the code the person is asked for; the code itself is never stored
    code_message_id: UUID | None = None
    code_until: datetime | None = _instant(default=None)
    code_tries: int = _counted()
    # a provider refused the address for good; nothing is sent to it until somebody changes that
    suppressed_at: datetime | None = _instant(default=None)
    suppressed_because: str | None = Field(default=None, max_length=200)


class Message(Resource, NotificationsTable, table=True):
    """One message to one person through one channel, worded when its time came.

    `kind`: reminder, escalation, digest or code; the first two are about one obligation.
    """

    __tablename__ = "messages"
    resource_name: ClassVar[str] = "messages"
    __table_args__ = (
        UniqueConstraint("reminder_id", "person_id", "channel"),
        UniqueConstraint("step_id", "person_id", "channel"),
        Index("ix_messages_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_messages_created_at", "created_at"),
    )

    kind: str = Field(
        default="reminder", max_length=16, sa_column_kwargs={"server_default": "reminder"}
    )
    # what is urgent goes out in quiet hours and on days off too
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reminder_id: UUID | None = Field(default=None, foreign_key="reminders.id")
    obligation_id: UUID | None = Field(default=None, foreign_key="obligations.id", index=True)
    deadline_revision: int | None = None
    digest_id: UUID | None = Field(default=None, foreign_key="digests.id", unique=True)
    storm_id: UUID | None = Field(default=None, foreign_key="storms.id", index=True)
    step_id: UUID | None = Field(default=None, foreign_key="escalation_steps.id")
    unit_code: str = Field(max_length=64, index=True)
    person_id: UUID = Field(index=True)
    contact_id: UUID | None = Field(default=None, foreign_key="contacts.id")
    channel: str = Field(max_length=16)
    to_address: str | None = Field(default=None, max_length=254)
    to_name: str = Field(max_length=200)
    simulated: bool = False
    language: str = Field(max_length=2)
    template: str = Field(max_length=64)
    subject: str
    text: str
    html: str
    why: dict[str, Any] = json_field()
    state: str = Field(max_length=24)
    reason: str | None = Field(default=None, max_length=64)
    attempts: int = 0
    unknown_resends: int = 0
    attempts_before: int = 0  # made before a person ordered it to be sent again
    next_attempt_at: datetime | None = _instant(default=None)
    lease_until: datetime | None = _instant(default=None)
    fencing_token: int = 0
    sent_at: datetime | None = _instant(default=None)


class Preference(Resource, NotificationsTable, table=True):
    """How a person wishes to be told; None is what the installation does by default."""

    __tablename__ = "preferences"
    resource_name: ClassVar[str] = "preferences"

    person_id: UUID = Field(unique=True)
    unit_code: str | None = Field(default=None, max_length=64, index=True)
    deliveries: dict[str, str] = json_field(default_factory=dict)  # {channel: delivery}
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None
    daily_cap: int | None = None
    unit_digest: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    # while away, whoever stands in (ủy quyền) is told instead
    away_from: date | None = None
    away_until: date | None = None
    stand_in_id: UUID | None = None


class Digest(Resource, NotificationsTable, table=True):
    """One digest (bản tổng hợp) of a person and day, or the record that there was nothing to say.

    `day` is the day itself, or the Monday of a weekly one.
    """

    __tablename__ = "digests"
    resource_name: ClassVar[str] = "digests"
    __table_args__ = (UniqueConstraint("person_id", "channel", "kind", "day"),)

    person_id: UUID
    channel: str = Field(max_length=16)
    kind: str = Field(max_length=16)  # daily | weekly | unit
    day: date
    unit_code: str = Field(max_length=64, index=True)
    state: str = Field(max_length=16)  # made | nothing
    counts: dict[str, int] = json_field(default_factory=dict)  # lines by section


class DigestItem(NotificationsTable, table=True):
    """A reminder, or a step of a ladder, that one person hears of in a digest: told exactly once."""

    __tablename__ = "digest_items"
    __table_args__ = (
        UniqueConstraint("reminder_id", "person_id", "channel"),
        UniqueConstraint("step_id", "person_id", "channel"),
        Index("ix_digest_items_state_person_id", "state", "person_id"),
    )

    id: UUID = Field(primary_key=True)
    reminder_id: UUID | None = Field(default=None, foreign_key="reminders.id")
    step_id: UUID | None = Field(default=None, foreign_key="escalation_steps.id")
    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    deadline_revision: int
    person_id: UUID
    channel: str = Field(max_length=16)
    delivery: str = Field(max_length=16)  # daily | weekly: the digest it waits for
    because: str = Field(max_length=64)
    state: str = Field(max_length=16)  # waiting | told | dropped
    reason: str | None = Field(default=None, max_length=64)
    digest_id: UUID | None = Field(default=None, foreign_key="digests.id", index=True)
    created_at: datetime = _instant()
    ended_at: datetime | None = _instant(default=None)


class Storm(Resource, NotificationsTable, table=True):
    """Too many reminders at once: those that came after the limit, held until a person decides."""

    __tablename__ = "storms"
    resource_name: ClassVar[str] = "storms"

    reason: str = Field(max_length=32)  # per_hour | per_unit
    unit_code: str | None = Field(default=None, max_length=64)
    limit: int
    state: str = Field(max_length=16, index=True)  # open | released | discarded
    held: int = 0
    ended_at: datetime | None = _instant(default=None)


class GatewayState(NotificationsTable, table=True):
    """Whether a way out works: its circuit breaker, shared by all senders."""

    __tablename__ = "gateway_states"

    name: str = Field(primary_key=True, max_length=16)
    failures: int = 0  # one after the other
    trips: int = 0
    opened_until: datetime | None = _instant(default=None)
    probe_until: datetime | None = _instant(default=None)
    last_error: str | None = Field(default=None, max_length=500)
    changed_at: datetime = _instant()


class MessageAttempt(NotificationsTable, table=True):
    """One try. Written before the provider is called; without an end it is the trace of a crash."""

    __tablename__ = "message_attempts"

    id: UUID = Field(primary_key=True)
    message_id: UUID = Field(foreign_key="messages.id", index=True)
    number: int
    gateway: str = Field(max_length=16)
    resend_of_unknown: bool = False
    started_at: datetime = _instant()
    ended_at: datetime | None = _instant(default=None)
    outcome: str | None = Field(default=None, max_length=16)
    code: str | None = Field(default=None, max_length=16)
    detail: str | None = None
