"""What happens to a delivery the queue gave up on? It waits in a queue of its own and can be tried again."""

import asyncio

from aiormq import Channel
from pamqp.commands import Basic

from shared.messaging.rabbitmq.connection import close, connect, open_channel
from shared.messaging.topology import Topology

_SECONDS = 30.0


async def count_dead_letters(url: str, topology: Topology | None = None) -> dict[str, int]:
    """The number of dead letters of each service that listens to anything.

    :raises Exception: when the broker cannot be reached.
    """
    wanted = topology or Topology()
    connection = await connect(url, name="cchc dead letters")
    try:
        async with asyncio.timeout(_SECONDS):
            channel = await open_channel(connection)
            return {
                consumer: await _waiting(channel, wanted.dead_letter_queue(consumer).name)
                for consumer in wanted.consumers
            }
    finally:
        await close(connection)


async def replay_dead_letters(
    url: str, consumer: str, topology: Topology | None = None, *, limit: int = 10_000
) -> int:
    """Put a service's dead letters back into its queue, oldest first; how many.

    A letter leaves only when the queue has confirmed it. One that came back twice does no harm:
    the inbox knows it.

    :raises Exception: when the broker cannot be reached or does not take one back.
    """
    wanted = topology or Topology()
    dead, queue = wanted.dead_letter_queue(consumer).name, wanted.queue(consumer).name
    connection = await connect(url, name="cchc dead letters")
    try:
        async with asyncio.timeout(_SECONDS):
            channel = await open_channel(connection)
            # not more than there were: what is given up on at once must not go round for ever
            at_most, moved = min(limit, await _waiting(channel, dead)), 0
            while moved < at_most and await _move_one(channel, dead, queue):
                moved += 1
            return moved
    finally:
        await close(connection)


async def _waiting(channel: Channel, queue: str) -> int:
    declared = await channel.queue_declare(queue, passive=True)
    return declared.message_count or 0


async def _move_one(channel: Channel, dead: str, queue: str) -> bool:
    letter = await channel.basic_get(dead)
    if letter.delivery_tag is None:
        return False
    properties = letter.header.properties
    properties.headers = None  # the marks of its death
    outcome = await channel.basic_publish(
        letter.body, routing_key=queue, properties=properties, mandatory=True
    )
    if not isinstance(outcome, Basic.Ack):
        raise TypeError(f"the broker answered {type(outcome).__name__}")
    await channel.basic_ack(letter.delivery_tag)
    return True
