"""What do all tables of a service share? A registry of their own, names, and the resource columns.

SQLModel's global metadata would merge the three services in one process; each service has a base
class with its own registry instead.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.ids import new_id
from shared.persistence.types import Json, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def service_registry() -> registry:
    """A registry (and metadata) that belongs to one service alone."""
    return registry(metadata=MetaData(naming_convention=NAMING))


class Resource(SQLModel):
    """Columns of everything that has a URL. `revision` is the ETag and grows with each change.

    The unit of work raises the revision, stamps the times, and writes the change feed and the
    audit row; no use case has to remember it.
    """

    resource_name: ClassVar[str]

    id: UUID = Field(default_factory=new_id, primary_key=True)
    revision: int = Field(default=0)
    created_at: datetime = Field(default=None, sa_type=UtcDateTime, nullable=False)
    updated_at: datetime = Field(default=None, sa_type=UtcDateTime, nullable=False)


def json_field(**options: Any) -> Any:
    """A JSON column; reassign the value to change it, in-place edits are not seen."""
    return Field(sa_type=Json, **options)
