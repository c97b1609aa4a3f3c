"""What do requests and answers about score sheets, appraisals and results look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.scoring.api.round_schemas import Criterion, Losses, Reason, UnitCodes, Value
from services.scoring.domain.rounds.layers import Layer
from shared.web.inputs import Code, Input, Line, OnBehalf, Text

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EvidenceIn(Input):
    """A document that proves a line (tài liệu kiểm chứng): a file of the library, or a document."""

    title: Line
    file_id: UUID | None = None
    sha256: Sha256 | None = None
    page: Line | None = None
    document_number: Line | None = None
    document_date: date | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "EvidenceIn":
        if self.file_id is None and self.document_number is None:
            raise PydanticCustomError("evidence_without_source", "neither file nor document")
        if (self.file_id is None) is not (self.sha256 is None):
            raise PydanticCustomError("evidence_without_hash", "a file is cited with its hash")
        return self


Evidence = Annotated[list[EvidenceIn], Field(max_length=50)]


class LineIn(Input):
    criterion: Criterion
    value: Value | None = None
    reason: Text = ""
    evidence: Evidence = []


class SelfScoreIn(OnBehalf):
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=1000)]


class SheetStep(OnBehalf):
    """A step without more to say."""


class EntryOut(BaseModel):
    """What was put on a line in a layer."""

    model_config = ConfigDict(from_attributes=True)

    layer: Layer
    number: int
    value: dict[str, Any] | None
    points: str | None
    reason: str
    evidence: list[dict[str, Any]]
    deductions: list[dict[str, str]]
    by: UUID
    on_behalf_of: str | None
    via: str | None
    at: datetime


class EntryWithLine(EntryOut):
    id: UUID
    criterion: str


class SheetLine(BaseModel):
    """A criterion with everything said about it, the newest of each layer."""

    criterion: str
    title: str
    area: str
    max: str
    scored_by: str
    evidence_required: bool
    exemption: str | None
    entries: list[EntryOut]
    points: str
    status: str
    explanation: str


class SheetOut(BaseModel):
    """A unit's sheet: lines, and the result of the newest layers the caller may see."""

    round_id: UUID
    unit_code: str
    unit_name: str
    peer_group: str
    state: str
    view: Literal["self", "appraised", "reviewed"]
    total: str
    applicable_max: str
    index: str | None
    class_name: str | None
    lines: list[SheetLine]
    lacking: dict[str, str]
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class SheetStateOut(BaseModel):
    """Where a sheet stands after a step."""

    round_id: UUID
    unit_code: str
    state: str
    submitted_at: datetime | None
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class AppraisalIn(Input):
    unit_code: Code
    accept: bool = False
    value: Value | None = None
    reason: Text = ""
    deductions: Losses = []


AppraisalLayer = Literal["appraised_1", "appraised_2", "survey"]


class AppraiseIn(Input):
    criterion: Criterion
    layer: AppraisalLayer = "appraised_1"
    units: Annotated[list[AppraisalIn], Field(min_length=1, max_length=2000)]


class ApplyToAllIn(Input):
    """One clarification for all units, or for those named."""

    criterion: Criterion
    layer: AppraisalLayer = "appraised_1"
    accept: bool = False
    value: Value | None = None
    reason: Text = ""
    reason_id: UUID | None = None
    deductions: Losses = []
    only_new: bool = True
    unit_codes: UnitCodes = []


class HeldCriterion(BaseModel):
    """A criterion the caller appraises, and how far it has come."""

    criterion: str
    title: str
    area: str
    max: str
    scored_by: str
    units: int
    appraised: int


class CriterionLine(BaseModel):
    """One unit's line of one criterion."""

    unit_code: str
    unit_name: str
    peer_group: str
    sheet_state: str
    exemption: str | None
    objection_id: UUID | None
    entries: list[EntryOut]
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class ReasonIn(Input):
    unit_code: Code
    criterion: Criterion | None = None
    wording: Reason


class ReasonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    unit_code: str
    criterion: str | None
    wording: str


class ObjectionIn(OnBehalf):
    criterion: Criterion
    explanation: Reason
    wanted: Value | None = None
    evidence: Evidence = []


class RulingIn(Input):
    outcome: Literal["accepted", "partly_accepted", "rejected"]
    reason: Reason
    value: Value | None = None
    deductions: Losses = []


class ObjectionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    round_id: UUID
    unit_code: str
    criterion: str
    explanation: str
    wanted: dict[str, Any] | None
    evidence: list[dict[str, Any]]
    points_before: str | None
    points_after: str | None
    state: str
    decision: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    allowed_actions: list[str]
    blocked_because: dict[str, str]
