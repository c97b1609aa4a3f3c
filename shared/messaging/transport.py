"""What carries messages between services? Anything that keeps this promise.

`publish` returns once every subscriber of the stream durably has the messages, or raises; a
message may arrive more than once, never not at all.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

Receiver = Callable[[Sequence[bytes]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message on its way out: where it goes and what it says."""

    message_id: str
    stream: str
    body: bytes


class Transport(Protocol):
    """The port. In one process it hands over directly; between processes it is a broker."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Hand messages over, in order.

        :raises Exception: anything; the caller keeps the messages and tries again.
        """
        ...

    def subscribe(self, consumer: str, streams: frozenset[str], receive: Receiver) -> None:
        """Deliver all messages of these streams to `receive`, which stores them durably.

        Said before `start`. When `receive` raises, the messages are delivered again.
        """
        ...

    async def start(self) -> None:
        """Begin to deliver."""
        ...

    async def stop(self) -> None:
        """Deliver no more; what was not stored yet is delivered again after the next start."""
        ...
