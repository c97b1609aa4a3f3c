"""Which use case answers which event? A table a service fills in its consumers.py."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from shared.contracts.base import Event

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Any], Awaitable[None]]


class Subscriptions:
    """Handlers by event type; each is called with the event and an open unit of work."""

    def __init__(self) -> None:
        self._handlers: dict[str, tuple[type[Event], Handler]] = {}

    def on(self, event: type[E], handler: Callable[[E, Any], Awaitable[None]]) -> None:
        """Answer an event with one use case.

        :raises ValueError: when the event already has a handler.
        """
        if event.type in self._handlers:
            raise ValueError(f"{event.type} already has a handler")
        self._handlers[event.type] = (event, handler)

    def find(self, event_type: str) -> tuple[type[Event], Handler] | None:
        """The event's class and handler; None when this service does not care."""
        return self._handlers.get(event_type)

    @property
    def stateful_types(self) -> list[str]:
        """Types whose events hold the whole state, so that they need not wait for older ones."""
        return [name for name, (event, _) in self._handlers.items() if event.carries_state]

    @property
    def streams(self) -> frozenset[str]:
        """Every stream at least one handler listens to."""
        return frozenset(event.stream for event, _ in self._handlers.values())
