"""What would a bare application do? FastAPI, two inserts and a commit; one query and its rows as JSON.

`python -m benchmarks.raw_app DATABASE_URL PORT`: as the platform's own api processes, uvicorn with h11
on uvloop; no rights, no idempotency, no events, no audit, no change feed.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import Column, MetaData, String, Table, Text, insert
from sqlalchemy.ext.asyncio import create_async_engine

from shared.ids import new_id
from shared.runtime.server import run

_metadata = MetaData()
_units = Table("raw_units", _metadata, Column("id", String, primary_key=True), Column("body", Text))
_outbox = Table(
    "raw_outbox", _metadata, Column("id", String, primary_key=True), Column("body", Text)
)
_LIST = "SELECT * FROM units ORDER BY path, id LIMIT 51"


def application(url: str) -> FastAPI:
    """The bare application on a database that holds the platform's units."""
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(_metadata.create_all)
        state["pool"] = await asyncpg.create_pool(url, min_size=2, max_size=8)
        yield
        await state["pool"].close()
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/asyncpg", status_code=201)
    async def with_asyncpg(body: dict[str, str]) -> dict[str, str]:
        row_id, content = str(new_id()), json.dumps(body)
        async with state["pool"].acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO raw_units VALUES ($1, $2)", row_id, content)
            await connection.execute("INSERT INTO raw_outbox VALUES ($1, $2)", row_id, content)
        return {"id": row_id}

    @app.post("/sqlalchemy", status_code=201)
    async def with_sqlalchemy(body: dict[str, str]) -> dict[str, str]:
        row = {"id": str(new_id()), "body": json.dumps(body)}
        async with engine.begin() as connection:
            await connection.execute(insert(_units), row)
            await connection.execute(insert(_outbox), row)
        return {"id": row["id"]}

    @app.get("/units")
    async def units() -> Response:
        rows = await state["pool"].fetch(_LIST)
        items = [dict(row) for row in rows[:50]]
        return Response(json.dumps({"items": items}, default=str), media_type="application/json")

    return app


async def main(url: str, port: int) -> None:
    """Serve until stopped."""
    config = uvicorn.Config(application(url), port=port, http="h11", log_level="error")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    run(main(sys.argv[1], int(sys.argv[2])))
