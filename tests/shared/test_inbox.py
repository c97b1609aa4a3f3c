"""Is each event applied once, in order, and never lost when its handler fails?"""

import json
from typing import Any

import pytest
from sqlalchemy import select

from shared.ids import new_id
from shared.messaging.inbox import MAX_ATTEMPTS, Inbox
from shared.messaging.subscriptions import Subscriptions
from shared.unit_of_work import UnitOfWork
from tests.support.frozen_clock import FrozenClock
from tests.support.steps import StateKnown, StepTaken, message
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import Note, NoteIn, write_note


class Diary:
    """An inbox whose handlers write down what they were told, or fail when told to."""

    def __init__(self, toy: ToyPlatform, clock: FrozenClock) -> None:
        self.toy, self.clock = toy, clock
        self.failing: set[tuple[str, int]] = set()
        subscriptions = Subscriptions()
        subscriptions.on(StepTaken, self._write)
        subscriptions.on(StateKnown, self._write)
        context = toy.context
        self.inbox = Inbox("diary", context.database, context.tables, subscriptions, clock)

    async def _write(self, event: Any, uow: UnitOfWork) -> None:
        await write_note(uow, NoteIn(unit_code="T", title=f"{event.who}{event.number}"))
        if (event.who, event.number) in self.failing:
            raise RuntimeError(f"cannot take {event.who}{event.number}")

    async def arrives(self, event: Any, sequence: int) -> bytes:
        body = message(event, sequence, self.clock)
        await self.inbox.receive([body])
        return body

    async def step(self, who: str, *numbers: int) -> None:
        for number in numbers:
            await self.arrives(StepTaken(who=who, number=number), number)

    async def state(self, who: str, number: int) -> None:
        await self.arrives(StateKnown(who=who, number=number), number)

    async def handle(self, times: int = 1) -> int:
        """Run until nothing is ready; `times` > 1 also waits for what failed to be tried again."""
        done = 0
        for _ in range(times):
            while handled := await self.inbox.run_once(self._transaction):
                done += handled
            if times > 1:
                self.clock.advance(minutes=10)
        return done

    def _transaction(self, event_type: str, traceparent: str | None) -> Any:
        return self.toy.context.unit_of_work(event_type, traceparent=traceparent)

    async def written(self) -> list[str]:
        async with self.toy.context.database.reading() as session:
            return list(await session.scalars(select(Note.title).order_by(Note.id)))

    async def states(self) -> dict[str, str]:
        found = {}
        for row in await self.toy.rows(self.toy.context.tables.inbox):
            name = json.loads(row["body"])["data"] if row["type"] else {"who": "?", "number": 0}
            found[f"{name['who']}{name['number']}"] = row["state"]
        return found

    async def row(self) -> dict[str, Any]:
        [row] = await self.toy.rows(self.toy.context.tables.inbox)
        return row


@pytest.fixture
async def diary(toy: ToyPlatform, clock: FrozenClock) -> Diary:
    return Diary(toy, clock)


async def test_events_are_applied_in_the_order_they_came(diary: Diary) -> None:
    await diary.step("a", 1, 2, 3)
    await diary.step("b", 1)
    assert await diary.handle() == 4
    assert await diary.written() == ["a1", "a2", "a3", "b1"]
    assert set((await diary.states()).values()) == {"done"}


async def test_a_message_that_comes_twice_is_applied_once(diary: Diary) -> None:
    body = await diary.arrives(StepTaken(who="a", number=1), 1)
    await diary.inbox.receive([body, body])
    await diary.handle()
    await diary.inbox.receive([body])
    await diary.handle()
    assert await diary.written() == ["a1"]


async def test_the_first_sequence_seen_of_an_aggregate_is_accepted(diary: Diary) -> None:
    """A service that joins late has not missed anything it could have had."""
    await diary.step("a", 17, 18)
    await diary.handle()
    assert await diary.written() == ["a17", "a18"]


async def test_an_older_state_is_superseded_and_not_applied(diary: Diary) -> None:
    await diary.state("a", 5)
    await diary.handle()
    await diary.state("a", 4)
    await diary.handle()
    assert await diary.written() == ["a5"]
    assert await diary.states() == {"a5": "done", "a4": "superseded"}


