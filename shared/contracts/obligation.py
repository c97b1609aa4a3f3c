"""What is an obligation (nghĩa vụ)? Who owes what by when; all that notifications knows of the world."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

ObligationState = Literal["open", "acknowledged", "submitted", "suspended", "closed", "cancelled"]


class Assignee(BaseModel):
    """A unit or a person in a role: lead (chủ trì), coordinating (phối hợp), officer, head."""

    model_config = ConfigDict(frozen=True)

    role: Literal["lead", "coordinating", "officer", "head"]
    unit_code: str | None = None
    person_id: UUID | None = None


class Obligation(BaseModel):
    """SPEC §3. `deadline_revision` grows only when dates change; `on_time_until` is the last
    instant that is still on time; `locks_at` is when it can no longer be filed without a decision.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    revision: int
    deadline_revision: int
    source: str
    kind: str
    subject_url: str
    title: str
    unit_code: str
    assignees: tuple[Assignee, ...]
    starts_on: date | None
    due_on: date | None
    due_text: str
    on_time_until: datetime | None
    locks_at: datetime | None
    severity: Literal["normal", "high", "critical"] = "normal"
    points_at_stake: str | None = None
    state: ObligationState
