"""On what are the distributed rows measured? Real processes over private servers that flush to disk."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from deploy.local.private import Servers, private_servers
from shared.ids import new_id
from tests.support.distributed_world import DistributedWorld

ROOT_UNIT = "GOC"


class Distributed:
    """PostgreSQL, RabbitMQ, and an api and a worker of each service, started and stopped here."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.servers: Servers
        self.world: DistributedWorld
        self.key = ""

    def __enter__(self) -> Self:
        self.servers = self._stack.enter_context(private_servers(durable=True))
        postgresql = self.servers.postgresql
        # when which transaction was committed, as the server itself knows it
        postgresql.query("alter system set track_commit_timestamp = on")
        postgresql.stop()
        postgresql.start()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cchc-bench-")))
        self.world = DistributedWorld(folder, self.servers, CCHC_LOG_LEVEL="WARNING")
        self._stack.enter_context(self.world)
        self.world.wait_ready()
        self.key = (folder / "admin.key").read_text().strip()
        self.world.caller().post("/plans/v1/units", {"code": ROOT_UNIT, "name": "Gốc"})
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def database_url(self, service: str) -> str:
        """Where a service's database is, for asyncpg."""
        url = self.world.environment["CCHC_DATABASE_URL"].replace("{service}", service)
        return url.replace("+asyncpg", "")

    def headers(self) -> dict[str, str]:
        """What every command of the administrator carries."""
        return {"X-API-Key": self.key, "Idempotency-Key": str(new_id())}


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
        return await self._call(
            "POST", path, {**headers, "Content-Type": "application/json"}, content
        )

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
