"""The platform apart: api and worker processes of each service over PostgreSQL and RabbitMQ."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import httpx

from deploy.local.private import Servers
from shared.ids import new_id
from tests.support.worlds import ROOT, START_SECONDS, Caller, eventually

SERVICES = ("plans", "scoring", "notifications")
_STARTED = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Process:
    """One process of a service."""

    def __init__(self, service: str, role: str, environment: dict[str, str]) -> None:
        self.service, self.role = service, role
        self.output: list[str] = []
        self._spoke = threading.Event()
        port = ["--port", "0"] if role == "api" else []
        self.popen = subprocess.Popen(
            [sys.executable, "-m", f"services.{service}", role, *port],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
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
        assert self.popen.stdout is not None
        with self.popen.stdout as out:
            for line in out:
                self.output.append(line)
                self._spoke.set()
        self._spoke.set()


class DistributedWorld:
    """Databases and a virtual host of its own on shared servers; an api and a worker a service."""

    def __init__(self, data: Path, servers: Servers, *, copies: int = 1, **extra: str) -> None:
        self.data = data
        self._servers = servers
        self._copies = copies
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
        self.prepare()
        self._start_all()

    def prepare(self) -> None:
        """Make databases and a virtual host, and migrate."""
        for service in SERVICES:
            self._servers.postgresql.create_database(f"{self._name}_{service}")
        self._servers.rabbitmq.control("add_vhost", self._name)
        self._servers.rabbitmq.control(
            "set_permissions", "-p", self._name, "guest", ".*", ".*", ".*"
        )
        # the first makes the administrator's key that the others find
        first, *others = SERVICES
        self._finish([Process(first, "migrate", self.environment)])
        self._finish([Process(service, "migrate", self.environment) for service in others])

    def _start_all(self) -> None:
        for _ in range(self._copies):
            for service in SERVICES:
                self.start_process(service, "api")
                self.start_process(service, "worker")
        for process in self.processes:
            said = process.wait_spoken()
            if process.role == "api":
                found = _STARTED.search(said)
                assert found, said
                self.urls.setdefault(process.service, []).append(f"http://127.0.0.1:{found[1]}")

    def _finish(self, started: list[Process]) -> None:
        for process in started:
            code = process.wait(seconds=START_SECONDS)
            assert code == 0, process.wait_spoken()

    def start_process(self, service: str, role: str) -> Process:
        process = Process(service, role, self.environment)
        self.processes.append(process)
        return process

    def wait_ready(self) -> None:
        for service, urls in self.urls.items():
            for url in urls:
                ready = f"{url}/{service}/health/ready"
                eventually(lambda ready=ready: httpx.get(ready, timeout=5).status_code == 200)

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
        postgres = self._servers.postgresql.database_url(f"{self._name}_{{service}}")
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("CCHC_")},
            "CCHC_DATA_DIR": str(self.data),
            "CCHC_DATABASE_URL": postgres.replace("postgresql://", "postgresql+asyncpg://"),
            "CCHC_BROKER_URL": f"{self._servers.rabbitmq.url.rstrip('/')}/{self._name}",
            "PYTHONUNBUFFERED": "1",
            **extra,
        }
