"""When may the relay say "sent"? When the broker has confirmed that every subscriber's queue has it."""

import asyncio
from collections.abc import Iterator, Sequence

from aiormq import Channel
from pamqp.commands import Basic

from shared.crash_points import crash_point
from shared.messaging.rabbitmq.connection import Connection, close, connect, open_channel
from shared.messaging.rabbitmq.declaring import ensure, reason
from shared.messaging.topology import Topology
from shared.messaging.transport import OutgoingMessage

WINDOW_MESSAGES = 500
WINDOW_BYTES = 1_000_000
PUBLISH_SECONDS = 10.0
# a slower line than this is as good as none
_BYTES_PER_SECOND = 50_000
_PERSISTENT = 2


class NotConfirmed(Exception):
    """The broker did not take everything; `confirmed` messages, the first ones, are safe with it."""

    def __init__(self, confirmed: int, total: int, cause: BaseException) -> None:
        super().__init__(f"{confirmed} of {total} confirmed: {reason(cause)}")
        self.confirmed = confirmed


class Publisher:
    """Sends in windows on a connection of its own; after any failure the next try has a new one."""

    def __init__(self, url: str, topology: Topology, *, name: str, seconds: float) -> None:
        self._url = url
        self._topology = topology
        self._name = name
        self._seconds = seconds
        self._connection: Connection | None = None
        self._channel: Channel | None = None
        self._turn = asyncio.Lock()

    @property
    def connected(self) -> bool:
        return self._channel is not None and not self._channel.is_closed

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send, in order, to every subscriber; streams nobody listens to are left out.

        Each window is bounded by time, the waiting for a connection included.

        :raises NotConfirmed: when not every message was confirmed in every subscriber's queue.
        """
        wanted = [m for m in messages if self._topology.subscribers(m.stream)]
        confirmed = 0
        async with self._turn:
            for window in windows(wanted):
                size = sum(len(m.body) for m in window)
                try:
                    async with asyncio.timeout(self._seconds + size / _BYTES_PER_SECOND):
                        await self._send(await self._open(), window)
                except BaseException as error:
                    # after a time-out or a cancellation nobody knows which confirm is whose
                    await self._drop()
                    if isinstance(error, Exception):
                        raise NotConfirmed(confirmed, len(wanted), error) from error
                    raise
                confirmed += len(window)
                crash_point("publisher.confirmed")

    async def open(self) -> None:
        """Connect now rather than with the first message.

        :raises Exception: when the broker cannot be reached or its topology has drifted.
        """
        async with self._turn:
            try:
                await self._open()
            except BaseException:
                await self._drop()
                raise

    async def close(self) -> None:
        """Let go of the connection; a later `publish` opens another."""
        async with self._turn:
            await self._drop()

    async def _open(self) -> Channel:
        if self._channel is None or self._channel.is_closed:
            await self._drop()
            self._connection = await connect(self._url, name=self._name)
            await ensure(self._connection, self._topology)
            self._channel = await open_channel(self._connection)
        return self._channel

    async def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            await close(connection)

    async def _send(self, channel: Channel, window: Sequence[OutgoingMessage]) -> None:
        await self._bind(channel, sorted({m.stream for m in window}))
        sending = asyncio.gather(
            *(self._send_one(channel, message) for message in window), return_exceptions=True
        )
        await _confirmed_or_closed(sending, channel)
        for outcome in sending.result():
            if isinstance(outcome, BaseException):
                raise outcome
            if not isinstance(outcome, Basic.Ack):
                raise TypeError(f"the broker answered {type(outcome).__name__}")

    async def _send_one(self, channel: Channel, message: OutgoingMessage) -> object:
        """One persistent message; what the broker said to it."""
        crash_point("publisher.sending")
        return await channel.basic_publish(
            message.body,
            exchange=self._topology.exchange,
            routing_key=message.stream,
            properties=Basic.Properties(
                content_type="application/cloudevents+json",
                delivery_mode=_PERSISTENT,
                message_id=message.message_id,
            ),
            mandatory=True,
            wait=False,  # the confirm is what we wait for, not the socket
        )

    async def _bind(self, channel: Channel, streams: Sequence[str]) -> None:
        """Bind again what the window needs, unasked and unanswered, right before it.

        `mandatory` notices a lost binding only when no queue at all is left for a stream; of two
        subscribers one would silently miss events. Binding what is bound costs the broker a look;
        a queue that is gone closes the channel, which the publishing then sees.
        """
        for stream in streams:
            for consumer in self._topology.subscribers(stream):
                queue = self._topology.queue(consumer).name
                await channel.queue_bind(queue, self._topology.exchange, stream, nowait=True)


async def _confirmed_or_closed(sending: asyncio.Future[list[object]], channel: Channel) -> None:
    """Wait for all confirms, but not for those a closed channel will never bring.

    :raises ConnectionError: when the channel was closed first.
    """
    closing = channel.closing
    try:
        await asyncio.wait({sending, closing}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            raise ConnectionError("the channel was closed before everything was confirmed")
    finally:
        closing.cancel()
        if not sending.done():
            sending.cancel()
            await asyncio.wait({sending})
            sending.exception()  # looked at, so that nobody is told it was not


def windows(messages: Sequence[OutgoingMessage]) -> Iterator[list[OutgoingMessage]]:
    """Cut into windows of bounded number and size, in none of which an id stands twice.

    aiormq tells returned messages apart by their id.
    """
    window: list[OutgoingMessage] = []
    ids: set[str] = set()
    size = 0
    for message in messages:
        full = len(window) == WINDOW_MESSAGES or size + len(message.body) > WINDOW_BYTES
        if window and (full or message.message_id in ids):
            yield window
            window, ids, size = [], set(), 0
        window.append(message)
        ids.add(message.message_id)
        size += len(message.body)
    if window:
        yield window
