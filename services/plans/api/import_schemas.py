"""What do previews and their corrections look like?"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.plans.api.schemas import ResourceOut, SignerIn, Year
from shared.web.inputs import Code, Day, ExactNumber, Input, Line, Text

Operator = Literal[">=", ">", "<=", "<", "=", ">prev", "<prev"]
Words = Annotated[Text, Field(min_length=1)]
RowId = Annotated[str, Field(pattern=r"^[ct][0-9]{1,6}$")]
Names = Annotated[list[Line], Field(max_length=100)]
Many = Field(max_length=1000)


# what is shown -----------------------------------------------------------------------------


class UnitBrief(BaseModel):
    unit_code: str
    name: str


class NameMatch(BaseModel):
    """A unit name as written, and what it is taken to mean."""

    written: str
    roles: list[str]
    rows: list[str]
    unit_codes: list[str]
    units: list[UnitBrief]
    group: bool
    corrected: bool
    is_new: bool
    new_units: list[str]
    candidates: list[UnitBrief]


class WarningOut(BaseModel):
    """A doubt: stable code, sentence, place, the rows and fields it is about, nearest answers."""

    code: str
    group: str
    message: str
    where: str | None
    rows: list[str]
    pointers: list[str]
    candidates: list[UnitBrief]


class ComingOut(BaseModel):
    """An obligation that a task will make for each of its lead units."""

    row: str
    label: str
    due_on: date | None
    exclusive: bool
    due_from: str


class CorrectionOut(BaseModel):
    """A correction, told from → to."""

    place: str
    row: str | None
    label: str | None
    field: str
    before: Any
    after: Any
    at: str | None = None
    by: str | None = None
    via: str | None = None


class ImportLinks(BaseModel):
    """Where to go from here. `page` and `workbook` open in a browser without a key, for a while."""

    page: str
    workbook: str
    file: str
    plan: str | None


class ImportOut(ResourceOut):
    """A preview: everything read, every name matched, every doubt."""

    unit_code: str
    state: str
    file_id: UUID
    file_name: str
    file_sha256: str
    plan_id: UUID | None
    names: list[NameMatch]
    warnings: list[WarningOut]
    coming: list[ComingOut]
    content: dict[str, Any] | None
    changes: list[CorrectionOut]
    same_file_as: UUID | None = None
    same_plan_as: UUID | None = None
    links: ImportLinks
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class ImportBrief(ResourceOut):
    unit_code: str
    state: str
    file_id: UUID
    plan_id: UUID | None


class ImportWorkbookOut(BaseModel):
    """What a returned workbook changes; `applied` is false for a dry run."""

    applied: bool
    changes: list[CorrectionOut]
    preview: ImportOut


# what is corrected -------------------------------------------------------------------------


class LegalBasisIn(Input):
    kind: Line
    number: Line | None = None
    date: Day | None = None
    issuer: Line | None = None
    title: Text | None = None


class AreaIn(Input):
    code: Line
    title: Text
    objectives: Annotated[list[Text], Many] = []


class DutyIn(Input):
    text: Words
    deadline: Text | None = None
    report_to: Text | None = None


class ResponsibilityIn(Input):
    unit: Line
    duties: Annotated[list[DutyIn], Many]


class ComponentIn(Input):
    ordinal: Line | None = None
    title: Text
    baseline: ExactNumber | None = None
    baseline_max: ExactNumber | None = None
    target: ExactNumber | None = None


class OverallIn(Input):
    operator: Operator | None = None
    value: ExactNumber | None = None
    unit: Line | None = None


class RankIn(Input):
    position: Annotated[int, Field(ge=1, le=1000)] | None = None
    of: Annotated[int, Field(ge=1, le=1000)] | None = None


class IndexTargetIn(Input):
    index: Line
    overall: OverallIn = OverallIn()
    rank: RankIn = RankIn()
    components: Annotated[list[ComponentIn], Many] = []


class FindingIn(Input):
    area: Line | None = None
    criterion: Line | None = None
    points: ExactNumber | None = None
    max: ExactNumber | None = None
    reason: Text | None = None
    measure: Text | None = None
    deadline: Text | None = None
    progress: Text | None = None
    note: Text | None = None


class HeadCorrection(Input):
    """Facts of the head, and lists given whole."""

    document_kind: Literal["plan", "remediation_report", "report"] | None = None
    number: Annotated[Line, Field(max_length=120)] | None = None
    symbol: Annotated[Line, Field(max_length=100)] | None = None
    issued_on: date | None = None
    as_of: date | None = None
    issuer: Line | None = None
    place: Annotated[Line, Field(max_length=200)] | None = None
    title: Annotated[Text, Field(max_length=2000)] | None = None
    year: Year | None = None
    signer: SignerIn | None = None
    recipients: Annotated[list[Text], Many] | None = None
    legal_bases: Annotated[list[LegalBasisIn], Many] | None = None
    areas: Annotated[list[AreaIn], Many] | None = None
    index_targets: Annotated[list[IndexTargetIn], Many] | None = None
    responsibilities: Annotated[list[ResponsibilityIn], Many] | None = None
    findings: Annotated[list[FindingIn], Many] | None = None


class TaskCorrection(Input):
    """Fields of a task; what is left out stays. `deadline` is words, `due_on` a day set by a person."""

    ordinal: Annotated[Line, Field(max_length=32)] | None = None
    area: Annotated[Line, Field(max_length=300)] | None = None
    title: Words | None = None
    lead_units: Names | None = None
    coordinating_units: Names | None = None
    outputs: Annotated[list[Words], Many] | None = None
    deadline: Text | None = None
    due_on: date | None = None


class TaskAddition(TaskCorrection):
    title: Words
    after: RowId | None = None


class TargetCorrection(Input):
    """Fields of a target; `task` is the number of the task it stands in."""

    text: Words | None = None
    operator: Operator | None = None
    value: ExactNumber | None = None
    unit: Annotated[Line, Field(max_length=100)] | None = None
    area: Annotated[Line, Field(max_length=300)] | None = None
    task: Annotated[Line, Field(max_length=32)] | None = None
    numerator: Text | None = None
    denominator: Text | None = None


class TargetAddition(TargetCorrection):
    text: Words
    after: RowId | None = None


class TaskEdits(Input):
    change: dict[RowId, TaskCorrection] = {}
    add: Annotated[list[TaskAddition], Many] = []
    drop: Annotated[list[RowId], Many] = []


class TargetEdits(Input):
    change: dict[RowId, TargetCorrection] = {}
    add: Annotated[list[TargetAddition], Many] = []
    drop: Annotated[list[RowId], Many] = []


class ImportCorrection(Input):
    """Corrections of a preview. `units`: {"Phòng KHTC": "PKHTC"}, null takes one back."""

    head: HeadCorrection = HeadCorrection()
    tasks: TaskEdits = TaskEdits()
    targets: TargetEdits = TargetEdits()
    units: dict[Line, Code | None] = {}
    new_units: Names | None = None


class ImportConfirm(Input):
    unknown_units: Literal["create", "leave", "refuse"] = "create"
    issue: bool | None = None
    year: Year | None = None
    period_scheme: Code = "cchc-don-vi"
    strict_deadlines: bool = False
    replaces: UUID | None = None
    allow_duplicate: bool = False


class ImportUndo(Input):
    reason: Words
