"""On what are the distributed rows measured? Real processes over private servers that flush to disk."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from deploy.local.private import Servers, private_servers
from shared.ids import new_id
from tests.support.distributed_world import DistributedWorld, Process

ROOT_UNIT = "GOC"
UNITS = 400
_START_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Distributed:
    """PostgreSQL, RabbitMQ, and an api and a worker of each service, started and stopped here."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.servers: Servers
        self.world: DistributedWorld
        self.key = ""
        self.raw_url = ""

    def __enter__(self) -> Self:
        self.start_servers()
        self.start_processes()
        self._fill()
        self.raw_url = self._start_raw()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start_servers(self) -> None:
        """Servers only; PostgreSQL notes when which transaction was committed."""
        self.servers = self._stack.enter_context(private_servers(durable=True))
        postgresql = self.servers.postgresql
        postgresql.query("alter system set track_commit_timestamp = on")
        postgresql.stop()
        postgresql.start()

    def start_processes(self, through: Callable[[str], str] = lambda url: url) -> None:
        """The services' processes; `through`: by which way they reach the broker."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cchc-bench-")))
        self.world = DistributedWorld(folder, self.servers, CCHC_LOG_LEVEL="ERROR")
        broker = self.world.environment["CCHC_BROKER_URL"]
        self.world.environment["CCHC_BROKER_URL"] = through(broker)
        self._stack.enter_context(self.world)
        self.world.wait_ready()
        self.key = (folder / "admin.key").read_text().strip()

    def close(self) -> None:
        """Stop everything."""
        self._stack.close()

    def database_url(self, service: str) -> str:
        """Where a service's database is, for asyncpg."""
        url = self.world.environment["CCHC_DATABASE_URL"].replace("{service}", service)
        return url.replace("+asyncpg", "")

    def headers(self) -> dict[str, str]:
        """What every command of the administrator carries."""
        return {"X-API-Key": self.key, "Idempotency-Key": str(new_id())}

    def workers(self) -> list[Process]:
        return [process for process in self.world.processes if process.role == "worker"]

    def _fill(self) -> None:
        caller = self.world.caller()
        caller.post("/plans/v1/units", {"code": ROOT_UNIT, "name": "Gốc"})
        for number in range(UNITS):
            body = {"code": f"A{number:05d}", "name": f"Đơn vị {number}", "parent_code": ROOT_UNIT}
            caller.post("/plans/v1/units", body)

    def _start_raw(self) -> str:
        """The same work done bare, in a process of its own."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "benchmarks.raw_app", self.database_url("plans"), str(port)],
            env=self.world.environment,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        wait_for_port(port)
        return f"http://127.0.0.1:{port}"


class Caller:
    """One HTTP/1.1 connection that is kept open; as little work as a client can do."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def get(self, path: str, headers: Mapping[str, str]) -> bytes:
        """The body of a 2xx answer."""
        return await self._call("GET", path, headers, b"")

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> bytes:
        """The body of a 2xx answer."""
        content = json.dumps(body).encode()
        kind = {"Content-Type": "application/json"}
        return await self._call("POST", path, {**headers, **kind}, content)

    async def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        answer = await self._reader.readexactly(length)
        if not head.startswith("http/1.1 2"):
            raise RuntimeError(f"{method} {path}: {head.splitlines()[0]} {answer[:500]!r}")
        return answer


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(pid: int) -> float:
    """What a process holds in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
