"""What do requests and answers of the plans service look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.web.inputs import Code, Input, Line, OnBehalf, Text

Year = Annotated[int, Field(ge=2000, le=2100)]
Names = Annotated[list[Line], Field(max_length=100)]
Codes = Annotated[list[Code], Field(max_length=1000)]
Position = Literal["head", "deputy", "officer"]


class Out(BaseModel):
    """Base of answers made from rows."""

    model_config = ConfigDict(from_attributes=True)


class ResourceOut(Out):
    id: UUID
    revision: int
    created_at: datetime
    updated_at: datetime


# files; imports have schemas of their own ---------------------------------------------------


class FileOut(ResourceOut):
    name: str
    media_type: str
    size: int
    sha256: str
    unit_code: str
    uploaded_by: UUID


# plans -------------------------------------------------------------------------------------


class PlanOut(ResourceOut):
    unit_code: str
    year: int
    number: str | None
    symbol: str | None
    title: str
    state: str
    issued_on: date | None
    closed_on: date | None
    issuer: str | None
    place: str | None
    signer: dict[str, Any] | None
    legal_bases: list[dict[str, Any]]
    recipients: list[str]
    areas: list[dict[str, Any]]
    index_targets: list[dict[str, Any]]
    responsibilities: list[dict[str, Any]]
    period_scheme: str
    strict_deadlines: bool
    file_id: UUID | None
    import_id: UUID | None
    carried_from: UUID | None
    replaces: UUID | None
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class PlanChange(Input):
    number: Line | None = None
    issued_on: date | None = None
    title: Line | None = None
    strict_deadlines: bool | None = None


class SignerIn(Input):
    authority: Literal["TM.", "KT.", "TL.", "TUQ."] | None = None
    position: Line | None = None
    name: Line | None = None


class PlanIssue(Input):
    number: Line | None = None
    issued_on: date | None = None
    signer: SignerIn | None = None


class PlanClose(Input):
    closed_on: date | None = None


class PlanCarryOver(Input):
    year: Year
    title: Text | None = None


class TaskUnitOut(Out):
    written: str
    unit_code: str | None
    group_code: str | None


class TaskOut(ResourceOut):
    """A task as written; `progress` counts its obligations by state."""

    plan_id: UUID
    ordinal: str | None
    area: str | None
    title: str
    lead_units: list[str]
    coordinating_units: list[str]
    leads: list[TaskUnitOut]
    coordinating: list[TaskUnitOut]
    outputs: list[str]
    deadline: dict[str, Any]
    due_text: str
    flags: list[str]
    progress: dict[str, int]
    carried_from: UUID | None


class TargetOut(ResourceOut):
    plan_id: UUID
    task_id: UUID | None
    ordinal: int
    text: str
    operator: str
    value: str | None
    measure: str | None
    area: str | None
    numerator: str | None
    denominator: str | None


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
