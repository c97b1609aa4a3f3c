"""When does a loop take its next step?"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from shared.runtime.loops import COLLECTING, EAGER, SHARING, STEADY, Loop, Pace
from tests.support.eventually import eventually

NEVER = 3600.0


class Worker:
    """A step that writes down when it was taken, and says it did what it was told to say."""

    def __init__(self, *did: int) -> None:
        self.did = list(did)
        self.steps: list[float] = []

    async def step(self) -> int:
        self.steps.append(time.monotonic())
        return self.did.pop(0) if self.did else 0


@asynccontextmanager
async def running(
    step: Callable[[], Awaitable[int]], pace: Pace, *, every: float = NEVER, full: int = 1
) -> AsyncIterator[asyncio.Event]:
    alarm = asyncio.Event()
    task = asyncio.create_task(Loop("test", every, step, pace, full=full).run(alarm))
    try:
        yield alarm
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize("pace", [EAGER, SHARING, COLLECTING, STEADY])
@pytest.mark.parametrize("worked", [0.0, 0.001, 0.02, 5.0])
def test_a_loop_works_no_more_than_its_share_until_the_rest_is_as_long_as_it_may_be(
    pace: Pace, worked: float
) -> None:
    rest = pace.rest(worked)
    assert pace.least <= rest <= pace.longest
    assert worked <= pace.share * (worked + rest) + 1e-9 or rest == pace.longest


async def test_a_call_is_answered_at_once_and_not_at_the_next_tick() -> None:
    worker = Worker()
    async with running(worker.step, EAGER) as alarm:
        await eventually(lambda: len(worker.steps) == 1)
        alarm.set()
        await eventually(lambda: len(worker.steps) == 2)


async def test_a_call_during_a_step_is_not_forgotten() -> None:
    taken: list[str] = []
    alarms: list[asyncio.Event] = []

    async def step() -> int:
        taken.append("step")
        if len(taken) == 1:
            alarms[0].set()
        return 0

    async with running(step, EAGER, full=10) as alarm:
        alarms.append(alarm)
        await eventually(lambda: len(taken) == 2)


async def test_a_full_step_is_followed_by_another_until_one_is_empty() -> None:
    worker = Worker(10, 10, 10)
    async with running(worker.step, EAGER, full=10):
        await eventually(lambda: len(worker.steps) == 4)


async def test_after_a_step_that_was_not_full_it_looks_once_more() -> None:
    worker = Worker(3)
    async with running(worker.step, EAGER, full=10):
        await eventually(lambda: len(worker.steps) == 2)


async def test_calls_that_come_together_are_one_step() -> None:
    worker = Worker()
    async with running(worker.step, COLLECTING) as alarm:
        await eventually(lambda: len(worker.steps) == 1)
        for _ in range(50):
            alarm.set()
            await asyncio.sleep(0)
        await eventually(lambda: len(worker.steps) == 2)
        assert worker.steps[1] - worker.steps[0] >= COLLECTING.least


async def test_a_step_that_fails_is_tried_again() -> None:
    tries: list[int] = []

    async def step() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("not today")
        return 0

    async with running(step, EAGER, every=0.01):
        await eventually(lambda: len(tries) >= 2)
