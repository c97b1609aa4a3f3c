"""What is kept of a scoring round? Plain records; the rules about them are in domain/rounds/."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field

from services.scoring.storage.tables import ScoringTable
from shared.ids import new_id
from shared.persistence.base import Resource, json_field
from shared.persistence.types import ExactDecimal, UtcDateTime

# points and maxima that are published: as many decimals as any set may have (see `too_fine`)
POINT_PLACES = 6


def _points() -> Any:
    return Field(sa_column=Column(ExactDecimal(18, POINT_PLACES), nullable=False))


class RoundRow(Resource, ScoringTable, table=True):
    """A scoring round (đợt chấm điểm) of one year over one published set."""

    __tablename__ = "rounds"
    resource_name: ClassVar[str] = "rounds"

    code: str = Field(max_length=64, unique=True)
    title: str
    year: int = Field(index=True)
    unit_code: str = Field(max_length=64, index=True)  # the unit that holds the round
    criteria_set_id: UUID = Field(foreign_key="criteria_sets.id")
    previous_round_id: UUID | None = Field(default=None, foreign_key="rounds.id")
    state: str = Field(max_length=16, index=True)  # domain.rounds.lifecycle.RoundState
    phases: dict[str, dict[str, str]] = json_field()  # phase → opens_at, closes_at
    peer_groups: list[dict[str, Any]] = json_field()  # code, title, ranked, classes
    finalisation: int = 0  # how often the figures were made final
    unappraised: str = Field(default="refuse", max_length=8)  # refuse | zero
    search: str


class RoundUnitRow(Resource, ScoringTable, table=True):
    """A unit that takes part, its sheet (phiếu chấm) and, once final, its result."""

    __tablename__ = "round_units"
    resource_name: ClassVar[str] = "round-units"
    __table_args__ = (UniqueConstraint("round_id", "unit_code"),)

    round_id: UUID = Field(foreign_key="rounds.id")
    unit_code: str = Field(max_length=64, index=True)
    peer_group: str = Field(max_length=64)
    level: str | None = Field(default=None, max_length=100)
    facts: dict[str, bool] = json_field(default_factory=dict)
    ranked: bool = True
    state: str = Field(max_length=16)  # domain.rounds.lifecycle.SheetState
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submitted_by: UUID | None = None
    entries: int = 0  # grows with each entry, so that the ETag tells of every change of the sheet
    total: str | None = Field(default=None, max_length=40)
    applicable_max: str | None = Field(default=None, max_length=40)
    index: str | None = Field(default=None, max_length=40)
    class_name: str | None = Field(default=None, max_length=100)
    rank: int | None = None
    rank_of: int | None = None
    result_hash: str | None = Field(default=None, max_length=64)


class EntryRow(ScoringTable, table=True):
    """What was put on a line, by whom, when and why. Only ever added; the highest number counts."""

    __tablename__ = "score_entries"
    __table_args__ = (
        UniqueConstraint("round_unit_id", "criterion", "layer", "number"),
        # an appraiser reads one criterion across all units
        UniqueConstraint("round_id", "criterion", "layer", "unit_code", "number"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID = Field(foreign_key="rounds.id")
    round_unit_id: UUID = Field(foreign_key="round_units.id")
    unit_code: str = Field(max_length=64)
    criterion: str = Field(max_length=100)
    layer: str = Field(max_length=16)  # domain.rounds.layers.Layer
    number: int
    value: dict[str, Any] | None = json_field(default=None)
    points: str | None = Field(default=None, max_length=40)
    max: str | None = Field(default=None, max_length=40)
    reason: str
    evidence: list[dict[str, Any]] = json_field(default_factory=list)
    deductions: list[dict[str, str]] = json_field(default_factory=list)
    by: UUID
    on_behalf_of: str | None = Field(default=None, max_length=500)
    via: str | None = Field(default=None, max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)


class PhaseChangeRow(Resource, ScoringTable, table=True):
    """A phase that closes later: extended with a reason, or re-opened by a decision."""

    __tablename__ = "phase_changes"
    resource_name: ClassVar[str] = "phase-changes"

    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    unit_code: str = Field(max_length=64)
    for_unit: str | None = Field(default=None, max_length=64)  # None: all units
    phase: str = Field(max_length=16)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str
    document_number: str | None = Field(default=None, max_length=100)
    by: UUID


class ExemptionRow(Resource, ScoringTable, table=True):
    """A criterion that does not concern some units, and the document that says so."""

    __tablename__ = "exemptions"
    resource_name: ClassVar[str] = "exemptions"

    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    unit_code: str = Field(max_length=64)
    criterion: str = Field(max_length=100)
    scope: str = Field(max_length=8)  # all | group | subtree | unit
    scope_code: str | None = Field(default=None, max_length=64)
    document_number: str = Field(max_length=100)
    document_date: date
    reason: str
    state: str = Field(max_length=8)  # active | revoked
    revoked_reason: str | None = None
    by: UUID


class AppraiserRow(Resource, ScoringTable, table=True):
    """Who appraises which criteria of a round."""

    __tablename__ = "appraisers"
    resource_name: ClassVar[str] = "appraisers"

    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    unit_code: str = Field(max_length=64)
    principal_id: UUID = Field(index=True)
    criteria: list[str] = json_field()
    state: str = Field(max_length=8)  # active | ended


class ReasonRow(Resource, ScoringTable, table=True):
    """A reason for losing points, worded once and used again."""

    __tablename__ = "deduction_reasons"
    resource_name: ClassVar[str] = "deduction-reasons"

    unit_code: str = Field(max_length=64, index=True)
    criterion: str | None = Field(default=None, max_length=100)
    wording: str
    search: str


class ObjectionRow(Resource, ScoringTable, table=True):
    """A unit's explanation of a line it does not accept, and what was decided on it."""

    __tablename__ = "objections"
    resource_name: ClassVar[str] = "objections"

    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    round_unit_id: UUID = Field(foreign_key="round_units.id", index=True)
    unit_code: str = Field(max_length=64)
    criterion: str = Field(max_length=100)
    explanation: str
    wanted: dict[str, Any] | None = json_field(default=None)
    evidence: list[dict[str, Any]] = json_field(default_factory=list)
    points_before: str | None = Field(default=None, max_length=40)
    points_after: str | None = Field(default=None, max_length=40)
    state: str = Field(max_length=16)  # open | accepted | partly_accepted | rejected
    decision: str | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FinalLineRow(ScoringTable, table=True):
    """A line as it was made final. The figures close, and the database insists on it."""

    __tablename__ = "final_lines"
    __table_args__ = (
        UniqueConstraint("round_unit_id", "finalisation", "criterion"),
        CheckConstraint("max_points - points_lost = points", name="closes"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    round_unit_id: UUID = Field(foreign_key="round_units.id")
    unit_code: str = Field(max_length=64)
    finalisation: int
    criterion: str = Field(max_length=100)
    status: str = Field(max_length=16)
    points: Decimal = _points()
    max_points: Decimal = _points()
    points_lost: Decimal = _points()


class DeductionRow(ScoringTable, table=True):
    """Points a line lost for one reason (điểm trừ)."""

    __tablename__ = "deductions"
    __table_args__ = (
        UniqueConstraint("round_unit_id", "finalisation", "criterion", "number"),
        CheckConstraint("points > 0", name="takes_away"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID = Field(foreign_key="rounds.id", index=True)
    round_unit_id: UUID = Field(foreign_key="round_units.id")
    unit_code: str = Field(max_length=64, index=True)
    finalisation: int
    criterion: str = Field(max_length=100)
    number: int
    points: Decimal = _points()
    reason: str


class PublicationRow(Resource, ScoringTable, table=True):
    """What was published, as it was published: a canonical text that never changes, and its hash."""

    __tablename__ = "publications"
    resource_name: ClassVar[str] = "publications"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    round_id: UUID = Field(foreign_key="rounds.id")
    unit_code: str = Field(max_length=64)
    number: int
    decision_number: str = Field(max_length=100)
    decided_on: date
    finalisation: int
    content: str = Field(sa_column=Column(Text, nullable=False))
    content_hash: str = Field(max_length=64)
    by: UUID


class MappingRow(Resource, ScoringTable, table=True):
    """Which criteria of an earlier set became which of a later one (bảng đối chiếu)."""

    __tablename__ = "criteria_mappings"
    resource_name: ClassVar[str] = "criteria-mappings"
    __table_args__ = (UniqueConstraint("earlier_set_id", "later_set_id"),)

    earlier_set_id: UUID = Field(foreign_key="criteria_sets.id")
    later_set_id: UUID = Field(foreign_key="criteria_sets.id")
    pairs: list[dict[str, Any]] = json_field()  # later, earlier: [codes]
    document: str
