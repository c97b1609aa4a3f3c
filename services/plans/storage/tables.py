"""What does the plans service keep? Plain records; the rules about them are in domain/."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.persistence.base import Resource, json_field, service_registry
from shared.persistence.platform_tables import platform_tables
from shared.persistence.types import UtcDateTime

_registry = service_registry()
metadata = _registry.metadata
platform = platform_tables(metadata)
_EMPTY_LIST = {"server_default": "[]"}  # for rows from before the column


class PlansTable(SQLModel, registry=_registry):
    """Base of this service's tables."""


class Unit(Resource, PlansTable, table=True):
    """An organisation unit (đơn vị)."""

    __tablename__ = "units"
    resource_name: ClassVar[str] = "units"

    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=300)
    kind: str = Field(max_length=32)
    parent_code: str | None = Field(default=None, max_length=64)
    path: str = Field(max_length=1000, index=True)
    aliases: list[str] = json_field(default_factory=list)
    valid_from: date | None = None
    valid_to: date | None = None
    search: str = Field(max_length=2000)

    @property
    def unit_code(self) -> str:
        """Units are within themselves, for rights and the change feed."""
        return self.code


class UnitGroup(Resource, PlansTable, table=True):
    """A name in documents that stands for several units ("Các phòng chuyên môn thuộc Sở")."""

    __tablename__ = "unit_groups"
    resource_name: ClassVar[str] = "unit-groups"
    __table_args__ = (UniqueConstraint("unit_code", "code"),)

    code: str = Field(max_length=64)
    name: str = Field(max_length=300)
    unit_code: str = Field(max_length=64, index=True)  # the unit whose group this is
    aliases: list[str] = json_field(default_factory=list)
    member_codes: list[str] = json_field(default_factory=list)
    search: str = Field(max_length=2000)


class Person(Resource, PlansTable, table=True):
    """Somebody who works in a unit. Addresses are kept by notifications, never here."""

    __tablename__ = "people"
    resource_name: ClassVar[str] = "people"

    full_name: str = Field(max_length=200)
    unit_code: str = Field(max_length=64, index=True)
    position: str = Field(max_length=32)  # head | deputy | officer
    position_title: str = Field(default="", max_length=200)  # as written: "Chánh Văn phòng"
    active: bool = True
    grants: list[dict[str, Any]] = json_field(default_factory=list)
    search: str = Field(max_length=500)


class System(Resource, PlansTable, table=True):
    """Another government system that calls the API."""

    __tablename__ = "systems"
    resource_name: ClassVar[str] = "systems"

    name: str = Field(max_length=200, unique=True)
    unit_code: str | None = Field(default=None, max_length=64)
    active: bool = True
    grants: list[dict[str, Any]] = json_field(default_factory=list)


class StoredFile(Resource, PlansTable, table=True):
    """An uploaded file; its content lies in the file store under its hash."""

    __tablename__ = "files"
    resource_name: ClassVar[str] = "files"

    sha256: str = Field(max_length=64, index=True)
    name: str = Field(max_length=300)
    media_type: str = Field(max_length=120)
    size: int
    unit_code: str = Field(max_length=64, index=True)
    uploaded_by: UUID


class Import(Resource, PlansTable, table=True):
    """A document on its way to become a plan: read, previewed, confirmed."""

    __tablename__ = "imports"
    resource_name: ClassVar[str] = "imports"

    file_id: UUID = Field(foreign_key="files.id", index=True)
    unit_code: str = Field(max_length=64, index=True)
    state: str = Field(max_length=16)  # previewed | confirmed | discarded | replaced
    content: dict[str, Any] | None = json_field(default=None)  # SPEC §9, with row ids, as corrected
    corrections: dict[str, str] = json_field(default_factory=dict)  # name as written → unit code
    # names a person said are new units; every correction, in order
    new_units: list[str] = json_field(default_factory=list, sa_column_kwargs=_EMPTY_LIST)
    changes: list[dict[str, Any]] = json_field(default_factory=list, sa_column_kwargs=_EMPTY_LIST)
    plan_id: UUID | None = None


class Plan(Resource, PlansTable, table=True):
    """An annual plan (kế hoạch) of a unit, or the tasks other documents gave it in a year."""

    __tablename__ = "plans"
    resource_name: ClassVar[str] = "plans"

    unit_code: str = Field(max_length=64, index=True)
    # annual | assignments
    kind: str = Field(
        default="annual", max_length=16, sa_column_kwargs={"server_default": "annual"}
    )
    year: int = Field(index=True)
    number: str | None = Field(default=None, max_length=120, index=True)
    symbol: str | None = Field(default=None, max_length=100)
    title: str = Field(max_length=2000)
    state: str = Field(max_length=16, index=True)
    issued_on: date | None = None
    closed_on: date | None = None
    issuer: str | None = Field(default=None, max_length=500)
    place: str | None = Field(default=None, max_length=200)
    signer: dict[str, Any] | None = json_field(default=None)
    legal_bases: list[dict[str, Any]] = json_field(default_factory=list)
    recipients: list[str] = json_field(default_factory=list)
    areas: list[dict[str, Any]] = json_field(default_factory=list)
    index_targets: list[dict[str, Any]] = json_field(default_factory=list)
    responsibilities: list[dict[str, Any]] = json_field(default_factory=list)
    period_scheme: str = Field(max_length=64)
    strict_deadlines: bool = False
    corrections: dict[str, str] = json_field(default_factory=dict)  # name as written → unit code
    file_id: UUID | None = Field(default=None, foreign_key="files.id")
    import_id: UUID | None = Field(default=None, foreign_key="imports.id")
    carried_from: UUID | None = Field(default=None, foreign_key="plans.id")
    replaces: UUID | None = Field(default=None, foreign_key="plans.id")  # withdrawn for this one
    search: str = Field(max_length=4000)


