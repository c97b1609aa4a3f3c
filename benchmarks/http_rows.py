"""How fast are one command and one list over HTTP, beside a bare application in the same run?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.frame import Row, Side, per_second, together
from benchmarks.stage import ROOT_UNIT, Caller, Distributed
from shared.ids import new_id

COMMANDS = 100
LISTS = 100


@asynccontextmanager
async def http_rows(stage: Distributed) -> AsyncIterator[list[Row]]:
    """One caller after another: what a single request costs, not how many processors there are."""
    async with Caller(stage.world.urls["plans"][0]) as ours, Caller(stage.raw_url) as raw:

        async def command() -> None:
            code = f"C{new_id().hex}"
            body = {"code": code, "name": "Đơn vị", "parent_code": ROOT_UNIT}
            await ours.post("/plans/v1/units", body, stage.headers())

        async def bare(path: str) -> None:
            await raw.post(path, {"code": new_id().hex, "name": "Đơn vị"}, {})

        async def listed() -> None:
            await ours.get("/plans/v1/units?limit=50", {"X-API-Key": stage.key})

        async def bare_list() -> None:
            await raw.get("/units", {})

        yield [
            Row(
                "one command over HTTP (unit, rights, audit, change, event, idempotency key)",
                "commands/s",
                Side("ours", lambda: per_second(COMMANDS, command)),
                [
                    Side(
                        "FastAPI + asyncpg, two inserts",
                        lambda: per_second(COMMANDS, lambda: bare("/asyncpg")),
                    ),
                    Side(
                        "FastAPI + SQLAlchemy, two inserts",
                        lambda: per_second(COMMANDS, lambda: bare("/sqlalchemy")),
                    ),
                ],
            ),
            Row(
                "one list of 50 over HTTP",
                "lists/s",
                Side("ours", lambda: together(LISTS, 1, listed)),
                [
                    Side(
                        "FastAPI + asyncpg + json",
                        lambda: together(LISTS, 1, bare_list),
                    )
                ],
            ),
        ]
