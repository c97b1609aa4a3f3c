"""What every transport promises, whatever it is made of. Subclasses say how to open one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

from shared.ids import new_id
from shared.messaging.transport import OutgoingMessage, Transport
from tests.support.eventually import eventually

Subscriptions = Mapping[str, frozenset[str]]


@dataclass
class Store:
    """What one service has taken in; it can be told to fail."""

    bodies: list[bytes] = field(default_factory=list)
    failing: int = 0
    calls: int = 0

    async def receive(self, bodies: Sequence[bytes]) -> None:
        self.calls += 1
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the database is away")
        self.bodies += bodies

    @property
    def distinct(self) -> list[bytes]:
        """What was stored, without what came again: what an inbox would hold."""
        return list(dict.fromkeys(self.bodies))


@dataclass
class World:
    """A transport with a store for each subscriber, and a way to cut publishers off."""

    transport: Transport
    stores: Mapping[str, Store]
    cut_off: Callable[[], AbstractAsyncContextManager[None]]


OpenWorld = Callable[[Subscriptions], AbstractAsyncContextManager[World]]
ONE: Subscriptions = {"reader": frozenset({"made.up"})}
TWO: Subscriptions = {
    "first": frozenset({"made.up", "only.first"}),
    "second": frozenset({"made.up"}),
}


def messages(*bodies: bytes, stream: str = "made.up") -> list[OutgoingMessage]:
    return [OutgoingMessage(str(new_id()), stream, body) for body in bodies]


async def publish_until_accepted(transport: Transport, batch: Sequence[OutgoingMessage]) -> int:
    """Publish as the relay does: the same messages again until it succeeds; how often it failed."""
    failures = 0
    while True:
        try:
            await transport.publish(batch)
        except Exception:  # noqa: BLE001 - as the relay does
            failures += 1
            assert failures < 50
            await asyncio.sleep(0.05)
        else:
            return failures


class TransportBehaviour:
    """The suite."""

    @pytest.fixture
    def open_world(self) -> OpenWorld:
        raise TypeError(f"{type(self).__name__} opens no transport")

    @pytest.fixture
    async def one(self, open_world: OpenWorld) -> AsyncIterator[World]:
        async with open_world(ONE) as world:
            yield world

    @pytest.fixture
    async def two(self, open_world: OpenWorld) -> AsyncIterator[World]:
        async with open_world(TWO) as world:
            yield world

    async def test_bytes_arrive_as_they_were_sent_and_in_order(self, one: World):
        bodies = [b"plain", bytes(range(256)), "dấu tiếng Việt".encode(), b"\xff\xfe", b"{}"]

        await one.transport.publish(messages(*bodies))

        await eventually(lambda: one.stores["reader"].bodies == bodies)

    async def test_every_subscriber_has_each_message_once(self, two: World):
        await two.transport.publish(messages(b"1", b"2"))
        await two.transport.publish(messages(b"3", stream="only.first"))
        await two.transport.publish(messages(b"4"))

        first, second = two.stores["first"], two.stores["second"]
        await eventually(lambda: len(first.bodies) >= 4 and len(second.bodies) >= 3)
        assert first.bodies == [b"1", b"2", b"3", b"4"]
        assert second.bodies == [b"1", b"2", b"4"]

    async def test_what_could_not_be_stored_is_delivered_again(self, one: World):
        store = one.stores["reader"]
        store.failing = 2

        await publish_until_accepted(one.transport, messages(b"1", b"2"))

        await eventually(lambda: store.distinct == [b"1", b"2"])
        assert store.calls >= 3

    async def test_a_store_that_fails_keeps_nothing_from_the_others(self, two: World):
        two.stores["first"].failing = 2

        await publish_until_accepted(two.transport, messages(b"1"))

        await eventually(lambda: two.stores["second"].distinct == [b"1"])
        await eventually(lambda: two.stores["first"].distinct == [b"1"])

    async def test_publishing_fails_while_a_subscriber_cannot_be_reached(self, one: World):
        batch = messages(b"1", b"2")

        async with one.cut_off():
            with pytest.raises(Exception, match=r"\w"):
                await one.transport.publish(batch)

        await publish_until_accepted(one.transport, batch)
        await eventually(lambda: one.stores["reader"].distinct == [b"1", b"2"])

    async def test_a_stream_without_subscribers_is_published_to_nobody(self, two: World):
        await two.transport.publish(messages(b"unheard", stream="no.one"))
        await two.transport.publish(messages(b"heard"))

        await eventually(lambda: all(store.bodies for store in two.stores.values()))
        assert two.stores["first"].bodies == two.stores["second"].bodies == [b"heard"]

    async def test_what_was_published_while_stopped_arrives_after_the_next_start(self, one: World):
        await one.transport.publish(messages(b"before"))
        await eventually(lambda: bool(one.stores["reader"].bodies))
        await one.transport.stop()

        await one.transport.publish(messages(b"meanwhile"))
        await one.transport.start()

        await eventually(lambda: one.stores["reader"].bodies == [b"before", b"meanwhile"])

    async def test_a_large_body_arrives_whole(self, one: World):
        body = bytes(range(256)) * 20_000  # 5 MB, many frames

        await one.transport.publish(messages(b"small", body, b"small too"))

        await eventually(lambda: len(one.stores["reader"].bodies) == 3)
        assert one.stores["reader"].bodies[1] == body

    async def test_many_messages_arrive_all_and_in_order(self, one: World):
        bodies = [b"%d" % number for number in range(1_500)]

        await one.transport.publish(messages(*bodies))

        await eventually(lambda: len(one.stores["reader"].bodies) >= len(bodies))
        assert one.stores["reader"].bodies == bodies

    async def test_publishers_at_the_same_time_do_not_disturb_each_other(self, two: World):
        batches = [[b"%d.%d" % (who, number) for number in range(50)] for who in range(4)]

        await asyncio.gather(*(two.transport.publish(messages(*batch)) for batch in batches))

        for store in two.stores.values():
            await eventually(lambda store=store: len(store.bodies) >= 200)
            for batch in batches:
                assert [body for body in store.bodies if body in batch] == batch

    async def test_the_same_message_published_twice_in_one_call_arrives(self, one: World):
        message = messages(b"again")[0]

        await one.transport.publish([message, message])

        await eventually(lambda: one.stores["reader"].bodies == [b"again", b"again"])

    async def test_nothing_to_publish_is_fine(self, one: World):
        await one.transport.publish([])

        assert one.stores["reader"].calls == 0

    async def test_stopping_twice_is_fine(self, one: World):
        await one.transport.stop()
        await one.transport.stop()
        await one.transport.start()
        await one.transport.publish(messages(b"on"))

        await eventually(lambda: one.stores["reader"].bodies == [b"on"])
