"""Which events does the plans service publish?"""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Event
from shared.contracts.obligation import Obligation


class UnitChanged(Event):
    """An organisation unit (đơn vị) as it is now."""

    type: ClassVar[str] = "vn.cchc.plans.unit.changed.v1"
    stream: ClassVar[str] = "plans.unit"
    carries_state: ClassVar[bool] = True

    code: str
    name: str
    parent_code: str | None
    path: str
    active: bool
    revision: int

    @property
    def aggregate_id(self) -> str:
        return self.code


class GrantData(BaseModel):
    model_config = ConfigDict(frozen=True)

    unit_code: str | None
    role: str | None = None
    scopes: tuple[str, ...] = ()


class KeyData(BaseModel):
    """A key as others may know it: its id and the hash of its secret."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    secret_hash: str
    expires_at: datetime | None
    revoked_at: datetime | None


class PrincipalChanged(Event):
    """A person or system, what it may do where, and its keys. No personal data: ids and codes."""

    type: ClassVar[str] = "vn.cchc.plans.principal.changed.v1"
    stream: ClassVar[str] = "plans.principal"
    carries_state: ClassVar[bool] = True

    id: UUID
    kind: Literal["person", "system"]
    name: str  # of a system; empty for people
    unit_code: str | None
    position: str | None
    active: bool
    grants: tuple[GrantData, ...]
    keys: tuple[KeyData, ...]
    revision: int

    @property
    def aggregate_id(self) -> str:
        return str(self.id)


class CalendarDayData(BaseModel):
    model_config = ConfigDict(frozen=True)

    date: date
    kind: str
    name: str
    document: str
    provisional: bool


class CalendarYearChanged(Event):
    """The days of one year that differ from plain working weeks."""

    type: ClassVar[str] = "vn.cchc.plans.calendar_year.changed.v1"
    stream: ClassVar[str] = "plans.calendar"
    carries_state: ClassVar[bool] = True

    year: int
    days: tuple[CalendarDayData, ...]

    @property
    def aggregate_id(self) -> str:
        return str(self.year)


class ObligationChanged(Event):
    """An obligation as it is now, from whatever made it: a task, a report, a remedy."""

    type: ClassVar[str] = "vn.cchc.plans.obligation.changed.v1"
    stream: ClassVar[str] = "plans.obligation"
    carries_state: ClassVar[bool] = True

    obligation: Obligation

    @property
    def aggregate_id(self) -> str:
        return str(self.obligation.id)


class PlanStateChanged(Event):
    """A plan was issued, closed or carried over; for partners, no service of ours listens yet."""

    type: ClassVar[str] = "vn.cchc.plans.plan.state_changed.v1"
    stream: ClassVar[str] = "plans.plan"

    id: UUID
    number: str | None
    year: int
    unit_code: str
    state: str

    @property
    def aggregate_id(self) -> str:
        return str(self.id)


EVENTS: tuple[type[Event], ...] = (
    UnitChanged,
    PrincipalChanged,
    CalendarYearChanged,
    ObligationChanged,
    PlanStateChanged,
)
