"""What do requests and answers about ladders look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from services.notifications.api.schemas import AtTime, Out, ResourceOut, distinct
from shared.web.inputs import Code, Input, Line, OnBehalf, Text

RungRole = Literal["officer", "head", "superior_deputy", "superior_head", "office"]
SeverityName = Literal["normal", "high", "critical"]


class RungIn(Input):
    """One rung: who must act, who is informed, working days until the next rung."""

    role: RungRole
    inform: Annotated[list[RungRole], Field(max_length=4), AfterValidator(distinct)] = []
    wait_days: Annotated[int, Field(ge=1, le=60)] = 5


class PolicyIn(Input):
    """A ladder for some obligations (`kinds`, `severities`, `unit_code` and below) or for all."""

    code: Code
    name: Line
    kinds: Annotated[list[Code], Field(max_length=20), AfterValidator(distinct)] = []
    severities: Annotated[list[SeverityName], Field(max_length=3), AfterValidator(distinct)] = []
    unit_code: Code | None = None
    start_after_days: Annotated[int, Field(ge=1, le=60)] = 3
    steps: Annotated[list[RungIn], Field(min_length=1, max_length=8)]
    at_time: AtTime = "08:30"
    replaces: UUID | None = None


class PolicyOut(ResourceOut):
    code: str
    version: int
    name: str
    kinds: list[str]
    severities: list[str]
    unit_code: str | None
    start_after_days: int
    steps: list[dict[str, Any]]
    at_time: str
    active: bool


class StepOut(Out):
    """A rung that was climbed and whom it found; nobody: the ladder went straight on."""

    number: int
    role: str
    planned_at: datetime
    at: datetime
    told: list[dict[str, Any]]


class AnswerIn(OnBehalf):
    """Somebody is on it, and says until when; the ladder rests until then."""

    until: date
    note: Text | None = None


class EscalationOut(ResourceOut):
    policy_id: UUID
    obligation_id: UUID
    title: str
    due_on: date | None
    unit_code: str
    deadline_revision: int
    state: str
    reason: str | None
    reason_text: str | None
    next_step: int
    next_at: datetime | None
    ladder: dict[str, Any]
    answer: dict[str, Any] | None
    ended_at: datetime | None


class EscalationDetail(EscalationOut):
    """A ladder with the rungs that were climbed."""

    climbed: list[StepOut]


class AuditOut(Out):
    """Ladders that are late, ladders that lost their next day, obligations without their ladder."""

    clean: bool
    stalled: list[UUID]
    aimless: list[UUID]
    missing: list[UUID]
