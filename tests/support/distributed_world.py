"""The platform apart: api and worker processes of each service over PostgreSQL and RabbitMQ."""

import asyncio
import os
import re
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import asyncpg
import httpx

from deploy.local.private import Servers
from shared.ids import new_id
from tests.support import forking
from tests.support.worlds import START_SECONDS, Caller, eventually

SERVICES = ("plans", "scoring", "notifications")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Process:
    """One process of ours: `role` is what it is told to be."""

    def __init__(
        self, service: str, arguments: str | Sequence[str], environment: dict[str, str]
    ) -> None:
        given = [arguments] if isinstance(arguments, str) else list(arguments)
        self.service, self.role = service, given[0]
        self.output: list[str] = []
        self.url = ""  # of an api, once it said so
        self._spoke = threading.Event()
        port = ["--port", "0"] if self.role == "api" else []
        self.popen = forking.start([f"services.{service}", *given, *port], environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_spoken(self) -> str:
        """Wait for its first line; all it said so far."""
        assert self._spoke.wait(START_SECONDS), f"{self.service} {self.role} says nothing"
        return "".join(self.output)

    def end(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 15) -> int:
        """Send a signal and wait; the exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        return self.wait(seconds=seconds)

    def wait(self, *, seconds: float = 15) -> int:
        """Wait until it has ended; the exit code."""
        code = self.popen.wait(timeout=seconds)
        self._reader.join(timeout=5)
        return code

    def _read(self) -> None:
        with self.popen.stdout as out:
            for line in out:
                self.output.append(line)
                self._spoke.set()
        self._spoke.set()


class DistributedWorld:
    """Databases and a virtual host of its own on shared servers; an api and a worker a service."""

    def __init__(
        self,
        data: Path,
        servers: Servers,
        *,
        copies: Mapping[str, int] | None = None,
        postgresql_port: int | None = None,
        rabbitmq_port: int | None = None,
        **extra: str,
    ) -> None:
        """Nothing is started yet; with ports, the processes reach the servers by these."""
        self.data = data
        self._ports = (
            postgresql_port or servers.postgresql.port,
            rabbitmq_port or servers.rabbitmq.port,
        )
        self._servers = servers
        self._copies = copies or dict.fromkeys(SERVICES, 1)
        self._name = f"w{new_id().hex[-12:]}"
        self.processes: list[Process] = []
        self.urls: dict[str, list[str]] = {}
        self._callers: list[Caller] = []
        self.environment = self._environment(extra)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Prepare databases and broker, migrate, start everything."""
        self.make_room()
        # the first makes the administrator's key that the others find
        first, *others = SERVICES
        self._finish([Process(first, "migrate", self.environment)])
        self._finish([Process(service, "migrate", self.environment) for service in others])
        self._start_all()

    def make_room(self) -> None:
        """Make databases and a virtual host, empty as yet."""
        for service in SERVICES:
            self._servers.postgresql.create_database(f"{self._name}_{service}")
        self._servers.rabbitmq.control("add_vhost", self._name)
        self._servers.rabbitmq.control(
            "set_permissions", "-p", self._name, "guest", ".*", ".*", ".*"
        )

    def _start_all(self) -> None:
        for service in SERVICES:
            for _ in range(self._copies[service]):
                self.start_process(service, "api")
                self.start_process(service, "worker")
        for process in self.processes:
            self.learn_address(process)

    def learn_address(self, process: Process) -> None:
        """Wait until a process says what it is, and where it can be reached."""
        said = process.wait_spoken()
        if process.role == "api":
            found = ADDRESS.search(said)
            assert found, said
            process.url = found[0]
            self.urls.setdefault(process.service, []).append(process.url)

    def _finish(self, started: list[Process]) -> None:
        for process in started:
            code = process.wait(seconds=START_SECONDS)
            assert code == 0, process.wait_spoken()

    def start_process(self, service: str, role: str) -> Process:
        process = Process(service, role, self.environment)
        self.processes.append(process)
        return process

    def add(self, service: str, role: str) -> Process:
        """Another process, ready to be used."""
        process = self.start_process(service, role)
        self.learn_address(process)
        if process.url:
            self._wait_ready(service, process.url)
        return process

    def find(self, service: str, role: str) -> Process:
        """The oldest process of a kind."""
        return next(p for p in self.processes if (p.service, p.role) == (service, role))

    def end(self, process: Process, number: signal.Signals = signal.SIGTERM) -> int:
        """End one process, for good; its exit code."""
        code = process.end(number)
        self.forget(process)
        return code

    def forget(self, process: Process) -> None:
        """A process has ended, or is about to: nobody calls it any more."""
        self.processes.remove(process)
        if process.url:
            self.urls[process.service].remove(process.url)

    def database(self, service: str) -> str:
        """The name of a service's database."""
        return f"{self._name}_{service}"

    def rows(self, service: str, sql: str) -> list[list[str]]:
        """What stands in a service's database, past every proxy."""
        return asyncio.run(
            _rows(self._servers.postgresql.database_url(self.database(service)), sql)
        )

    def value(self, service: str, sql: str) -> str:
        return self.rows(service, sql)[0][0]

    def wait_ready(self) -> None:
        for service, urls in self.urls.items():
            for url in urls:
                self._wait_ready(service, url)

    def _wait_ready(self, service: str, url: str) -> None:
        ready = f"{url}/{service}/health/ready"
        eventually(lambda: httpx.get(ready, timeout=5).status_code == 200)

    def stop(self) -> None:
        """SIGTERM to all; every one must end by itself, in time, without a complaint."""
        for caller in self._callers:
            caller.close()
        self._callers.clear()
        for process in self.processes:
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGTERM)
        codes = {(p.service, p.role): p.wait() for p in self.processes}
        self.processes.clear()
        assert set(codes.values()) <= {0}, codes

    def caller(self, key: str | None = None) -> Caller:
        """Somebody who calls; the administrator unless a key is given."""
        made = Caller(
            {service: urls[0] for service, urls in self.urls.items()},
            key or (self.data / "admin.key").read_text().strip(),
        )
        self._callers.append(made)
        return made

    def _environment(self, extra: dict[str, str]) -> dict[str, str]:
        postgresql, rabbitmq = self._ports
        databases = f"postgres@127.0.0.1:{postgresql}/{self._name}_{{service}}"
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("CCHC_")},
            "CCHC_DATA_DIR": str(self.data),
            "CCHC_DATABASE_URL": f"postgresql+asyncpg://{databases}",
            "CCHC_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{rabbitmq}/{self._name}",
            "PYTHONUNBUFFERED": "1",
            **extra,
        }


async def _rows(url: str, sql: str) -> list[list[str]]:
    connection = await asyncpg.connect(url)
    try:
        return [[str(value) for value in row] for row in await connection.fetch(sql)]
    finally:
        await connection.close()
