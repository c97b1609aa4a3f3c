"""Who keeps a process and the broker connected? The transport: it publishes, consumes, and watches.

Publishing and consuming have a connection each: a broker short of memory or disk stops reading from
those who publish, and must still be drained by those who consume.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from shared.messaging.rabbitmq.connection import close, connect
from shared.messaging.rabbitmq.consumer import Consumer, ConsumerLost, Subscription
from shared.messaging.rabbitmq.declaring import TopologyDrift, ensure, reason
from shared.messaging.rabbitmq.publisher import PUBLISH_SECONDS, Publisher
from shared.messaging.topology import Topology
from shared.messaging.transport import OutgoingMessage, Receiver

log = structlog.get_logger(__name__)
WATCH_SECONDS = 5.0
START_SECONDS = 5.0
_SESSION_SECONDS = 15.0
_ASK_SECONDS = 2.0
STOP_SECONDS = 5.0
# a session that lasted this long was no part of the trouble before it
STEADY_SECONDS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


class RabbitTransport:
    """The broker as a `Transport`. Every disturbance is survived; consumers are back within 30 s."""

    def __init__(
        self,
        url: str,
        topology: Topology | None = None,
        *,
        name: str = "cchc",
        publish_seconds: float = PUBLISH_SECONDS,
        watch_seconds: float = WATCH_SECONDS,
    ) -> None:
        """Nothing is connected yet.

        :param name: what the broker's own tools show for our connections.
        :param publish_seconds: how long a window may take to be confirmed, beside its size.
        :param watch_seconds: how often the broker is asked whether it still knows our consumers,
            and how long it may take to answer.
        """
        self._url = url
        self._name = name
        self._topology = topology or Topology()
        self._watch_seconds = watch_seconds
        self._subscriptions: list[Subscription] = []
        self._publisher = Publisher(
            url, self._topology, name=f"{name} publish", seconds=publish_seconds
        )
        self._supervisor: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._consuming = asyncio.Event()

    def subscribe(self, consumer: str, streams: frozenset[str], receive: Receiver) -> None:
        """Deliver the service's queue to `receive`.

        :raises ValueError: when the queue is not bound to exactly these streams.
        """
        if streams != self._topology.subscriptions.get(consumer):
            raise ValueError(f"the topology binds other streams for {consumer}")
        self._subscriptions.append(Subscription(consumer, self._topology.queue(consumer), receive))

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return once every subscriber's queue has every message.

        :raises NotConfirmed: otherwise; some of the messages may have arrived.
        """
        await self._publisher.publish(messages)

    async def start(self) -> None:
        """Check the topology and begin to deliver; without a broker, as soon as there is one.

        Returns within `START_SECONDS` and a little, whatever the broker does.

        :raises TopologyDrift: when the broker holds something of ours with other arguments.
        """
        self._stopping.clear()
        first_try = asyncio.Event()
        if self._subscriptions:
            self._supervisor = asyncio.create_task(self._supervise(first_try))
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._publisher.open()
                if self._subscriptions:
                    await first_try.wait()
        except TopologyDrift:
            await self.stop()
            raise
        except Exception as error:  # noqa: BLE001 - the services run on, the events wait
            log.warning("broker_unreachable", reason=reason(error))

    async def stop(self) -> None:
        """Finish what is being stored, within `STOP_SECONDS`, and let go of the broker."""
        self._stopping.set()
        await asyncio.gather(self._stop_consuming(), self._publisher.close())

    async def _stop_consuming(self) -> None:
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None:
            return
        patience = STOP_SECONDS if self._consuming.is_set() else 0
        await asyncio.wait([supervisor], timeout=patience)
        supervisor.cancel()
        await asyncio.wait([supervisor])

    async def problem(self) -> str | None:
        """What keeps events from flowing, for readiness; None when nothing does."""
        if self._subscriptions and not self._consuming.is_set():
            return "broker_unreachable"
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                if not self._publisher.connected:
                    await self._publisher.open()
        except Exception:  # noqa: BLE001 - which one it was, the log has said
            return "broker_unreachable"
        return None

    async def _supervise(self, first_try: asyncio.Event) -> None:
        """Consume until stopped, with a new connection after whatever went wrong with the last."""
        failures, was_up = 0, True
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                async with self._session() as consumers:
                    if not was_up:
                        log.info("broker_regained", tries=failures)
                    was_up = True
                    self._consuming.set()
                    first_try.set()
                    await self._watch(consumers)
            except Exception as error:  # noqa: BLE001 - reported once an outage, then tried again
                if was_up:
                    log.warning("broker_lost", error=type(error).__name__, reason=reason(error))
                was_up = False
                failures = 1 if time.monotonic() - begun > STEADY_SECONDS else failures + 1
            finally:
                self._consuming.clear()
                first_try.set()
            await self._pause(failures)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[list[Consumer]]:
        """A connection and on it a consumer for each subscription; closed at the end."""
        connection = await connect(self._url, name=f"{self._name} consume")
        try:
            async with asyncio.timeout(_SESSION_SECONDS):
                await ensure(connection, self._topology)
                consumers = [await Consumer.start(s, connection) for s in self._subscriptions]
            yield consumers
        finally:
            await close(connection)

    async def _watch(self, consumers: Sequence[Consumer]) -> None:
        """Run the consumers until the transport stops.

        :raises Exception: when the broker is gone, does not answer, or does not know us any more.
        """
        runs = [asyncio.create_task(consumer.run()) for consumer in consumers]
        stopping = asyncio.create_task(self._stopping.wait())
        signs: list[asyncio.Future[Any]] = [*runs, stopping, *(c.gone for c in consumers)]
        try:
            while True:
                done, _ = await asyncio.wait(
                    signs, timeout=self._watch_seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if stopping in done:
                    return
                for sign in done:
                    sign.result()
                    raise ConsumerLost("the broker delivers no more")
                async with asyncio.timeout(self._watch_seconds):
                    for consumer in consumers:
                        await consumer.check()
        finally:
            stopping.cancel()
            for consumer in consumers:
                consumer.stop()
            # what is being stored now may still be stored; it comes again and is recognised
            await asyncio.wait(runs, timeout=STOP_SECONDS / 2)
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)

    async def _pause(self, failures: int) -> None:
        """Wait a little longer after each failure, never in step with others, and not when stopping."""
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest * random.uniform(0.5, 1.0)):  # noqa: S311 - no secret
                await self._stopping.wait()
