"""When does a loop take its next step? At once when called, after a rest when it worked, else in time.

A loop that has worked rests in proportion to what the step took. So a single event is handled the
moment it comes, and of a burst whatever came during the rest is one step; and one loop leaves the
others, and the requests of an embedded platform, their share of the processor.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)
Step = Callable[[], Awaitable[int]]
# what a step has done may have made more ready than it saw
_LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Pace:
    """How a loop rests. `share` of its time it works at most; rests are `least` to `longest` s."""

    share: float
    longest: float
    least: float = 0.0

    def rest(self, worked: float) -> float:
        """Seconds of rest after a step that took so many seconds."""
        return max(self.least, min(self.longest, worked * (1 / self.share - 1)))


# what somebody waits for: where loops have a process to themselves, and where all share one
EAGER = Pace(share=0.9, longest=0.03)
SHARING = Pace(share=0.5, longest=0.03)
# what is called at every commit, and mostly for nothing
COLLECTING = Pace(share=0.5, longest=0.05, least=0.05)
# what only has to keep up
STEADY = Pace(share=0.1, longest=1.0)


@dataclass(frozen=True, slots=True)
class Loop:
    """A step that is repeated; it returns how much it did, and `full` when there may well be more."""

    name: str
    every_seconds: float
    step: Step
    pace: Pace
    full: int = 1

    async def run(self, alarm: asyncio.Event) -> None:
        """Repeat the step until cancelled; a step that fails is tried again."""
        while True:
            alarm.clear()
            started = time.monotonic()
            try:
                worked = await self.step()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.error("loop_failed", loop=self.name, exc_info=error)
                await asyncio.sleep(min(self.every_seconds, 5.0))
                continue
            took = time.monotonic() - started
            await asyncio.sleep(self.pace.rest(took) if worked else self.pace.least)
            if worked < self.full:
                await _called(alarm, _LOOK_AGAIN_SECONDS if worked else self.every_seconds)


async def _called(alarm: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await alarm.wait()
    except TimeoutError:
        return
