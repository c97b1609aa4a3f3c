"""What do requests and answers about rounds look like?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.scoring.domain.rounds.phases import Phase
from shared.web.inputs import Code, Input, Line, Text

Year = Annotated[int, Field(ge=2000, le=2200)]
Criterion = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
]
Reason = Annotated[Text, Field(min_length=1)]
Document = Annotated[Line, Field(max_length=100)]
UnitCodes = Annotated[list[Code], Field(max_length=2000)]


class WindowIn(Input):
    opens_at: datetime
    closes_at: datetime


class PeerGroupIn(Input):
    """A block (khối) of units that are ranked among each other."""

    code: Code
    title: Line
    ranked: bool = True
    # of SPEC §5's file format; null: the classes of the set
    classes: Annotated[list[dict[str, Any]] | None, Field(max_length=50)] = None


class RoundChange(Input):
    title: Line
    year: Year
    criteria_set_id: UUID
    phases: dict[Phase, WindowIn]
    peer_groups: Annotated[list[PeerGroupIn], Field(min_length=1, max_length=50)]
    previous_round_id: UUID | None = None


class RoundIn(RoundChange):
    code: Code
    unit_code: Code


class PhaseOut(BaseModel):
    """A phase with its written window and where the present moment lies, for units in general."""

    phase: Phase
    opens_at: datetime
    closes_at: datetime
    standing: Literal["not_open_yet", "open", "closed"]


class PeerGroupOut(BaseModel):
    code: str
    title: str
    ranked: bool
    classes: list[dict[str, Any]] | None


class RoundOut(BaseModel):
    id: UUID
    revision: int
    created_at: datetime
    updated_at: datetime
    code: str
    title: str
    year: int
    unit_code: str
    criteria_set_id: UUID
    previous_round_id: UUID | None
    state: str
    phases: list[PhaseOut]
    peer_groups: list[PeerGroupOut]
    units: int
    open_objections: int
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class AddUnits(Input):
    """Which units take part, and in which peer group; the ways to name them add up."""

    peer_group: Code
    unit_codes: UnitCodes = []
    below: Code | None = None
    direct: bool = True
    like_round: UUID | None = None
    like_group: Code | None = None
    keep_unknown: bool = False
    level: Line | None = None
    ranked: bool = True


class OutcomeOut(BaseModel):
    """What became of one unit of a command about many."""

    unit_code: str
    outcome: Literal["added", "unchanged", "rejected", "applied", "skipped"]
    code: str | None
    message: str | None
    points: str | None


class OutcomesOut(BaseModel):
    counts: dict[str, int]
    outcomes: list[OutcomeOut]


class RoundUnitChange(Input):
    peer_group: Code | None = None
    level: Line | None = None
    facts: Annotated[dict[Line, bool] | None, Field(max_length=50)] = None
    ranked: bool | None = None


class RoundUnitOut(BaseModel):
    """A unit of a round; the figures are there once they are final."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    round_id: UUID
    unit_code: str
    unit_name: str
    peer_group: str
    level: str | None
    facts: dict[str, bool]
    ranked: bool
    state: str
    submitted_at: datetime | None
    total: str | None
    applicable_max: str | None
    index: str | None
    class_name: str | None
    rank: int | None
    rank_of: int | None


class Extension(Input):
    phase: Phase
    closes_at: datetime
    unit_codes: Annotated[list[Code], Field(min_length=1, max_length=2000)]
    reason: Reason
    document_number: Document | None = None


class Reopening(Input):
    phase: Phase
    closes_at: datetime
    unit_codes: UnitCodes = []
    reason: Reason
    document_number: Document


class PhaseChangeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    phase: Phase
    for_unit: str | None
    closes_at: datetime
    reopened_at: datetime | None
    reason: str
    document_number: str | None
    by: UUID


class PhaseChangesOut(BaseModel):
    changes: list[PhaseChangeOut]


class ExemptionIn(Input):
    criterion: Criterion
    scope: Literal["all", "group", "subtree", "unit"]
    scope_code: Code | None = None
    document_number: Document
    document_date: date
    reason: Reason


class RevokeIn(Input):
    reason: Reason


class ExemptionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    round_id: UUID
    criterion: str
    scope: str
    scope_code: str | None
    document_number: str
    document_date: date
    reason: str
    state: str
    revoked_reason: str | None
    by: UUID


class AppraiserIn(Input):
    principal_id: UUID
    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=200)]


class AppraiserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    round_id: UUID
    principal_id: UUID
    criteria: list[str]
    state: str


class FinaliseIn(Input):
    unappraised: Literal["refuse", "zero"] = "refuse"
    reason: Text | None = None


class PublishIn(Input):
    decision_number: Document
    decided_on: date


Points = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(\.[0-9]{1,6})?$")]


class LossIn(Input):
    points: Points
    reason: Reason


Losses = Annotated[list[LossIn], Field(max_length=50)]
# of the rule's own form (docs/schemas/inputs.schema.json); the engine reads it strictly
Value = Annotated[dict[str, Any], Field(max_length=50)]


class RecordedLineIn(Input):
    criterion: Criterion
    value: Value
    reason: Text = ""
    deductions: Losses = []


class RecordedUnitIn(Input):
    unit_code: Code
    lines: Annotated[list[RecordedLineIn], Field(min_length=1, max_length=1000)]


class RecordIn(PublishIn):
    """Results as they were decided elsewhere, all units of the round."""

    units: Annotated[list[RecordedUnitIn], Field(min_length=1, max_length=2000)]
