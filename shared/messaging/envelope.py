"""In what form does an event travel? CloudEvents 1.0 as JSON, with the sequence of its aggregate."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.base import Event

# what every database can hold: one message that cannot be stored would hold up all behind it
_STORABLE = r"^[^\x00-\x1f]+$"


class Envelope(BaseModel):
    """One message. `subject` is the aggregate's id, `sequence` its place among that aggregate's events."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: UUID
    source: str
    type: Annotated[str, StringConstraints(max_length=120, pattern=_STORABLE)]
    subject: Annotated[str, StringConstraints(max_length=160, pattern=_STORABLE)]
    time: AwareDatetime
    datacontenttype: str = "application/json"
    stream: Annotated[str, StringConstraints(max_length=64, pattern=_STORABLE)]
    sequence: int = Field(ge=1, lt=2**63)
    traceparent: str | None = None
    data: dict[str, object]

    def to_json(self) -> str:
        return self.model_dump_json()


def wrap(
    event: Event,
    *,
    message_id: UUID,
    source: str,
    sequence: int,
    at: datetime,
    traceparent: str | None,
) -> Envelope:
    """Put an event into its envelope."""
    return Envelope(
        id=message_id,
        source=f"/{source}",
        type=event.type,
        subject=event.aggregate_id,
        time=at,
        stream=event.stream,
        sequence=sequence,
        traceparent=traceparent,
        data=event.model_dump(mode="json"),
    )
