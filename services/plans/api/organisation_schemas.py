"""What do requests and answers about organisation, people, keys and the calendar look like?"""

import datetime as dt
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.plans.api.schemas import Codes, Names, Out, Position, ResourceOut, Year
from services.plans.domain.unit_names import UnitKind
from shared.rights import Role
from shared.web.inputs import Code, Input, Line, Text
from shared.working_calendar import DayKind

# organisation ------------------------------------------------------------------------------


class UnitIn(Input):
    code: Code
    name: Line
    parent_code: Code | None = None
    kind: UnitKind | None = None
    aliases: Names = []
    valid_from: date | None = None


class UnitChange(Input):
    name: Line | None = None
    kind: UnitKind | None = None
    aliases: Names | None = None
    valid_to: date | None = None


class UnitOut(ResourceOut):
    code: str
    name: str
    kind: str
    parent_code: str | None
    path: str
    aliases: list[str]
    valid_from: date | None
    valid_to: date | None


class GroupIn(Input):
    unit_code: Code
    code: Code
    name: Line
    aliases: Names = []
    member_codes: Codes


class GroupChange(Input):
    name: Line | None = None
    aliases: Names | None = None
    member_codes: Codes | None = None


class GroupOut(ResourceOut):
    code: str
    name: str
    unit_code: str
    aliases: list[str]
    member_codes: list[str]


class GrantIn(Input):
    unit_code: Code | None
    role: Role | None = None
    scopes: Annotated[list[Line], Field(max_length=50)] = []


class GrantOut(Out):
    unit_code: str | None
    role: str | None
    scopes: list[str]


class PersonIn(Input):
    full_name: Line
    unit_code: Code
    position: Position
    position_title: Text = ""
    grants: Annotated[list[GrantIn], Field(max_length=50)] = []


class PersonChange(Input):
    unit_code: Code | None = None
    position: Position | None = None
    position_title: Text | None = None
    active: bool | None = None
    grants: Annotated[list[GrantIn], Field(max_length=50)] | None = None


class PersonOut(ResourceOut):
    full_name: str
    unit_code: str
    position: str
    position_title: str
    active: bool
    grants: list[GrantOut]


class SystemIn(Input):
    name: Line
    unit_code: Code | None = None
    scopes: Annotated[list[Line], Field(min_length=1, max_length=50)]


class SystemOut(ResourceOut):
    name: str
    unit_code: str | None
    active: bool
    grants: list[GrantOut]


class KeyIn(Input):
    expires_at: AwareDatetime | None = None


class KeyOut(Out):
    key_id: str
    principal_id: UUID
    expires_at: datetime | None
    revoked_at: datetime | None


class FreshKeyOut(KeyOut):
    """`key` is shown in this answer only."""

    key: str


# calendar ----------------------------------------------------------------------------------


class CalendarDayIn(Input):
    date: dt.date
    kind: DayKind
    name: Text = ""
    document: Text = ""
    provisional: bool = False


class CalendarYearIn(Input):
    days: Annotated[list[CalendarDayIn], Field(max_length=366)]


class CalendarDayOut(Out):
    date: dt.date
    kind: str
    name: str
    document: str
    provisional: bool


class CalendarYearOut(Out):
    year: int
    working_days: int
    days: list[CalendarDayOut]


class PeriodOut(Out):
    scheme: str
    code: str
    kind: str
    label: str
    starts_on: date
    ends_on: date
    due_on: date
    due_exclusive: bool


class SchemeOut(Out):
    code: str
    title: str
    document: str


class DeadlineIn(Input):
    text: Annotated[str, Field(max_length=2000)]
    year: Year
    issued_on: date | None = None
