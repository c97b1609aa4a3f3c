"""What does the scoring service keep?"""

from sqlmodel import SQLModel

from shared.persistence.base import service_registry
from shared.persistence.platform_tables import platform_tables

_registry = service_registry()
metadata = _registry.metadata
platform = platform_tables(metadata)


class ScoringTable(SQLModel, registry=_registry):
    """Base of this service's tables."""
