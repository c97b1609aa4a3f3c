"""What does the scoring service keep?"""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from shared.persistence.base import Resource, json_field, service_registry
from shared.persistence.platform_tables import platform_tables
from shared.persistence.types import UtcDateTime

_registry = service_registry()
metadata = _registry.metadata
platform = platform_tables(metadata)


class ScoringTable(SQLModel, registry=_registry):
    """Base of this service's tables."""


class CriteriaSetRow(Resource, ScoringTable, table=True):
    """A criteria set (bộ tiêu chí); its content never changes once it is published."""

    __tablename__ = "criteria_sets"
    resource_name: ClassVar[str] = "criteria-sets"

    code: str = Field(max_length=100, unique=True)
    title: str
    reference: str
    state: str = Field(max_length=16)  # draft | published
    content: dict[str, Any] = json_field()  # the file format of SPEC §5
    content_hash: str = Field(max_length=64)
    warnings: list[dict[str, Any]] = json_field(default_factory=list)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    search: str
