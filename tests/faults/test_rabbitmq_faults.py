"""RabbitMQ and the network misbehave: nothing is lost, failures are told, consumers come back."""

import asyncio
import time

import pytest

from deploy.local.rabbitmq import RabbitMQ
from shared.messaging.rabbitmq import NotConfirmed, RabbitTransport
from shared.messaging.rabbitmq.declaring import SETTLE_SECONDS
from tests.shared.transport_behaviour import ONE, messages, publish_until_accepted
from tests.support.eventually import eventually
from tests.support.rabbit_world import BACK_WITHIN, RabbitWorld, rabbit_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class TestBroker:
    async def test_a_stopped_broker_makes_publishing_fail_and_everything_comes_back(
        self, one_reader: RabbitWorld
    ):
        await asyncio.to_thread(one_reader.broker.stop_app)
        started = time.monotonic()
        with pytest.raises(NotConfirmed):
            await one_reader.transport.publish(messages(b"down"))
        assert time.monotonic() - started < 10
        assert await one_reader.transport.problem() == "broker_unreachable"

        await asyncio.to_thread(one_reader.broker.start_app)

        await one_reader.flows_again()
        assert await one_reader.transport.problem() is None

    async def test_what_was_confirmed_survives_sigkill_of_the_broker(self, broker: RabbitMQ):
        bodies = [b"%d" % number for number in range(200)]
        async with rabbit_world(broker, ONE, settle_seconds=SETTLE_SECONDS) as world:
            store = world.stores["reader"]
            store.failing = 1_000_000
            await world.transport.publish(messages(*bodies))

            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.start)
            store.failing = 0

            await eventually(lambda: store.distinct == bodies, within=BACK_WITHIN)
            await world.flows_again()

    async def test_connections_closed_by_the_broker_are_opened_again(
        self, two_readers: RabbitWorld
    ):
        await asyncio.to_thread(two_readers.broker.close_connections)

        await two_readers.flows_again()

    async def test_a_broker_short_of_memory_blocks_publishers_but_not_consumers(
        self, one_reader: RabbitWorld
    ):
        store = one_reader.stores["reader"]
        store.failing = 1
        await one_reader.transport.publish(messages(b"1"))
        await asyncio.to_thread(one_reader.broker.control, "set_vm_memory_high_watermark", "0")
        try:
            await eventually(lambda: store.bodies == [b"1"])
            with pytest.raises(NotConfirmed):
                await one_reader.transport.publish(messages(b"blocked"))
        finally:
            await asyncio.to_thread(
                one_reader.broker.control, "set_vm_memory_high_watermark", "0.4"
            )

        await one_reader.flows_again()

    async def test_without_a_broker_the_start_succeeds_and_delivery_begins_when_there_is_one(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE, start=False) as world:
            await world.proxy.refuse()
            await world.transport.start()
            assert await world.transport.problem() == "broker_unreachable"

            await world.proxy.accept()

            await world.flows_again()

    async def test_who_only_publishes_is_ready_again_without_publishing(self, broker: RabbitMQ):
        async with rabbit_world(broker, ONE, start=False) as world:
            publisher = RabbitTransport(world.proxy.url(broker.url), world.topology)
            await publisher.start()
            assert await publisher.problem() is None
            await world.proxy.refuse()

            async def is_unreachable() -> bool:
                return await publisher.problem() == "broker_unreachable"

            await eventually(is_unreachable)
            await world.proxy.accept()
            assert await publisher.problem() is None
            await publisher.stop()


class TestNetwork:
    @pytest.mark.parametrize("position", [1, 300, 900, 2_000, 5_000, 9_000, 20_000])
    async def test_a_connection_cut_after_n_bytes_loses_nothing_and_keeps_the_order(
        self, broker: RabbitMQ, position: int
    ):
        bodies = [b"%03d" % number * 100 for number in range(60)]
        async with rabbit_world(broker, ONE, start=False) as world:
            world.proxy.cut_after = position
            await world.transport.start()
            for start in range(0, 60, 20):
                await publish_until_accepted(world.transport, messages(*bodies[start : start + 20]))

            store = world.stores["reader"]
            await eventually(lambda: store.distinct == bodies, within=BACK_WITHIN)
            assert world.proxy.cut_after is None, "the cut was reached"

    async def test_cut_connections_are_opened_again(self, two_readers: RabbitWorld):
        for number in range(3):
            await two_readers.proxy.cut()
            await two_readers.flows_again(b"%d" % number)

    async def test_a_stalled_line_makes_publishing_fail_in_time_and_consumers_come_back(
        self, one_reader: RabbitWorld
    ):
        before = one_reader.proxy.accepted
        one_reader.proxy.stall()
        started = time.monotonic()
        with pytest.raises(NotConfirmed, match="0 of 1 confirmed"):
            await one_reader.transport.publish(messages(b"stalled"))
        # 2 s for the confirm, 2 s at most for a goodbye nobody hears
        assert time.monotonic() - started < 6
        await eventually(lambda: one_reader.proxy.accepted > before, within=BACK_WITHIN)
        assert await one_reader.transport.problem() == "broker_unreachable"

        one_reader.proxy.flow()

        await one_reader.flows_again()

    async def test_a_connection_that_is_silently_dead_is_given_up_for_a_new_one(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE, query="?heartbeat=2") as world:
            world.proxy.strand()
            with pytest.raises(NotConfirmed):
                await world.transport.publish(messages(b"into the void"))

            started = time.monotonic()
            await world.transport.publish(messages(b"after"))
            assert time.monotonic() - started < 2

            # the broker, too, must notice before it delivers to the new consumer
            await eventually(lambda: b"after" in world.stores["reader"].bodies, within=BACK_WITHIN)

    async def test_a_slow_line_is_only_slow(self, one_reader: RabbitWorld):
        one_reader.proxy.delay = 0.1
        bodies = [b"%d" % number for number in range(20)]

        await one_reader.transport.publish(messages(*bodies))

        await eventually(lambda: one_reader.stores["reader"].bodies == bodies)

    async def test_starting_on_a_stalled_line_returns_in_time_and_delivers_later(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE, start=False) as world:
            world.proxy.stall()
            started = time.monotonic()
            await world.transport.start()
            assert time.monotonic() - started < 10

            world.proxy.flow()

            await world.flows_again()

    async def test_stopping_on_a_stalled_line_takes_less_than_ten_seconds_and_leaves_nothing(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE) as world:
            await world.transport.publish(messages(b"1"))
            world.proxy.stall()
            started = time.monotonic()

            await world.transport.stop()

            assert time.monotonic() - started < 10
            await eventually(
                lambda: not any("aiormq" in repr(task) for task in asyncio.all_tasks()), within=3
            )
