"""What do requests and answers about obligations look like?"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.plans.api.schemas import ResourceOut
from shared.web.inputs import Input, Line, OnBehalf, Text


class ObligationOut(ResourceOut):
    """What one unit owes. `overdue`, `days_left` and `done_on_time` are computed now."""

    plan_id: UUID
    task_id: UUID
    unit_code: str
    occurrence: str
    label: str
    title: str
    state: str
    starts_on: date | None
    due_on: date | None
    exclusive: bool
    due_text: str
    due_from: str
    document: str | None
    reporting_cut_off: date | None
    on_time_until: datetime | None
    locks_at: datetime | None
    deadline_revision: int
    original_due_on: date | None
    extension_id: UUID | None
    officer_id: UUID | None
    percent: int
    completed_on: date | None
    submitted_on: date | None
    submitted_by: UUID | None
    verified_by: UUID | None
    closed_at: datetime | None
    overdue: bool
    days_left: int | None
    done_on_time: bool | None
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class AcknowledgeIn(OnBehalf):
    pass


class AssignIn(OnBehalf):
    officer_id: UUID


class ProgressIn(OnBehalf):
    narrative: Annotated[Text, Field(min_length=1)]
    difficulty: Text = ""
    proposal: Text = ""
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    file_ids: Annotated[list[UUID], Field(max_length=50)] = []


class DoneIn(OnBehalf):
    narrative: Text = ""
    completed_on: date | None = None
    file_ids: Annotated[list[UUID], Field(max_length=50)] = []


class DecisionIn(OnBehalf):
    narrative: Text = ""


class ProgressOut(ResourceOut):
    obligation_id: UUID
    kind: str
    narrative: str
    difficulty: str
    proposal: str
    percent: int | None
    completed_on: date | None
    document: str | None
    due_before: date | None
    due_after: date | None
    by: UUID
    on_behalf_of: str | None
    via: str | None
    file_ids: list[UUID]


class ExtensionIn(OnBehalf):
    """More time is asked for: until when, and why."""

    requested_due_on: date
    narrative: Annotated[Text, Field(min_length=1)]


class ExtensionApproval(Input):
    granted_due_on: date | None = None
    narrative: Text = ""
    document: Line | None = None


class ExtensionRefusal(Input):
    narrative: Annotated[Text, Field(min_length=1)]
    document: Line | None = None


class ExtensionOut(ResourceOut):
    """A request for more time and what became of it."""

    obligation_id: UUID
    plan_id: UUID
    unit_code: str
    state: str
    due_on: date
    requested_due_on: date
    granted_due_on: date | None
    reason: str
    asked_late: bool
    asked_by: UUID
    decided_by: UUID | None
    decided_at: datetime | None
    decision_note: str
    document: str | None
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class SuspendIn(OnBehalf):
    narrative: Annotated[Text, Field(min_length=1)]
    document: Line | None = None


class ResumeIn(OnBehalf):
    narrative: Text = ""
    document: Line | None = None
    due_on: date | None = None


class CancelIn(OnBehalf):
    narrative: Annotated[Text, Field(min_length=1)]
    document: Line


class CommentIn(OnBehalf):
    text: Annotated[Text, Field(min_length=1)]


class CommentOut(ResourceOut):
    obligation_id: UUID
    text: str
    by: UUID
    on_behalf_of: str | None
    via: str | None
