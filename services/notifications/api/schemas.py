"""What do requests and answers of the notifications service look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.notifications.domain.addresses import is_address
from shared.web.inputs import Code, Input, Line

RoleName = Literal["officer", "head"]
ChannelName = Literal["email"]
DayKindName = Literal["calendar", "working"]
LanguageName = Literal["vi", "en"]
# the quiet hours 21:00-07:00 are nobody's to remind in
AtTime = Annotated[str, StringConstraints(pattern=r"^(0[7-9]|1[0-9]|20):[0-5][0-9]$")]


def _address(value: str) -> str:
    if not is_address(value):
        raise PydanticCustomError("email_address", "not an e-mail address")
    return value


def _header_safe(value: str) -> str:
    if "=?" in value:
        raise PydanticCustomError("control_characters", "encoded word")
    return value


EmailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
PersonName = Annotated[Line, Field(max_length=200), AfterValidator(_header_safe)]


class Out(BaseModel):
    """Base of answers made from rows."""

    model_config = ConfigDict(from_attributes=True)


class ResourceOut(Out):
    id: UUID
    revision: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[str]
    blocked_because: dict[str, str]


# obligations and reminders -----------------------------------------------------------------


class AssigneeOut(BaseModel):
    role: str
    unit_code: str | None = None
    person_id: UUID | None = None


class ObligationOut(Out):
    """An obligation as this service knows it; `overdue` and `days_left` are computed now."""

    id: UUID
    revision: int
    deadline_revision: int
    source: str
    kind: str
    subject_url: str
    title: str
    unit_code: str
    assignees: list[AssigneeOut]
    starts_on: date | None
    due_on: date | None
    due_text: str
    on_time_until: datetime | None
    locks_at: datetime | None
    severity: str
    points_at_stake: str | None
    state: str
    overdue: bool
    days_left: int | None
    reminders_url: str
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class ShiftOut(BaseModel):
    """A reminder moved off a day off: from which day to which, and what day off it is."""

    from_day: date
    to_day: date
    because: str


class ReminderOut(ResourceOut):
    rule_id: UUID
    obligation_id: UUID
    title: str
    due_on: date | None
    unit_code: str
    deadline_revision: int
    offset: str
    days: int
    repeat: int | None
    role: str
    channel: str
    send_on: date
    due_at: datetime
    shift: ShiftOut | None
    state: str
    reason: str | None
    reason_text: str | None
    coalesced_into: UUID | None
    materialised_at: datetime | None
    late_by_seconds: int | None


class ForecastPerson(Out):
    person_id: UUID
    found_by: str
    display_name: str
    reachable: bool
    delivery: str


class ForecastOut(BaseModel):
    """One reminder to come: to whom, when, of what, and why."""

    id: UUID
    due_at: datetime
    send_on: date
    obligation_id: UUID
    title: str
    unit_code: str
    due_on: date | None
    rule_id: UUID
    rule_name: str
    offset: str
    repeat: int | None
    role: str
    channel: str
    recipients: list[ForecastPerson]
    shift: ShiftOut | None
    instead_of: list[str]
    why_text: str


# rules -------------------------------------------------------------------------------------


class OffsetIn(Input):
    """Days relative to the last day on time: negative before it."""

    days: Annotated[int, Field(ge=-366, le=366)]
    day_kind: DayKindName = "calendar"


class RepeatIn(Input):
    every_days: Annotated[int, Field(ge=1, le=366)]
    max: Annotated[int, Field(ge=1, le=52)]


def distinct(values: list[Any]) -> list[Any]:
    """Nothing is named twice."""
    if len({str(value) for value in values}) != len(values):
        raise PydanticCustomError("duplicates", "duplicates")
    return values


class RuleIn(Input):
    """A rule for some obligations (`kinds`, `unit_code` and below) or, without both, for all."""

    code: Code
    name: Line
    kinds: Annotated[list[Code], Field(max_length=20), AfterValidator(distinct)] = []
    unit_code: Code | None = None
    offsets: Annotated[list[OffsetIn], Field(min_length=1, max_length=20), AfterValidator(distinct)]
    repeat: RepeatIn | None = None
    roles_until_due: Annotated[list[RoleName], Field(max_length=2), AfterValidator(distinct)] = [
        "officer"
    ]
    roles_after_due: Annotated[list[RoleName], Field(max_length=2), AfterValidator(distinct)] = [
        "officer",
        "head",
    ]
    channels: Annotated[
        list[ChannelName], Field(min_length=1, max_length=1), AfterValidator(distinct)
    ] = ["email"]
    at_time: AtTime = "08:00"
    active: bool = True
    replaces: UUID | None = None


class OffsetOut(BaseModel):
    days: int
    day_kind: str


class RepeatOut(BaseModel):
    every_days: int
    max: int


class RuleOut(ResourceOut):
    code: str
    version: int
    name: str
    kinds: list[str]
    unit_code: str | None
    offsets: list[OffsetOut]
    repeat: RepeatOut | None
    roles_until_due: list[str]
    roles_after_due: list[str]
    channels: list[str]
    at_time: str
    active: bool


# contacts and messages ---------------------------------------------------------------------


class ContactIn(Input):
    """`unit_code` is only used while the person's unit is not known here."""

    person_id: UUID
    channel: ChannelName = "email"
    address: EmailAddress
    display_name: PersonName
    language: LanguageName = "vi"
    simulated: bool = False
    unit_code: Code | None = None


class ContactChange(Input):
    address: EmailAddress | None = None
    display_name: PersonName | None = None
    language: LanguageName | None = None
    simulated: bool | None = None
    active: bool | None = None


class ContactOut(ResourceOut):
    person_id: UUID
    channel: str
    address: str
    display_name: str
    language: str
    simulated: bool
    active: bool
    unit_code: str | None
    verified_at: datetime | None
    code_until: datetime | None
    suppressed_at: datetime | None
    suppressed_because: str | None


class MessageBrief(ResourceOut):
    kind: str
    urgent: bool
    reminder_id: UUID | None
    obligation_id: UUID | None
    digest_id: UUID | None
    step_id: UUID | None
    storm_id: UUID | None
    unit_code: str
    person_id: UUID
    channel: str
    to_address: str | None
    to_name: str
    subject: str
    state: str
    reason: str | None
    reason_text: str | None
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None


class AttemptOut(Out):
    number: int
    gateway: str
    resend_of_unknown: bool
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    code: str | None
    detail: str | None


class MessageOut(MessageBrief):
    """The message as it was worded, why it was made, and every attempt to send it."""

    language: str
    template: str
    simulated: bool
    text: str
    html: str
    why: dict[str, Any]
    attempt_log: list[AttemptOut]
    eml_url: str
