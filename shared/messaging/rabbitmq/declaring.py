"""Is everything there that messages need? Declared by a migrate step, checked at every start."""

import asyncio
import time

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
_PAUSE = 0.5


class BrokerUnusable(Exception):
    """The broker cannot be used as it is. The message is one sentence for the operator."""


class TopologyDrift(BrokerUnusable):
    """A queue or exchange exists with other arguments; only a person can decide what to do."""


async def declare_topology(
    url: str, topology: Topology | None = None, *, wait_seconds: float = 30.0
) -> None:
    """Declare exchange, queues and bindings of all services. What is there already stays.

    :param wait_seconds: how long to wait for a broker that is still starting.
    :raises TopologyDrift: when something is there with other arguments.
    :raises BrokerUnusable: when the broker cannot be reached.
    """
    until = time.monotonic() + wait_seconds
    while True:
        try:
            connection = await connect(url, name="cchc migrate")
        except (AMQPConnectionError, OSError, TimeoutError) as error:
            if time.monotonic() > until:
                raise BrokerUnusable(text("broker.unreachable", why=reason(error))) from error
            await asyncio.sleep(_PAUSE)
            continue
        try:
            async with asyncio.timeout(DECLARE_SECONDS):
                await declare(connection, topology or Topology())
        finally:
            await close(connection)
        return


async def declare(connection: Connection, topology: Topology) -> None:
    """Declare everything on a channel of its own, as one failed declaration ends a channel."""
    channel = await open_channel(connection)
    name = topology.exchange
    try:
        await channel.exchange_declare(name, exchange_type="topic", durable=True)
        name = topology.dead_letter_exchange
        await channel.exchange_declare(name, exchange_type="direct", durable=True)
        for consumer in topology.consumers:
            queue, dead = topology.queue(consumer), topology.dead_letter_queue(consumer)
            for wanted in (dead, queue):
                name = wanted.name
                await channel.queue_declare(name, durable=True, arguments=dict(wanted.arguments))
            await channel.queue_bind(dead.name, topology.dead_letter_exchange, dead.name)
            for stream in sorted(queue.streams):
                await channel.queue_bind(queue.name, topology.exchange, stream)
    except ChannelPreconditionFailed as error:
        raise TopologyDrift(text("broker.drift", name=name, why=reason(error))) from error
    await channel.close()


async def ensure(connection: Connection, topology: Topology) -> None:
    """Check that everything is there; declare what somebody has deleted.

    :raises TopologyDrift: as `declare_topology`.
    """
    channel = await open_channel(connection)
    try:
        await channel.exchange_declare(topology.exchange, passive=True)
        for consumer in topology.consumers:
            for queue in (topology.queue(consumer), topology.dead_letter_queue(consumer)):
                await channel.queue_declare(queue.name, passive=True)
    except ChannelNotFoundEntity as error:
        log.error("broker_topology_missing", missing=reason(error))
        await declare(connection, topology)
    else:
        await channel.close()


def reason(error: BaseException) -> str:
    """What went wrong, in the broker's or the system's words; never with an address's password."""
    return str(error) or type(error).__name__
