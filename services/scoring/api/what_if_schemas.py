"""What do point values and simulations look like?"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.scoring.api.round_schemas import Criterion
from shared.web.inputs import Input


class PointValueOut(BaseModel):
    """A line that could bring more, and what it would bring."""

    round_id: UUID
    criterion: str
    title: str
    area: str
    status: str
    points: str
    max: str
    worth_line: str
    worth_total: str
    worth_index: str
    explanation: str


class SimulationIn(Input):
    """Values in the form of their criteria's rules, instead of those on the sheet."""

    values: Annotated[dict[Criterion, dict[str, Any]], Field(min_length=1, max_length=1000)]


class OutcomeFigures(BaseModel):
    total: str
    applicable_max: str
    index: str | None
    class_name: str | None
    rank: int | None


class SimulatedLine(BaseModel):
    criterion: str
    title: str
    points_before: str
    points_after: str


class SimulationOut(BaseModel):
    """A unit before and after; ranks are null where the figures of the peers are not public."""

    unit_code: str
    view: Literal["self", "appraised", "reviewed"]
    before: OutcomeFigures
    after: OutcomeFigures
    rank_basis: Literal["published", "provisional"] | None
    lines: list[SimulatedLine]
