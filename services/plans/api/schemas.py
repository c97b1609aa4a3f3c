"""What do requests and answers of the plans service look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.web.inputs import Code, Input, Line, Text

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
    kind: str
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


class SourceOut(Out):
    kind: str
    number: str
    issued_on: date
    issuer: str | None


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
    source: SourceOut | None
    carried_from: UUID | None


class SourceIn(Input):
    """The document that gives a task: its kind, number, date and issuer."""

    kind: Literal["official_letter", "conclusion", "meeting", "decision", "other"]
    number: Annotated[Line, Field(max_length=200)]
    issued_on: date
    issuer: Line | None = None


class TaskIn(Input):
    """A task from another document than the annual plan; its deadline as words or as a day."""

    unit_code: Code
    source: SourceIn
    title: Annotated[Text, Field(min_length=1)]
    lead_units: Annotated[list[Code], Field(min_length=1, max_length=200)]
    coordinating_units: Annotated[list[Code], Field(max_length=200)] = []
    outputs: Names = []
    due_text: Annotated[Text, Field(max_length=500)] = ""
    due_on: date | None = None


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
