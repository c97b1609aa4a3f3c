"""What do rankings, ledgers, publications and comparisons look like?"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scoring.api.round_schemas import Criterion
from shared.web.inputs import Input, Line


class RankedOut(BaseModel):
    """A unit's place among its peers; `rank` null: scored, but not ranked."""

    unit_code: str
    unit_name: str
    peer_group: str
    rank: int | None
    rank_of: int
    total: str
    applicable_max: str
    index: str | None
    class_name: str | None


class DeductionOut(BaseModel):
    id: UUID
    unit_code: str
    criterion: str
    number: int
    points: str
    reason: str


class PublicationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    round_id: UUID
    unit_code: str
    number: int
    decision_number: str
    decided_on: date
    content_hash: str
    by: UUID


class PublicationWhole(PublicationOut):
    """A publication with its content; the very bytes of it are at /content."""

    content: dict[str, Any]


class DifferenceOut(BaseModel):
    unit_code: str
    what: str
    published: str | None
    computed: str | None


class VerificationOut(BaseModel):
    """Whether the text is the one that was published, and whether its figures follow from it."""

    holds: bool
    hash_holds: bool
    content_hash: str
    differences: list[DifferenceOut]


class PairIn(Input):
    later: Criterion
    earlier: Annotated[list[Criterion], Field(min_length=1, max_length=50)]


class MappingIn(Input):
    earlier_set_id: UUID
    later_set_id: UUID
    pairs: Annotated[list[PairIn], Field(min_length=1, max_length=1000)]
    document: Line


class PairOut(BaseModel):
    later: str
    earlier: list[str]


class MappingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    revision: int
    created_at: datetime
    earlier_set_id: UUID
    later_set_id: UUID
    pairs: list[PairOut]
    document: str


class LineCompared(BaseModel):
    """A criterion in both rounds, as shares of its maximum; null: not comparable."""

    criterion: str
    earlier: list[str]
    percent_now: str | None
    percent_before: str | None
    change: str | None


class UnitComparedOut(BaseModel):
    unit_code: str
    unit_name: str
    peer_group: str
    index_now: str | None
    index_before: str | None
    index_change: str | None
    rank_now: int | None
    rank_before: int | None
    not_comparable: int
    lines: list[LineCompared]
