"""What do the services say to each other? Events by publisher, versioned, additive only.

`catalogue()` finds an event's class by its type; `SUBSCRIPTIONS` says who listens to which stream.
A stream is all events of one aggregate type, so sequence numbers in it have no false gaps.
"""

from collections.abc import Mapping
from functools import cache

from shared.contracts import plans, scoring
from shared.contracts.base import Event

# who listens to what: whole streams, never single event types
SUBSCRIPTIONS: Mapping[str, frozenset[str]] = {
    "plans": frozenset(),
    "scoring": frozenset({"plans.unit", "plans.principal", "plans.calendar"}),
    "notifications": frozenset(
        {"plans.unit", "plans.principal", "plans.calendar", "plans.obligation"}
    ),
}


@cache
def catalogue() -> Mapping[str, type[Event]]:
    """Every event class by its type."""
    return {event.type: event for event in (*plans.EVENTS, *scoring.EVENTS)}


def subscribers(stream: str) -> frozenset[str]:
    """The services that listen to a stream."""
    return frozenset(name for name, streams in SUBSCRIPTIONS.items() if stream in streams)
