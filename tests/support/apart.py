"""The platform apart, with two copies where events flow, and a network that obeys."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.local.private import Servers
from tests.support.distributed_reckoning import reckon, settle
from tests.support.distributed_world import ADDRESS, SERVICES, DistributedWorld, Process
from tests.support.ledger import Ledger
from tests.support.proxy_thread import ProxyThread
from tests.support.traffic import Traffic

COPIES = {"plans": 2, "scoring": 1, "notifications": 2}
CLOCK = "2026-03-10T09:00:00+07:00"
BACK_WITHIN = 30.0
_LEADING = '"event": "leading"'


@dataclass
class Apart:
    """One platform for all fault tests of a run; its ledger goes on from test to test."""

    world: DistributedWorld
    servers: Servers
    database: ProxyThread
    broker: ProxyThread
    ledger: Ledger

    @property
    def key(self) -> str:
        return (self.world.data / "admin.key").read_text().strip()

    def traffic(self, *, callers: int = 3, to: str | None = None) -> Traffic:
        """People at work, at the processes themselves unless another address is given."""

        def urls() -> list[str]:
            return [to] if to else self.world.urls["plans"]

        return Traffic(urls, self.key, self.ledger, callers=callers)

    @contextmanager
    def gateway(self) -> Iterator[str]:
        """The gateway in front of all copies; its address."""
        addresses = [part for s in SERVICES for part in (f"--{s}", *self.world.urls[s])]
        process = Process("gateway", ["--port", "0", *addresses], self.world.environment)
        found = ADDRESS.search(process.wait_spoken())
        assert found, process.output
        try:
            yield found[0]
        finally:
            assert process.end() == 0

    @contextmanager
    def locked(self, service: str, table: str) -> Iterator[None]:
        """Nobody else can write to a table: whoever tries is stuck in the middle of a transaction."""
        loop = asyncio.new_event_loop()
        url = self.servers.postgresql.database_url(self.world.database(service))
        connection = loop.run_until_complete(asyncpg.connect(url))
        try:
            loop.run_until_complete(
                connection.execute(f"begin; lock table {table} in exclusive mode")
            )
            yield
        finally:
            loop.run_until_complete(connection.close())
            loop.close()

    def is_blocked(self, service: str) -> bool:
        """Whether somebody waits for a lock."""
        waiting = (
            "select count(*) from pg_stat_activity "
            "where wait_event_type = 'Lock' and datname = current_database()"
        )
        return self.world.value(service, waiting) != "0"

    def workers(self, service: str) -> list[Process]:
        return [p for p in self.world.processes if (p.service, p.role) == (service, "worker")]

    def leader(self, service: str) -> Process:
        """The worker that runs the service's loops: the one that said so last."""
        return max(self.workers(service), key=self._led_at)

    def successor(self, leader: Process) -> Callable[[], Process | None]:
        """Asks which other worker has begun to lead since now."""
        others = [p for p in self.workers(leader.service) if p is not leader]
        before = {p: self._times_led(p) for p in others}
        return lambda: next((p for p in others if self._times_led(p) > before[p]), None)

    def ready(self, service: str) -> dict[str, Any]:
        """What the first api says about its readiness."""
        url = self.world.urls[service][0]
        answer: dict[str, Any] = httpx.get(f"{url}/{service}/health/ready", timeout=10).json()
        return answer

    def settled(self, *, within: float = BACK_WITHIN) -> float:
        """Everything arrived everywhere, once; the seconds until then."""
        took = settle(self.world, within=within)
        assert reckon(self.world, self.ledger) > 0
        return took

    def restore(self) -> None:
        """A good network, and every process there."""
        for proxy in (self.database, self.broker):
            proxy.flow()
        for process in list(self.world.processes):
            if process.popen.poll() is not None:
                self.world.forget(process)
        started = [
            self.world.start_process(service, role)
            for service in SERVICES
            for role in ("api", "worker")
            for _ in range(COPIES[service] - self._count(service, role))
        ]
        for process in started:
            self.world.learn_address(process)
        self.world.wait_ready()

    def _count(self, service: str, role: str) -> int:
        return sum((p.service, p.role) == (service, role) for p in self.world.processes)

    def _times_led(self, process: Process) -> int:
        return sum(_LEADING in line for line in process.output)

    def _led_at(self, process: Process) -> str:
        said = [line for line in process.output if _LEADING in line]
        return said[-1].rpartition('"timestamp"')[2] if said else ""


@contextmanager
def apart(servers: Servers, folder: Path) -> Iterator[Apart]:
    """Start it behind proxies; stopped at the end, each process by itself and without a complaint."""
    with (
        ProxyThread(servers.postgresql.port) as database,
        ProxyThread(servers.rabbitmq.port) as broker,
    ):
        world = DistributedWorld(
            folder / "var",
            servers,
            copies=COPIES,
            postgresql_port=database.port,
            rabbitmq_port=broker.port,
            CCHC_SAMPLE="0",
            CCHC_CLOCK=CLOCK,
        )
        built = Apart(world, servers, database, broker, Ledger(folder / "ledger.jsonl"))
        with world:
            world.wait_ready()
            yield built


@contextmanager
def frozen(*processes: Process) -> Iterator[None]:
    """Processes that do nothing for a while, and know nothing of it."""
    for process in processes:
        process.popen.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.popen.send_signal(signal.SIGCONT)
