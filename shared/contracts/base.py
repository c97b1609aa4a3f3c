"""What is an event? A fact in the past tense, immutable, about one aggregate."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events. Consumers ignore fields they do not know: changes are additive."""

    # what does not fit is reported without its content: reports are kept and shown
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]  # "vn.cchc.plans.obligation.changed.v1"
    stream: ClassVar[str]  # "plans.obligation"
    # the event holds the whole state: a newer one makes an older one, even a failed one, obsolete
    carries_state: ClassVar[bool] = False

    @property
    def aggregate_id(self) -> str:
        """Which one of the stream's aggregates this is about."""
        raise TypeError(f"{type(self).__name__} does not name its aggregate")