class PlanTarget(Resource, PlansTable, table=True):
    """A quantified target (chỉ tiêu). `value` is an exact decimal as text."""

    __tablename__ = "plan_targets"
    resource_name: ClassVar[str] = "targets"

    plan_id: UUID = Field(foreign_key="plans.id", index=True)
    task_id: UUID | None = Field(default=None, foreign_key="tasks.id", index=True)
    unit_code: str = Field(max_length=64)
    ordinal: int
    text: str
    operator: str = Field(max_length=8)
    value: str | None = Field(default=None, max_length=40)
    measure: str | None = Field(default=None, max_length=100)
    area: str | None = Field(default=None, max_length=300)
    numerator: str | None = None
    denominator: str | None = None


class Task(Resource, PlansTable, table=True):
    """A task (nhiệm vụ) as written in the plan; what it asks of each unit are its obligations."""

    __tablename__ = "tasks"
    resource_name: ClassVar[str] = "tasks"

    plan_id: UUID = Field(foreign_key="plans.id", index=True)
    unit_code: str = Field(max_length=64)  # the plan's
    position: int
    ordinal: str | None = Field(default=None, max_length=32)
    area: str | None = Field(default=None, max_length=300)
    title: str
    lead_names: list[str] = json_field(default_factory=list)  # as written
    coordinating_names: list[str] = json_field(default_factory=list)
    outputs: list[str] = json_field(default_factory=list)
    deadline: dict[str, Any] = json_field()
    due_text: str
    flags: list[str] = json_field(default_factory=list)
    # the document that gave the task, where it is not the plan: {kind, number, issued_on, issuer}
    source: dict[str, Any] | None = json_field(default=None)
    carried_from: UUID | None = None
    search: str


class TaskUnit(PlansTable, table=True):
    """A unit of a task: leading (chủ trì) or coordinating (phối hợp), as written and as resolved."""

    __tablename__ = "task_units"

    id: int | None = Field(default=None, primary_key=True)
    task_id: UUID = Field(foreign_key="tasks.id", index=True)
    role: str = Field(max_length=16)  # lead | coordinating
    written: str = Field(max_length=500)
    unit_code: str | None = Field(default=None, max_length=64, index=True)
    group_code: str | None = Field(default=None, max_length=64)


class ObligationRow(Resource, PlansTable, table=True):
    """What one unit owes for one task in one period (nghĩa vụ); the life of the work happens here."""

    __tablename__ = "obligations"
    resource_name: ClassVar[str] = "obligations"
    __table_args__ = (UniqueConstraint("task_id", "unit_code", "occurrence"),)

    plan_id: UUID = Field(foreign_key="plans.id", index=True)
    task_id: UUID = Field(foreign_key="tasks.id", index=True)
    unit_code: str = Field(max_length=64, index=True)
    occurrence: str = Field(max_length=40)  # "once", a date, or a period's code
    label: str = Field(default="", max_length=200)
    title: str
    state: str = Field(max_length=16, index=True)
    starts_on: date | None = None
    due_on: date | None = Field(default=None, index=True)
    exclusive: bool = False
    due_text: str
    due_from: str = Field(default="text", max_length=16)  # text | scheme | policy
    document: str | None = Field(default=None, max_length=200)  # where it is not the plan's number
    reporting_cut_off: date | None = None
    on_time_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    locks_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deadline_revision: int = 1
    original_due_on: date | None = None  # before the first extension
    extension_id: UUID | None = None  # asked for and not decided
    officer_id: UUID | None = None
    percent: int = 0
    submitted_on: date | None = None
    submitted_by: UUID | None = None
    completed_on: date | None = None
    verified_by: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    search: str


class ProgressEntry(Resource, PlansTable, table=True):
    """One thing said about an obligation; entries are added, never changed."""

    __tablename__ = "progress_entries"
    resource_name: ClassVar[str] = "progress"

    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    unit_code: str = Field(max_length=64)
    kind: str = Field(max_length=24)  # a step in the work's life: progress, done, extended, …
    narrative: str = ""
    difficulty: str = ""
    proposal: str = ""
    percent: int | None = None
    completed_on: date | None = None
    document: str | None = Field(default=None, max_length=500)  # by which it was decided
    due_before: date | None = None
    due_after: date | None = None
    by: UUID
    on_behalf_of: str | None = Field(default=None, max_length=500)
    via: str | None = Field(default=None, max_length=16)
    file_ids: list[str] = json_field(default_factory=list)


class ExtensionRequest(Resource, PlansTable, table=True):
    """A unit asks for more time (xin gia hạn); the coordinating body decides, once."""

    __tablename__ = "extension_requests"
    resource_name: ClassVar[str] = "extensions"

    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    plan_id: UUID = Field(foreign_key="plans.id", index=True)
    unit_code: str = Field(max_length=64, index=True)
    state: str = Field(
        max_length=16, index=True
    )  # requested | approved | refused | withdrawn | lapsed
    due_on: date  # as it was when asked
    requested_due_on: date
    granted_due_on: date | None = None
    reason: str
    asked_late: bool  # the deadline had passed
    asked_by: UUID
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_note: str = ""
    document: str | None = Field(default=None, max_length=500)


class Comment(Resource, PlansTable, table=True):
    """What somebody remarks on an obligation (ý kiến); remarks are added, never changed."""

    __tablename__ = "comments"
    resource_name: ClassVar[str] = "comments"

    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    unit_code: str = Field(max_length=64)
    text: str
    by: UUID
    on_behalf_of: str | None = Field(default=None, max_length=500)
    via: str | None = Field(default=None, max_length=16)