async def test_a_step_that_comes_after_its_successor_is_not_lost_silently(diary: Diary) -> None:
    await diary.step("a", 2)
    await diary.handle()
    await diary.step("a", 1)
    await diary.handle(times=MAX_ATTEMPTS + 1)
    assert await diary.states() == {"a2": "done", "a1": "parked"}


async def test_a_failing_handler_leaves_no_effect_and_is_tried_again_later(
    diary: Diary, clock: FrozenClock
) -> None:
    diary.failing.add(("a", 1))
    await diary.step("a", 1)
    assert await diary.handle() == 0
    assert await diary.written() == []
    assert await diary.toy.count(diary.toy.context.tables.outbox) == 0
    row = await diary.row()
    assert (row["state"], row["attempts"]) == ("pending", 1)
    assert row["last_error"] == "RuntimeError: cannot take a1"
    assert row["next_attempt_at"] > clock.now()
    diary.failing.clear()
    assert await diary.handle() == 0, "not before its time"
    clock.advance(minutes=1)
    assert await diary.handle() == 1
    assert await diary.written() == ["a1"]


async def test_what_never_works_is_parked_and_kept(diary: Diary) -> None:
    diary.failing.add(("a", 1))
    await diary.step("a", 1)
    await diary.handle(times=MAX_ATTEMPTS + 3)
    row = await diary.row()
    assert (row["state"], row["attempts"]) == ("parked", MAX_ATTEMPTS)
    assert await diary.written() == []


async def test_the_pauses_grow_and_stay_below_five_minutes(
    diary: Diary, clock: FrozenClock
) -> None:
    diary.failing.add(("a", 1))
    await diary.step("a", 1)
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        await diary.handle()
        pause = (await diary.row())["next_attempt_at"] - clock.now()
        pauses.append(pause.total_seconds())
        clock.advance(seconds=pause.total_seconds())
    assert all(0 < pause <= 300 for pause in pauses)
    assert pauses[-1] > 8 * pauses[0]


async def test_later_steps_wait_behind_a_failed_one_while_others_go_on(diary: Diary) -> None:
    diary.failing.add(("a", 1))
    await diary.step("a", 1, 2)
    await diary.step("b", 1)
    await diary.handle(times=MAX_ATTEMPTS + 1)
    assert await diary.written() == ["b1"]
    assert await diary.states() == {"a1": "parked", "a2": "pending", "b1": "done"}


async def test_a_neighbour_in_the_batch_of_a_failing_event_is_applied_once(diary: Diary) -> None:
    """The batch is rolled back as a whole; alone, each but the bad one succeeds."""
    diary.failing.add(("b", 1))
    await diary.step("a", 1)
    await diary.step("b", 1)
    await diary.step("c", 1)
    assert await diary.handle() == 2
    assert await diary.written() == ["a1", "c1"]


async def test_a_replayed_step_lets_those_behind_it_go(diary: Diary, clock: FrozenClock) -> None:
    diary.failing.add(("a", 1))
    await diary.step("a", 1, 2, 3)
    await diary.handle(times=MAX_ATTEMPTS + 1)
    diary.failing.clear()
    inbox = diary.toy.context.tables.inbox
    async with diary.toy.context.database.writing() as session:
        await session.execute(
            inbox.update()
            .where(inbox.c.state == "parked")
            .values(state="pending", attempts=0, next_attempt_at=None)
        )
        await session.commit()
    await diary.handle()
    assert await diary.written() == ["a1", "a2", "a3"]


async def test_a_newer_state_does_not_wait_and_makes_the_parked_one_obsolete(
    diary: Diary,
) -> None:
    diary.failing.add(("a", 1))
    await diary.state("a", 1)
    await diary.handle(times=MAX_ATTEMPTS + 1)
    assert await diary.states() == {"a1": "parked"}
    await diary.state("a", 2)
    await diary.handle()
    assert await diary.written() == ["a2"]
    assert await diary.states() == {"a1": "superseded", "a2": "done"}


