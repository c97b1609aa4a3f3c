"""Which events are no states but steps? None is published yet; the rules for them hold already."""

from typing import ClassVar

from shared.clock import Clock
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.envelope import wrap


class StepTaken(Event):
    """One step: what it says is lost when a later one is applied in its place."""

    type: ClassVar[str] = "vn.cchc.plans.step.taken.v1"
    stream: ClassVar[str] = "plans.step"

    who: str
    number: int

    @property
    def aggregate_id(self) -> str:
        return self.who


class StateKnown(Event):
    """The whole state, in the same stream."""

    type: ClassVar[str] = "vn.cchc.plans.step.state.v1"
    stream: ClassVar[str] = "plans.step"
    carries_state: ClassVar[bool] = True

    who: str
    number: int

    @property
    def aggregate_id(self) -> str:
        return self.who


def message(event: Event, sequence: int, clock: Clock) -> bytes:
    """An event as it arrives."""
    envelope = wrap(
        event,
        message_id=new_id(),
        source="plans",
        sequence=sequence,
        at=clock.now(),
        traceparent=None,
    )
    return envelope.to_json().encode()
