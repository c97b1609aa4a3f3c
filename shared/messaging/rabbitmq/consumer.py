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

from shared.messaging.rabbitmq.connection import Connection, open_channel
from shared.messaging.topology import Queue
from shared.messaging.transport import Receiver

log = structlog.get_logger(__name__)
BATCH = 100
PREFETCH = 2 * BATCH
ACK_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# a message that failed alone so often, while another could be stored, will never be
POISONOUS_AFTER = 5


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
        """Store a batch; after a failure one by one, in order, so that one message stops no other."""
        left, failures = list(batch), 0
        while left and not (failures and self._stopping.is_set()):
            chunk = left[:1] if failures else left
            try:
                await self._subscription.receive([message.body for message in chunk])
            except Exception as error:  # noqa: BLE001 - whatever it was, the deliveries are kept
                failures += 1
                log.error(
                    "deliveries_not_stored",
                    consumer=self._subscription.consumer,
                    number=len(chunk),
                    failures=failures,
                    error=type(error).__name__,  # its words may hold what was to be stored
                )
                others = [*left[1:], *self._waiting]
                other = others[failures % len(others)] if others else None
                if failures < POISONOUS_AFTER or not await self._can_be_stored(other):
                    await self._pause(failures)
                    continue
                await self._set_aside(chunk[0])
            else:
                await self._acknowledge(chunk[-1])
            left, failures = left[len(chunk) :], 0

    async def _can_be_stored(self, other: DeliveredMessage | None) -> bool:
        """Whether another message (which comes again) can be: then the fault lies with the first."""
        if other is None:
            return False
        try:
            await self._subscription.receive([other.body])
        except Exception:  # noqa: BLE001 - then the fault may lie with the database
            return False
        return True

    async def _pause(self, failures: int) -> None:
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**failures)
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _acknowledge(self, last: DeliveredMessage) -> None:
        """Acknowledge a message and all before it."""
        async with asyncio.timeout(ACK_SECONDS):
            await self._channel.basic_ack(_tag(last), multiple=True)

    async def _set_aside(self, message: DeliveredMessage) -> None:
        """Send a message to the dead letters, where a person can see it and have it tried again."""
        log.error("delivery_set_aside", queue=self._subscription.queue.name)
        async with asyncio.timeout(ACK_SECONDS):
            await self._channel.basic_reject(_tag(message), requeue=False)


def _tag(message: DeliveredMessage) -> int:
    if message.delivery_tag is None:
        raise TypeError("a delivery has a tag")
    return message.delivery_tag
