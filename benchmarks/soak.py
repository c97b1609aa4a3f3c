"""Does memory stay flat? A hundred thousand events through the real processes, connections cut on the way.

They are put into the outbox of plans as its commands would put them there; its worker sends them,
the workers of the others receive and apply them. Every ten thousand all connections to the broker are
cut at once.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import asyncpg

from benchmarks.stage import Distributed, resident_megabytes
from shared.clock import SystemClock
from shared.contracts.plans import UnitChanged
from shared.ids import new_id
from shared.messaging.envelope import wrap
from tests.support.tcp_proxy import TcpProxy

MESSAGES = 100_000
STEP = 10_000
UNITS = 500
# what is still warming up before the second step is not counted
WARM_STEPS = 2
# of every worker, over the whole hundred thousand; the sampling itself wavers by two or three
LIMIT_MEGABYTES = 12.0
PATIENCE_SECONDS = 900


@dataclass(slots=True)
class Soak:
    """Resident megabytes of each worker after each step."""

    steps: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    cuts: int = 0

    def growth(self, worker: str) -> float:
        """Megabytes over all messages, by the line that fits the steps after warming up best."""
        seen = self.steps[worker][WARM_STEPS:]
        slope = statistics.linear_regression(range(len(seen)), seen).slope
        return slope * (MESSAGES / STEP)

    @property
    def is_flat(self) -> bool:
        return all(self.growth(worker) <= LIMIT_MEGABYTES for worker in self.steps)

    def table(self) -> str:
        """As a Markdown table."""
        thousands = [f"{n * STEP // 1000}k" for n in range(len(next(iter(self.steps.values()))))]
        lines = [f"| worker | {' | '.join(thousands)} | growth |"]
        lines.append("|---" * (len(thousands) + 2) + "|")
        for worker, seen in self.steps.items():
            figures = " | ".join(f"{one:.0f}" for one in seen)
            lines.append(f"| {worker} | {figures} | **{self.growth(worker):+.1f}** |")
        return "\n".join(lines)


async def soak() -> Soak:
    """Run it; the limit is for the caller to judge."""
    stage, found = Distributed(), Soak()
    try:
        await asyncio.to_thread(stage.start_servers)
        async with TcpProxy(stage.servers.rabbitmq.port) as proxy:
            await asyncio.to_thread(stage.start_processes, proxy.url)
            try:
                await _run(stage, proxy, found)
            finally:
                await asyncio.to_thread(stage.close)
    finally:
        stage.close()
    return found


async def _run(stage: Distributed, proxy: TcpProxy, found: Soak) -> None:
    started = time.monotonic()
    plans = await asyncpg.connect(stage.database_url("plans"))
    listeners = [
        await asyncpg.connect(stage.database_url(service))
        for service in ("notifications", "scoring")
    ]
    _sample(stage, found)
    for step in range(MESSAGES // STEP):
        await _announce(plans, step)
        await asyncio.sleep(0.2)
        await proxy.cut()
        found.cuts += 1
        for listener in listeners:
            await _applied(listener, step)
        _sample(stage, found)
        print(f"soak: {(step + 1) * STEP} events, {_last(found)}", flush=True)
    found.seconds = time.monotonic() - started
    for connection in (plans, *listeners):
        await connection.close()


async def _announce(plans: asyncpg.Connection, step: int) -> None:  # type: ignore[type-arg]
    """Put a step's events into the outbox, as commands that change units again and again would."""
    now = SystemClock().now()
    rows = []
    for number in range(STEP):
        unit, sequence = number % UNITS, step * (STEP // UNITS) + number // UNITS + 1
        code = f"S{unit:05d}"
        event = UnitChanged(
            code=code,
            name=f"Đơn vị {number}",
            parent_code=None,
            path=f"/{code}/",
            active=True,
            revision=sequence,
        )
        envelope = wrap(
            event, message_id=new_id(), source="plans", sequence=sequence, at=now, traceparent=None
        )
        aggregate = f"{envelope.stream}/{code}"
        rows.append((envelope.id, envelope.type, aggregate, sequence, now, envelope.to_json()))
    async with plans.transaction():
        await plans.executemany(
            "INSERT INTO outbox (message_id, stream, type, aggregate_id, aggregate_seq, occurred_at,"
            " body) VALUES ($1, 'plans.unit', $2, $3, $4, $5, $6)",
            rows,
        )
        await plans.execute("SELECT pg_notify('cchc_plans', '')")


async def _applied(listener: asyncpg.Connection, step: int) -> None:  # type: ignore[type-arg]
    """Wait until a step's last states are applied, and nothing waits."""
    last = (step + 1) * (STEP // UNITS)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        reached = await listener.fetchval(
            "SELECT count(*) FROM unit_nodes WHERE code LIKE 'S%' AND revision = $1", last
        )
        waiting = await listener.fetchval("SELECT count(*) FROM inbox WHERE state = 'pending'")
        if reached == UNITS and not waiting:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{reached} of {UNITS} units arrived, {waiting} events wait")
        await asyncio.sleep(0.2)


def _sample(stage: Distributed, found: Soak) -> None:
    for worker in stage.workers():
        seen = found.steps.setdefault(worker.service, [])
        seen.append(resident_megabytes(worker.popen.pid))


def _last(found: Soak) -> str:
    return ", ".join(f"{worker} {seen[-1]:.0f} MB" for worker, seen in found.steps.items())
