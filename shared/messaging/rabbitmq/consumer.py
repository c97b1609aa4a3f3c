"""When is a delivery ours? When `receive` has stored it; only then is it acknowledged.

Nothing is ever given back: while the database is away the deliveries are held, unacknowledged, and
tried again. Giving them back would count as a failed delivery each time.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiormq import Channel
from aiormq.abc import DeliveredMessage

from shared.crash_points import crash_point
from shared.messaging.rabbitmq.connection import Connection, open_channel
from shared.messaging.topology import Queue
from shared.messaging.transport import Receiver

log = structlog.get_logger(__name__)
BATCH = 100
PREFETCH = 2 * BATCH
ACK_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# a message that failed alone so often is suspected; it is condemned when others could be stored
# between its own failures, so many times in a row
SUSPECT_AFTER = 5
CONDEMNED_AFTER = 3


class ConsumerLost(Exception):
    """The broker no longer delivers to us."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who receives what."""

    consumer: str
    queue: Queue
    receive: Receiver


class Consumer:
    """Takes what one queue delivers and hands it on in batches: what came while the last was stored."""

    def __init__(self, subscription: Subscription, channel: Channel) -> None:
        self._subscription = subscription
        self._channel = channel
        self._waiting: deque[DeliveredMessage] = deque()
        self._something = asyncio.Event()
        self._stopping = asyncio.Event()
        # done as soon as the broker will deliver no more
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, subscription: Subscription, connection: Connection) -> "Consumer":
        """Begin to take deliveries; they wait until `run`."""
        consumer = cls(subscription, await open_channel(connection))
        channel = consumer._channel
        channel.closing.add_done_callback(consumer._gone)
        channel.on_consumer_cancel_callbacks.add(consumer._gone)
        await channel.basic_qos(prefetch_count=PREFETCH)
        await channel.basic_consume(subscription.queue.name, consumer._arrived)
        return consumer

    async def check(self) -> None:
        """Ask the broker whether it still knows a consumer of this queue.

        :raises Exception: when it does not, or does not answer.
        """
        declared = await self._channel.queue_declare(self._subscription.queue.name, passive=True)
        if not declared.consumer_count:
            raise ConsumerLost(self._subscription.queue.name)

    async def run(self) -> None:
        """Store what arrives until `stop`.

        :raises Exception: when an acknowledgement cannot be sent; whatever was not acknowledged
            comes again.
        """
        while not self._stopping.is_set():
            await self._something.wait()
            await self._store([self._waiting.popleft() for _ in range(self._batch_size())])
            if not self._waiting:
                self._something.clear()

    def stop(self) -> None:
        """Finish what is being stored and take nothing more."""
        self._stopping.set()
        self._something.set()

    def _batch_size(self) -> int:
        return 0 if self._stopping.is_set() else min(BATCH, len(self._waiting))

    async def _arrived(self, message: DeliveredMessage) -> None:
        self._waiting.append(message)
        self._something.set()

    def _gone(self, _: object) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    async def _store(self, batch: Sequence[DeliveredMessage]) -> None:
        """Store a batch; when that fails one by one, in order, so that one message stops no other."""
        left = list(batch)
        while left and not self._stopping.is_set():
            if await self._is_received(left):
                await self._acknowledge(left[-1])
                return
            await self._store_alone(left.pop(0), left)

    async def _store_alone(self, head: DeliveredMessage, rest: Sequence[DeliveredMessage]) -> None:
        """Try one message until it is stored, we are to stop, or it is plain that it never will be.

        The database is away, or this message is poisonous: then others can be stored, before and
        after which it fails.
        """
        failures, accusations = 0, 0
        while not self._stopping.is_set():
            if await self._is_received([head]):
                await self._acknowledge(head)
                return
            failures += 1
            if failures >= SUSPECT_AFTER and await self._another_is_received(head, rest):
                accusations += 1
                if accusations > CONDEMNED_AFTER:
                    await self._set_aside(head)
                    return
            else:
                accusations = 0
                await self._pause(failures)

    async def _is_received(self, chunk: Sequence[DeliveredMessage]) -> bool:
        crash_point("consumer.delivered")
        try:
            await self._subscription.receive([message.body for message in chunk])
        except Exception as error:  # noqa: BLE001 - whatever it was, the deliveries are kept
            log.error(
                "deliveries_not_stored",
                consumer=self._subscription.consumer,
                number=len(chunk),
                error=type(error).__name__,  # its words may hold what was to be stored
            )
            return False
        return True

    async def _another_is_received(
        self, head: DeliveredMessage, rest: Sequence[DeliveredMessage]
    ) -> bool:
        """Whether another message can be stored; it comes again in its turn, and is recognised.

        Preferably one of another stream: between those there is no order to disturb.
        """
        others = [*rest, *self._waiting]
        if not others:
            return False
        return await self._is_received(
            [min(others, key=lambda other: other.routing_key == head.routing_key)]
        )

    async def _pause(self, failures: int) -> None:
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**failures)
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _acknowledge(self, last: DeliveredMessage) -> None:
        """Acknowledge a message and all before it."""
        crash_point("consumer.stored")
        async with asyncio.timeout(ACK_SECONDS):
            await self._channel.basic_ack(_tag(last), multiple=True)
        crash_point("consumer.acknowledged")

    async def _set_aside(self, message: DeliveredMessage) -> None:
        """Send a message to the dead letters, where a person can see it and have it tried again."""
        log.error("delivery_set_aside", queue=self._subscription.queue.name)
        async with asyncio.timeout(ACK_SECONDS):
            await self._channel.basic_reject(_tag(message), requeue=False)


def _tag(message: DeliveredMessage) -> int:
    if message.delivery_tag is None:
        raise TypeError("a delivery has a tag")
    return message.delivery_tag
