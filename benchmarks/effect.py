"""How long from a command's commit in one service to the commit of its effect in another?

Both times are PostgreSQL's own (`track_commit_timestamp`), of one server and so of one clock: of the
transaction that stored the unit in plans, and of the one in which the inbox of notifications applied
it. The clock stops at the second commit's record, before its flush.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import asyncpg

from benchmarks.frame import Row, Side
from benchmarks.stage import ROOT_UNIT, Caller, Distributed
from shared.ids import new_id

PER_SECOND = 100
COMMANDS = 600
CONNECTIONS = 8
PATIENCE_SECONDS = 30
MEDIAN_AIM, SLOWEST_AIM = 8.0, 25.0  # ms
# of the commands asked for a second, so many must have been answered a second
_KEPT_UP = 0.9


class Effect:
    """The latencies of one run after another; a row for the median, a row for the slowest."""

    def __init__(self, stage: Distributed) -> None:
        self._stage = stage
        self._runs: list[Latencies] = []

    async def median(self) -> float:
        """Milliseconds; runs anew."""
        self._runs.append(await measure(self._stage))
        return self._runs[-1].quantile(0.5)

    async def slowest(self) -> float:
        """Milliseconds within which 99 of 100 effects came, of the same runs in turn."""
        run = self._runs.pop(0)
        if run.per_second < PER_SECOND * _KEPT_UP:
            print(f"only {run.per_second:.0f} commands/s were answered", file=sys.stderr)
        return run.quantile(0.99)

    def rows(self) -> list[Row]:
        """What the platform promises beside what was seen."""
        return [
            Row(
                f"commit → effect in the other service at {PER_SECOND} commands/s, median",
                "ms",
                Side("ours", self.median),
                [Side("the aim", partial(_constant, MEDIAN_AIM))],
                lower_is_better=True,
            ),
            Row(
                "… 99 of 100 within",
                "ms",
                Side("ours", self.slowest),
                [Side("the aim", partial(_constant, SLOWEST_AIM))],
                lower_is_better=True,
            ),
        ]


async def _constant(value: float) -> float:
    return value


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds, in order of size."""

    milliseconds: Sequence[float]
    per_second: float

    def quantile(self, share: float) -> float:
        return self.milliseconds[
            min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))
        ]


async def measure(stage: Distributed, *, commands: int = COMMANDS) -> Latencies:
    """Create units over HTTP, 100 a second whatever the answers take, and see when they arrive."""
    mark = new_id().hex[-10:]
    plans = await asyncpg.connect(stage.database_url("plans"))
    other = await asyncpg.connect(stage.database_url("notifications"))
    try:
        rate = await _commands(stage, mark, commands)
        committed = await _commits(plans, "units", mark)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(effects := await _commits(other, "unit_nodes", mark)) < len(committed):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(committed) - len(effects)} effects never came")
            await asyncio.sleep(0.2)
    finally:
        await plans.close()
        await other.close()
    return Latencies(sorted((effects[c] - committed[c]) * 1000 for c in committed), rate)


async def _commands(stage: Distributed, mark: str, count: int) -> float:
    free: asyncio.Queue[Caller] = asyncio.Queue()
    callers = [Caller(stage.world.urls["plans"][0]) for _ in range(CONNECTIONS)]
    for caller in callers:
        free.put_nowait(await caller.__aenter__())

    async def command(number: int) -> None:
        caller = await free.get()
        code = f"U{mark}{number:06d}"
        body = {"code": code, "name": f"Đơn vị {number}", "parent_code": ROOT_UNIT}
        await caller.post("/plans/v1/units", body, stage.headers())
        free.put_nowait(caller)

    loop = asyncio.get_running_loop()
    started = loop.time()
    running = []
    for number in range(count):
        await asyncio.sleep(started + number / PER_SECOND - loop.time())
        running.append(asyncio.create_task(command(number)))
    await asyncio.gather(*running)
    took = loop.time() - started
    for caller in callers:
        await caller.__aexit__()
    return count / took


async def _commits(connection: asyncpg.Connection, table: str, mark: str) -> dict[str, float]:  # type: ignore[type-arg]
    rows = await connection.fetch(
        f"SELECT code, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at"  # noqa: S608
        f" FROM {table} WHERE code LIKE $1",
        f"U{mark}%",
    )
    return {row["code"]: row["at"] for row in rows}
