"""How fast is the embedded platform beside what SQLite and Python can do at all?"""

import asyncio
import json
import sqlite3
import statistics
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
from fastapi import FastAPI
from starlette.responses import Response

from benchmarks.frame import Row, Side, per_second, together
from services.embedded import Platform, platform
from shared.ids import new_id
from shared.settings import Settings

COMMANDS = 60
UNITS = 400


class Stage:
    """A running platform, and the same work done raw beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.platform: Platform
        self.http: httpx.AsyncClient
        self.raw_http: httpx.AsyncClient
        self.raw: sqlite3.Connection
        self._made = 0

    async def __aenter__(self) -> Self:
        settings = Settings(data_dir=self._folder / "var", sample=False)
        self.platform = await self._stack.enter_async_context(platform(settings))
        key = self.platform.admin_key
        assert key is not None
        self.http = await self._client(self.platform.app, {"X-API-Key": key.text})
        self.raw = sqlite3.connect(self._folder / "raw.db", isolation_level=None)
        self.raw.execute("PRAGMA journal_mode=WAL")
        self.raw.execute("PRAGMA synchronous=FULL")
        self.raw.execute("CREATE TABLE units (id TEXT PRIMARY KEY, body TEXT)")
        self.raw.execute("CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT)")
        self.raw_http = await self._client(self._raw_app(), {})
        await self._fill()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.raw.close()
        await self._stack.aclose()

    async def create_unit(self) -> None:
        """One command: a unit under the root, with its event."""
        self._made += 1
        body = {"code": f"U{self._made:06d}", "name": f"Đơn vị {self._made}", "parent_code": "GOC"}
        answer = await self.http.post(
            "/plans/v1/units", json=body, headers={"Idempotency-Key": str(new_id())}
        )
        assert answer.status_code == 201, answer.text

    async def create_raw(self) -> None:
        """The same over FastAPI, with two bare inserts and a commit."""
        answer = await self.raw_http.post("/units", json={"name": "Đơn vị"})
        assert answer.status_code == 201

    async def list_units(self) -> None:
        answer = await self.http.get("/plans/v1/units?limit=50")
        assert answer.status_code == 200

    async def list_raw(self) -> None:
        answer = await self.raw_http.get("/units")
        assert answer.status_code == 200

    async def effect_milliseconds(self) -> float:
        """From the answer of a command to its effect in the other service: the median of some."""
        found = []
        database = self.platform.services["notifications"].context.database
        tables = self.platform.services["notifications"].context.tables
        for _ in range(30):
            await self.create_unit()
            started = time.perf_counter()
            code = f"U{self._made:06d}"
            while True:
                async with database.reading() as session:
                    statement = tables.unit_nodes.select().where(tables.unit_nodes.c.code == code)
                    if (await session.execute(statement)).first():
                        break
                await asyncio.sleep(0.0005)
            found.append((time.perf_counter() - started) * 1000)
        return statistics.median(found)

    async def _client(self, app: Any, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers)
        return await self._stack.enter_async_context(client)

    async def _fill(self) -> None:
        answer = await self.http.post("/plans/v1/units", json={"code": "GOC", "name": "Gốc"})
        assert answer.status_code == 201
        for _ in range(UNITS):
            await self.create_unit()
        page = (await self.http.get("/plans/v1/units?limit=50")).json()["items"]
        for item in page:
            self.raw.execute("INSERT INTO units VALUES (?, ?)", (item["id"], json.dumps(item)))

    def _raw_app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/units", status_code=201)
        async def create(body: dict[str, str]) -> dict[str, str]:
            row_id = str(new_id())
            self.raw.execute("BEGIN IMMEDIATE")
            self.raw.execute("INSERT INTO outbox VALUES (?, ?)", (row_id, json.dumps(body)))
            self.raw.execute("INSERT INTO units VALUES (?, ?)", (f"~{row_id}", json.dumps(body)))
            self.raw.execute("COMMIT")
            return {"id": row_id, "at": datetime.now(UTC).isoformat()}  # noqa: TID251

        @app.get("/units")
        async def some() -> Response:
            rows = self.raw.execute("SELECT body FROM units ORDER BY id LIMIT 50").fetchall()
            body = '{"items":[' + ",".join(row[0] for row in rows) + "]}"
            return Response(body, media_type="application/json")

        return app


def http_rows(stage: Stage) -> list[Row]:
    """One command, one list, one effect."""
    return [
        Row(
            "one command over HTTP (unit + event + audit + change + idempotency key)",
            "commands/s",
            Side("ours", lambda: per_second(COMMANDS, stage.create_unit)),
            [Side("FastAPI + two bare inserts", lambda: per_second(COMMANDS, stage.create_raw))],
        ),
        Row(
            "a list of 50 over HTTP, 8 callers",
            "lists/s",
            Side("ours", lambda: together(80, 8, stage.list_units)),
            [Side("FastAPI + one bare select", lambda: together(80, 8, stage.list_raw))],
        ),
        Row(
            "answer → effect in the other service",
            "ms",
            Side("ours", stage.effect_milliseconds),
            [Side("one raw commit", lambda: _raw_commit(stage))],
            lower_is_better=True,
        ),
    ]


async def _raw_commit(stage: Stage) -> float:
    found = []
    for _ in range(30):
        started = time.perf_counter()
        stage.raw.execute("INSERT INTO outbox VALUES (?, '')", (str(new_id()),))
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)
