"""Is everything there that messages need? Declared by a migrate step, checked at every start."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping

import structlog
from aio_pika.exceptions import (
    AMQPConnectionError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
)

from shared.messaging.rabbitmq.connection import Connection, close, connect, open_channel
from shared.messaging.topology import Topology
from shared.texts import text

log = structlog.get_logger(__name__)
DECLARE_SECONDS = 30.0
# RabbitMQ 3.10 notes a new quorum queue in a file it writes up to 3 s later; a broker killed before
# that comes back without the queue's messages, confirmed or not
SETTLE_SECONDS = 4.0
_PAUSE = 0.5


class BrokerUnusable(Exception):
    """The broker cannot be used as it is. The message is one sentence for the operator."""


class TopologyDrift(BrokerUnusable):
    """A queue or exchange exists with other arguments; only a person can decide what to do."""


async def declare_topology(
    url: str,
    topology: Topology | None = None,
    *,
    wait_seconds: float = 30.0,
    settle_seconds: float = SETTLE_SECONDS,
) -> None:
    """Declare exchange, queues and bindings of all services. What is there already stays.

    :param wait_seconds: how long to wait for a broker that is still starting.
    :param settle_seconds: how long to wait after a queue was made.
    :raises TopologyDrift: when something is there with other arguments.
    :raises BrokerUnusable: when the broker cannot be reached.
    """
    wanted = topology or Topology()
    connection = await _patient_connect(url, wait_seconds)
    try:
        async with asyncio.timeout(DECLARE_SECONDS):
            is_new = await _missing(connection, wanted) is not None
            await declare(connection, wanted)
    finally:
        await close(connection)
    if is_new:
        await asyncio.sleep(settle_seconds)


async def _patient_connect(url: str, seconds: float) -> Connection:
    until = time.monotonic() + seconds
    while True:
        try:
            return await connect(url, name="cchc migrate")
        except (AMQPConnectionError, OSError, TimeoutError) as error:
            if time.monotonic() > until:
                raise BrokerUnusable(text("broker.unreachable", why=reason(error))) from error
            await asyncio.sleep(_PAUSE)


async def declare(connection: Connection, topology: Topology) -> None:
    """Declare everything on a channel of its own, as one failed declaration ends a channel."""
    channel = await open_channel(connection)
    for exchange, kind in (
        (topology.exchange, "topic"),
        (topology.dead_letter_exchange, "direct"),
    ):
        with _told_when_it_differs(exchange, {"type": kind}):
            await channel.exchange_declare(exchange, exchange_type=kind, durable=True)
    for consumer in topology.consumers:
        queue, dead = topology.queue(consumer), topology.dead_letter_queue(consumer)
        for wanted in (dead, queue):
            with _told_when_it_differs(wanted.name, wanted.arguments):
                await channel.queue_declare(
                    wanted.name, durable=True, arguments=dict(wanted.arguments)
                )
        await channel.queue_bind(dead.name, topology.dead_letter_exchange, dead.name)
        for stream in sorted(queue.streams):
            await channel.queue_bind(queue.name, topology.exchange, stream)
    await channel.close()


@contextlib.contextmanager
def _told_when_it_differs(name: str, wanted: Mapping[str, object]) -> Iterator[None]:
    try:
        yield
    except ChannelPreconditionFailed as error:
        # the broker's own words are cut off when they grow long, so ours name what is needed
        needed = ", ".join(f"{key}={value}" for key, value in wanted.items())
        sentence = text("broker.drift", name=name, wanted=needed, why=reason(error))
        raise TopologyDrift(sentence) from error


async def ensure(connection: Connection, topology: Topology) -> None:
    """Check that everything is there; declare what somebody has deleted.

    :raises TopologyDrift: as `declare_topology`.
    """
    missing = await _missing(connection, topology)
    if missing is not None:
        log.error("broker_topology_missing", missing=missing)
        await declare(connection, topology)


async def _missing(connection: Connection, topology: Topology) -> str | None:
    """What the broker says about the first thing that is not there; None when all is."""
    channel = await open_channel(connection)
    try:
        for exchange in (topology.exchange, topology.dead_letter_exchange):
            await channel.exchange_declare(exchange, passive=True)
        for consumer in topology.consumers:
            for queue in (topology.queue(consumer), topology.dead_letter_queue(consumer)):
                await channel.queue_declare(queue.name, passive=True)
    except ChannelNotFoundEntity as error:
        return reason(error)
    await channel.close()
    return None


def reason(error: BaseException) -> str:
    """What went wrong, in the broker's or the system's words; never with an address's password."""
    return str(error) or type(error).__name__
