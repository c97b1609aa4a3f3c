"""Does every committed event leave, in order, and no other? (reliability-and-security.md §A.1)"""

import json
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.contracts.plans import PlanStateChanged
from shared.ids import new_id
from shared.messaging.relay import BATCH, WINDOW, Relay
from shared.messaging.transport import OutgoingMessage
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import announcement


class Wire:
    """A transport that can be down, or forget to answer after it delivered."""

    def __init__(self) -> None:
        self.down = False
        self.forgetful = False
        self.carried: list[OutgoingMessage] = []

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        if self.down:
            raise ConnectionError("no broker")
        self.carried += messages
        if self.forgetful:
            raise TimeoutError("no confirm")

    def sequences(self, code: str) -> list[int]:
        envelopes = [json.loads(m.body) for m in self.carried]
        return [e["sequence"] for e in envelopes if e["subject"] == code]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def relay(toy: ToyPlatform, wire: Wire, clock: FrozenClock) -> Relay:
    return Relay(toy.context.database, toy.context.tables, wire, clock)  # type: ignore[arg-type]


async def announce(toy: ToyPlatform, *codes: str) -> None:
    async with toy.context.unit_of_work("announce") as uow:
        for code in codes:
            uow.publish(announcement(code))


async def outbox(toy: ToyPlatform) -> list[dict[str, object]]:
    return await toy.rows(toy.context.tables.outbox)


async def test_committed_events_leave_in_order_with_their_sequence(
    toy: ToyPlatform, relay: Relay, wire: Wire
) -> None:
    await announce(toy, "A", "B", "A")
    await announce(toy, "A")
    assert await relay.run_once() == 4
    assert await relay.run_once() == 0
    assert wire.sequences("A") == [1, 2, 3]
    assert wire.sequences("B") == [1]
    assert {row["state"] for row in await outbox(toy)} == {"published"}


async def test_an_event_is_a_cloudevent_and_keeps_its_trace(
    toy: ToyPlatform, boss: Api, relay: Relay, wire: Wire
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await boss.post("/plans/v1/notes", {"unit_code": "T", "title": "a"}, headers=headers)
    await relay.run_once()
    envelope = json.loads(wire.carried[0].body)
    assert envelope["specversion"] == "1.0"
    assert envelope["source"] == "/plans"
    assert envelope["id"] == wire.carried[0].message_id
    assert envelope["traceparent"].split("-")[1] == trace
    assert envelope["time"] == "2026-11-21T02:00:00Z"


async def test_events_of_a_rolled_back_command_never_leave(
    toy: ToyPlatform, boss: Api, relay: Relay, wire: Wire
) -> None:
    await boss.post("/plans/v1/notes:fail", {"how": "unexpected"})
    await announce(toy, "N0")
    await relay.run_once()
    assert wire.sequences("N0") == [1], "no gap is left by what never happened"


async def test_a_failing_transport_keeps_the_rows_and_waits_longer_each_time(
    toy: ToyPlatform, relay: Relay, wire: Wire, clock: FrozenClock
) -> None:
    await announce(toy, "A", "B")
    wire.down = True
    pauses = []
    for attempt in range(1, 8):
        assert await relay.run_once() == 0
        rows = await outbox(toy)
        assert {(r["state"], r["attempts"], r["last_error"]) for r in rows} == {
            ("pending", attempt, "ConnectionError")
        }
        pause = rows[0]["next_attempt_at"] - clock.now()  # type: ignore[operator]
        pauses.append(pause)
        assert await relay.run_once() == 0
        assert (await outbox(toy))[0]["attempts"] == attempt, "not tried before its time"
        clock.advance(seconds=pause.total_seconds())
    assert timedelta(0) < pauses[0] < pauses[-1] <= timedelta(minutes=5)
    wire.down = False
    assert await relay.run_once() == 2
    assert {(r["state"], r["last_error"]) for r in await outbox(toy)} == {("published", None)}


async def test_an_unconfirmed_event_is_sent_again_under_the_same_id(
    toy: ToyPlatform, relay: Relay, wire: Wire, clock: FrozenClock
) -> None:
    await announce(toy, "A")
    wire.forgetful = True
    await relay.run_once()
    wire.forgetful = False
    clock.advance(minutes=10)
    await relay.run_once()
    assert len(wire.carried) == 2
    assert len({m.message_id for m in wire.carried}) == 1


async def test_later_events_wait_for_a_failed_one_and_new_aggregates_do_not(
    toy: ToyPlatform, relay: Relay, wire: Wire, clock: FrozenClock
) -> None:
    await announce(toy, *(f"A{n}" for n in range(BATCH + 5)))
    wire.down = True
    await relay.run_once()
    wire.down = False
    await announce(toy, "A1", "NEW")
    await relay.run_once()
    assert wire.sequences("NEW") == [1], "a full batch of waiting rows holds up nobody"
    assert wire.sequences("A1") == []
    clock.advance(minutes=10)
    while await relay.run_once():
        pass
    assert wire.sequences("A1") == [1, 2]


async def test_an_event_nobody_listens_to_is_marked_so(toy: ToyPlatform) -> None:
    async with toy.context.unit_of_work("announce") as uow:
        uow.publish(
            PlanStateChanged(id=new_id(), number=None, year=2026, unit_code="T", state="draft")
        )
    assert [row["state"] for row in await outbox(toy)] == ["no_subscribers"]


async def test_order_per_aggregate_survives_a_transport_that_fails_at_random(
    toy: ToyPlatform, relay: Relay, wire: Wire, clock: FrozenClock
) -> None:
    choice = random.Random(7)  # noqa: S311 - repeatable, not secret
    for _ in range(25):
        await announce(toy, *(f"U{choice.randint(1, 5)}" for _ in range(4)))
        wire.down, wire.forgetful = choice.random() < 0.3, choice.random() < 0.3
        await relay.run_once()
        clock.advance(seconds=choice.choice([0, 1, 60]))
    wire.down = wire.forgetful = False
    clock.advance(hours=1)
    while await relay.run_once():
        pass
    for n in range(1, 6):
        first_seen = list(dict.fromkeys(wire.sequences(f"U{n}")))
        assert first_seen == list(range(1, len(first_seen) + 1))
    assert {row["state"] for row in await outbox(toy)} == {"published"}


async def test_what_one_service_announces_the_other_knows_when_all_is_quiet(
    toy: ToyPlatform,
) -> None:
    await announce(toy, "X", "Y", "X")
    await toy.settle()
    nodes = toy.listener.context.tables.unit_nodes
    async with toy.listener.context.database.reading() as session:
        known = set(await session.scalars(nodes.select().with_only_columns(nodes.c.code)))
    assert {"X", "Y"} <= known


async def test_what_a_window_sent_is_marked_though_the_next_one_fails(
    toy: ToyPlatform, relay: Relay, wire: Wire
) -> None:
    await announce(toy, *(f"U{number:04d}" for number in range(WINDOW + 1)))
    publish = wire.publish

    async def once(messages: Sequence[OutgoingMessage]) -> None:
        await publish(messages)
        wire.down = True

    wire.publish = once  # type: ignore[method-assign]
    assert await relay.run_once() == WINDOW
    states = [row["state"] for row in await outbox(toy)]
    assert states == ["published"] * WINDOW + ["pending"]
