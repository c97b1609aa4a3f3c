"""What is kept of ladders (leo thang): the policies, the ladders that were begun, and their rungs."""

from datetime import datetime, time
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from services.notifications.storage.tables import NotificationsTable
from shared.persistence.base import Resource, json_field
from shared.persistence.types import UtcDateTime


class EscalationPolicy(Resource, NotificationsTable, table=True):
    """One version of a ladder (leo thang); its words never change, only `active` does."""

    __tablename__ = "escalation_policies"
    resource_name: ClassVar[str] = "escalation-policies"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: str = Field(max_length=64)
    version: int = 1
    name: str = Field(max_length=500)
    kinds: list[str] = json_field(default_factory=list)
    severities: list[str] = json_field(default_factory=list)
    unit_code: str | None = Field(default=None, max_length=64)
    start_after_days: int  # working days after the last day on time
    steps: list[dict[str, Any]] = json_field()  # [{role, inform, wait_days}]
    at_time: time
    active: bool = True


class Escalation(Resource, NotificationsTable, table=True):
    """One ladder for one deadline of one obligation; `ladder` is the policy as it was at the start."""

    __tablename__ = "escalations"
    resource_name: ClassVar[str] = "escalations"
    __table_args__ = (
        UniqueConstraint("policy_id", "obligation_id", "deadline_revision"),
        Index("ix_escalations_state_next_at", "state", "next_at"),
    )

    policy_id: UUID = Field(foreign_key="escalation_policies.id")
    obligation_id: UUID = Field(foreign_key="obligations.id", index=True)
    deadline_revision: int
    unit_code: str = Field(max_length=64, index=True)
    ladder: dict[str, Any] = json_field()
    state: str = Field(max_length=16)  # waiting | acknowledged | exhausted | resolved | cancelled
    reason: str | None = Field(default=None, max_length=64)
    next_step: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: dict[str, Any] | None = json_field(default=None)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EscalationStep(NotificationsTable, table=True):
    """A rung that was climbed: when, late by how much, and whom it found."""

    __tablename__ = "escalation_steps"
    __table_args__ = (UniqueConstraint("escalation_id", "number"),)

    id: UUID = Field(primary_key=True)
    escalation_id: UUID = Field(foreign_key="escalations.id")
    number: int
    role: str = Field(max_length=32)
    planned_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    told: list[dict[str, Any]] = json_field(
        default_factory=list
    )  # [{person_id, role, found_by, …}]