async def test_of_many_states_at_once_the_newest_counts(diary: Diary) -> None:
    for number in range(1, 8):
        await diary.state("a", number)
    await diary.handle()
    assert await diary.written() == ["a7"]
    states = await diary.states()
    assert states.pop("a7") == "done"
    assert set(states.values()) == {"superseded"}


async def test_when_the_newest_state_fails_the_one_before_it_is_applied_meanwhile(
    diary: Diary,
) -> None:
    diary.failing.add(("a", 2))
    await diary.state("a", 1)
    await diary.state("a", 2)
    assert await diary.handle() == 0
    await diary.handle()
    assert await diary.written() == ["a1"]
    diary.failing.clear()
    await diary.handle(times=2)
    assert await diary.written() == ["a1", "a2"]


async def test_an_unknown_type_is_kept_and_ignored(diary: Diary, clock: FrozenClock) -> None:
    body = json.loads(message(StepTaken(who="a", number=1), 1, clock))
    body["type"] = "vn.cchc.plans.step.never_heard_of.v9"
    await diary.inbox.receive([json.dumps(body).encode()])
    assert await diary.handle() == 0
    assert (await diary.row())["state"] == "ignored"


async def test_an_event_with_more_than_we_know_is_applied(diary: Diary, clock: FrozenClock) -> None:
    body = json.loads(message(StepTaken(who="a", number=1), 1, clock))
    body["data"]["added_next_year"] = {"x": 1}
    body["newheader"] = "x"
    await diary.inbox.receive([json.dumps(body).encode()])
    await diary.handle()
    assert await diary.written() == ["a1"]


async def test_an_event_that_does_not_fit_is_parked_without_showing_its_content(
    diary: Diary, clock: FrozenClock
) -> None:
    body = json.loads(message(StepTaken(who="a", number=1), 1, clock))
    body["data"] = {"who": "a", "number": "0912345678 Nguyễn Văn Kín"}
    await diary.inbox.receive([json.dumps(body).encode()])
    await diary.handle(times=MAX_ATTEMPTS + 1)
    row = await diary.row()
    assert row["state"] == "parked"
    assert "Kín" not in row["last_error"]
    assert "number" in row["last_error"]


GOOD = {
    "id": str(new_id()), "source": "/plans", "type": StepTaken.type, "subject": "a",
    "time": "2026-11-21T09:00:00+07:00", "stream": "plans.step", "sequence": 1,
    "data": {"who": "a", "number": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b"null",
        b"x" * 100_000,
        json.dumps(GOOD | {"sequence": 2**70}).encode(),
        json.dumps(GOOD | {"sequence": 0}).encode(),
        json.dumps(GOOD | {"subject": "a" * 161}).encode(),
        json.dumps(GOOD | {"subject": "a\x00"}).encode(),
        json.dumps(GOOD | {"stream": "s" * 65}).encode(),
        json.dumps(GOOD | {"type": ""}).encode(),
        json.dumps(GOOD | {"id": "5"}).encode(),
        json.dumps(GOOD | {"time": "2026-11-21T09:00:00"}).encode(),
        json.dumps(GOOD | {"data": [1]}).encode(),
    ],
)
async def test_what_cannot_be_read_is_kept_as_it_came_and_blocks_nobody(
    diary: Diary, body: bytes
) -> None:
    await diary.inbox.receive([body])
    await diary.inbox.receive([body])
    row = await diary.row()
    assert (row["state"], row["body"], row["last_error"]) == ("parked", body, "undecodable")
    await diary.step("b", 1)
    assert await diary.handle() == 1
    assert await diary.written() == ["b1"]


async def test_sound_events_of_several_aggregates_are_one_transaction(diary: Diary) -> None:
    await diary.state("a", 1)
    await diary.state("a", 2)
    await diary.step("b", 1, 2)
    await diary.step("c", 1)
    opened: list[str] = []

    def transaction(event_type: str, traceparent: str | None) -> Any:
        opened.append(event_type)
        return diary.toy.context.unit_of_work(event_type, traceparent=traceparent)

    await diary.inbox.run_once(transaction)
    assert len(opened) == 1
    assert await diary.written() == ["a2", "b1", "b2", "c1"]
    states = await diary.states()
    assert states.pop("a1") == "superseded"
    assert set(states.values()) == {"done"}
