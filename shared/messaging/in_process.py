"""How do messages travel when all services live in one process? Straight into the inboxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.messaging.transport import OutgoingMessage, Receiver


@dataclass(frozen=True, slots=True)
class _Subscription:
    consumer: str
    streams: frozenset[str]
    receive: Receiver


class InProcessTransport:
    """Delivers bytes, as a broker would: nothing but JSON crosses from one service to another."""

    def __init__(self) -> None:
        self._subscriptions: list[_Subscription] = []

    def subscribe(self, consumer: str, streams: frozenset[str], receive: Receiver) -> None:
        self._subscriptions.append(_Subscription(consumer, streams, receive))

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        for subscription in self._subscriptions:
            mine = [m.body for m in messages if m.stream in subscription.streams]
            if mine:
                await subscription.receive(mine)
