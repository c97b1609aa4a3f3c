"""Queues, bindings and arguments go missing or differ: publishing says so, and what can heal heals."""

import aio_pika
import pytest

from deploy.local.rabbitmq import RabbitMQ
from shared.messaging.rabbitmq import (
    BrokerUnusable,
    NotConfirmed,
    RabbitTransport,
    TopologyDrift,
    declare_topology,
)
from shared.messaging.topology import Topology
from shared.texts import current_language
from tests.shared.transport_behaviour import ONE, messages, publish_until_accepted
from tests.support.eventually import eventually
from tests.support.rabbit_world import RabbitWorld, rabbit_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
Channel = aio_pika.abc.AbstractChannel


class TestTopology:
    async def test_a_binding_lost_for_one_of_two_subscribers_costs_it_no_event(
        self, two_readers: RabbitWorld
    ):
        await two_readers.transport.publish(messages(b"before"))
        await two_readers.unbind("second", "made.up")
        await two_readers.transport.publish(messages(b"after"))

        await eventually(lambda: two_readers.stores["second"].bodies == [b"before", b"after"])

    async def test_a_message_the_broker_returns_is_not_taken_for_sent(
        self, one_reader: RabbitWorld, monkeypatch: pytest.MonkeyPatch
    ):
        async def lose_the_binding_right_after_binding(*_: object) -> None:
            await one_reader.unbind("reader", "made.up")

        publisher = one_reader.transport._publisher
        monkeypatch.setattr(publisher, "_bind", lose_the_binding_right_after_binding)
        batch = messages(b"1", b"2")
        with pytest.raises(NotConfirmed, match=r"0 of 2 confirmed.*NO_ROUTE"):
            await one_reader.transport.publish(batch)

        monkeypatch.undo()
        await publish_until_accepted(one_reader.transport, batch)
        await eventually(lambda: one_reader.stores["reader"].bodies == [b"1", b"2"])

    async def test_a_deleted_queue_makes_publishing_fail_and_comes_back(
        self, two_readers: RabbitWorld
    ):
        await two_readers.administer(
            lambda c: c.queue_delete(two_readers.topology.queue("second").name)
        )
        batch = messages(b"1")

        failures = await publish_until_accepted(two_readers.transport, batch)

        assert failures > 0 or two_readers.stores["second"].bodies == [b"1"]
        for store in two_readers.stores.values():
            await eventually(lambda store=store: store.distinct == [b"1"])

    async def test_a_consumer_the_broker_cancelled_is_back_before_the_next_check(
        self, broker: RabbitMQ
    ):
        async with rabbit_world(broker, ONE, watch_seconds=60) as world:
            await world.administer(lambda c: c.queue_delete(world.topology.queue("reader").name))

            await world.flows_again()

    async def test_a_deleted_exchange_makes_publishing_fail_and_comes_back(
        self, one_reader: RabbitWorld
    ):
        await one_reader.administer(lambda c: c.exchange_delete(one_reader.topology.exchange))

        with pytest.raises(NotConfirmed, match="NOT_FOUND"):
            await one_reader.transport.publish(messages(b"1"))

        await one_reader.flows_again()

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("vi", "RabbitMQ đã có “{name}” với tham số khác"),
            ("en", "RabbitMQ already has “{name}” with other arguments"),
        ],
    )
    async def test_other_arguments_are_refused_with_a_sentence_that_says_what_to_do(
        self, broker: RabbitMQ, language: str, sentence: str
    ):
        async with rabbit_world(broker, ONE, start=False) as world:
            name = world.topology.queue("reader").name

            async def declare_otherwise(channel: Channel) -> None:
                await channel.queue_delete(name)
                await channel.declare_queue(
                    name, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3}
                )

            await world.administer(declare_otherwise)
            token = current_language.set(language)
            try:
                with pytest.raises(TopologyDrift) as refused:
                    await declare_topology(broker.url, world.topology)
            finally:
                current_language.reset(token)

        said = str(refused.value)
        assert said.startswith(sentence.format(name=name))
        assert "x-delivery-limit=100" in said
        assert "rabbitmqctl delete_queue" in said

    async def test_declaring_again_changes_nothing(self, one_reader: RabbitWorld):
        await one_reader.transport.publish(messages(b"1"))

        await declare_topology(one_reader.broker.url, one_reader.topology)

        await eventually(lambda: one_reader.stores["reader"].bodies == [b"1"])

    async def test_a_broker_that_cannot_be_reached_is_told_in_one_sentence(self):
        with pytest.raises(BrokerUnusable, match="Không kết nối được RabbitMQ") as refused:
            await declare_topology("amqp://guest:secret@127.0.0.1:1/", wait_seconds=0)

        assert "secret" not in str(refused.value)

    def test_subscribing_to_streams_that_are_not_bound_is_refused(self):
        transport = RabbitTransport("amqp://nowhere", Topology("t", ONE))

        with pytest.raises(ValueError, match="other streams"):
            transport.subscribe("reader", frozenset({"another.stream"}), _ignore)


async def _ignore(_: object) -> None:
    """A receiver nobody calls."""
