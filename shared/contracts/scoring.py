"""Which events does the scoring service publish?"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Event


class LossData(BaseModel):
    """Points lost for one reason; a decimal as text."""

    model_config = ConfigDict(frozen=True)

    points: str
    reason: str


class DeductionPublished(Event):
    """What a unit lost on a criterion in a published round, as it is now.

    A later publication of the same round says it again; `points_lost` "0" takes it back.
    """

    type: ClassVar[str] = "vn.cchc.scoring.deduction.published.v1"
    stream: ClassVar[str] = "scoring.deduction"
    carries_state: ClassVar[bool] = True

    id: UUID  # the same for the same line of the same round
    round_id: UUID
    round_code: str
    year: int
    publication_id: UUID
    publication_number: int
    decision_number: str
    decided_on: date
    unit_code: str
    criterion: str
    criterion_title: str
    area: str
    points: str
    max: str
    points_lost: str
    losses: tuple[LossData, ...]

    @property
    def aggregate_id(self) -> str:
        return str(self.id)


EVENTS: tuple[type[Event], ...] = (DeductionPublished,)
