"""What do requests and answers of the scoring service look like?"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# the format is SPEC §5's own (docs/schemas/criteria-set.schema.json); the engine reads it strictly
CriteriaSetContent = Annotated[dict[str, Any], Field(max_length=50)]
Inputs = Annotated[dict[str, Any] | list[dict[str, Any]], Field(max_length=5000)]


class LintWarning(BaseModel):
    pointer: str
    code: str
    message: str


class CriteriaSetBrief(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    updated_at: datetime
    code: str
    title: str
    reference: str
    state: str
    content_hash: str
    published_at: datetime | None


class CriteriaSetOut(CriteriaSetBrief):
    """A set with its whole content, what lint warns of, and what the caller may do."""

    content: dict[str, Any]
    warnings: list[LintWarning]
    allowed_actions: list[str]
    blocked_because: dict[str, str]


class Evaluation(BaseModel):
    """Results in the order of the inputs; the shape of each is docs/schemas/result.schema.json."""

    results: list[dict[str, Any]]
