"""Publishing is cancelled, stores fail, copies come and go: every delivery is stored, once and in order."""

import asyncio
import time

import pytest

from deploy.local.rabbitmq import RabbitMQ
from shared.messaging.rabbitmq import (
    NotConfirmed,
    RabbitTransport,
    count_dead_letters,
    replay_dead_letters,
)
from shared.messaging.rabbitmq.consumer import SUSPECT_AFTER
from tests.shared.transport_behaviour import ONE, Store, messages
from tests.support.eventually import eventually
from tests.support.rabbit_world import BACK_WITHIN, RabbitWorld, rabbit_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class TestPublishing:
    async def test_a_cancelled_publish_credits_no_later_message_with_its_confirm(
        self, one_reader: RabbitWorld
    ):
        for attempt in range(5):
            publishing = asyncio.create_task(
                one_reader.transport.publish(messages(*[b"cancelled"] * 100)), name=str(attempt)
            )
            for _ in range(attempt * 3):
                await asyncio.sleep(0)
            publishing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await publishing

        await one_reader.flows_again()

    async def test_a_publish_cancelled_on_a_stalled_line_leaves_nothing_open(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE, start=False) as world:
            await world.transport.publish(messages(b"1"))
            world.proxy.stall()
            # more than all the buffers on the way can hold
            publishing = asyncio.create_task(world.transport.publish(messages(b"x" * 20_000_000)))
            for _ in range(100):
                await asyncio.sleep(0)

            publishing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await publishing

            await eventually(
                lambda: not any("aiormq" in repr(task) for task in asyncio.all_tasks()), within=3
            )

    async def test_the_first_confirmed_messages_of_a_failed_call_are_counted(
        self, one_reader: RabbitWorld
    ):
        """600 messages are two windows; the line is cut in the second."""
        one_reader.proxy.cut_after = 350_000
        batch = messages(*[b"x" * 500] * 600)

        started = time.monotonic()
        with pytest.raises(NotConfirmed) as refused:
            await one_reader.transport.publish(batch)

        assert refused.value.confirmed == 500
        assert time.monotonic() - started < 5, "told when the line was cut, not at the time-out"


class TestConsuming:
    async def test_of_two_copies_one_works_and_the_other_takes_over_in_order(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE) as world:
            store, standing_by = world.stores["reader"], Store()
            copy = RabbitTransport(broker.url, world.topology)
            copy.subscribe("reader", ONE["reader"], standing_by.receive)
            await copy.start()
            bodies = [b"%d" % number for number in range(900)]

            await copy.publish(messages(*bodies[:300]))
            await eventually(lambda: len(store.bodies) >= 300)
            await copy.publish(messages(*bodies[300:600]))
            await world.proxy.refuse()
            await copy.publish(messages(*bodies[600:]))

            await eventually(lambda: len({*store.bodies, *standing_by.bodies}) == 900)
            await copy.stop()
            assert store.bodies == bodies[: len(store.bodies)]
            assert standing_by.bodies == bodies[900 - len(standing_by.bodies) :]
            assert len(store.bodies) >= 300

    async def test_an_orderly_stop_acknowledges_what_it_stored(self, one_reader: RabbitWorld):
        storing, go_on = asyncio.Event(), asyncio.Event()
        stored: list[bytes] = []

        async def receive(bodies: object) -> None:
            storing.set()
            await go_on.wait()
            stored.extend(bodies)  # type: ignore[call-overload]

        async with rabbit_world(one_reader.broker, ONE, start=False) as world:
            slow = RabbitTransport(world.broker.url, world.topology)
            slow.subscribe("reader", ONE["reader"], receive)
            await slow.start()
            await slow.publish(messages(b"1"))
            await storing.wait()

            stopping = asyncio.create_task(slow.stop())
            for _ in range(100):  # the stop gets as far as it can
                await asyncio.sleep(0)
            go_on.set()
            await stopping

            assert stored == [b"1"]
            await world.transport.start()
            await world.transport.publish(messages(b"2"))
            await eventually(lambda: bool(world.stores["reader"].bodies))
            assert world.stores["reader"].bodies == [b"2"], "1 did not come again"

    async def test_a_database_that_is_away_dead_letters_nothing(self, one_reader: RabbitWorld):
        store = one_reader.stores["reader"]
        store.failing = SUSPECT_AFTER + 2
        await one_reader.transport.publish(messages(b"1", b"2", b"3"))

        await eventually(lambda: store.distinct == [b"1", b"2", b"3"], within=BACK_WITHIN)

        assert await count_dead_letters(one_reader.broker.url, one_reader.topology) == {"reader": 0}

    async def test_a_message_that_can_never_be_stored_is_set_aside_and_can_be_replayed(
        self, broker: RabbitMQ
    ):
        stored: list[bytes] = []
        poisonous = {b"poison"}

        async def receive(bodies: object) -> None:
            taken = list(bodies)  # type: ignore[call-overload]
            if poisonous & set(taken):
                raise RuntimeError("the database refuses it")
            stored.extend(taken)

        async with rabbit_world(broker, ONE, start=False) as world:
            transport = RabbitTransport(broker.url, world.topology)
            transport.subscribe("reader", ONE["reader"], receive)
            await transport.publish(messages(b"1", b"poison", b"2"))
            await transport.start()
            await eventually(lambda: {b"1", b"2"} <= set(stored))

            async def is_set_aside() -> bool:
                return await count_dead_letters(broker.url, world.topology) == {"reader": 1}

            await eventually(is_set_aside, every=0.2)
            poisonous.clear()
            assert await replay_dead_letters(broker.url, "reader", world.topology) == 1
            await eventually(lambda: b"poison" in stored)
            assert await count_dead_letters(broker.url, world.topology) == {"reader": 0}
            await transport.stop()

    async def test_a_queue_of_ours_is_quorum_bounded_in_deliveries_and_never_drops(
        self, one_reader: RabbitWorld
    ):
        queues = await asyncio.to_thread(one_reader.broker.queues, "name", "type", "arguments")

        ours = {q["name"]: q for q in queues if q["name"].startswith(one_reader.topology.namespace)}
        assert {q["type"] for q in ours.values()} == {"quorum"}
        arguments = ours[one_reader.topology.queue("reader").name]["arguments"]
        for wanted in (
            "x-delivery-limit",
            "single-active",
            "reject-publish",
            "at-least-once",
            "dead-letter",
        ):
            assert wanted in arguments
