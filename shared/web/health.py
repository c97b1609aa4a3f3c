"""Is the service alive, is it ready, how is it doing? Without a key, for the machines that ask."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.context import ReadinessCheck, context_of
from shared.texts import text

router = APIRouter()
_ASK_SECONDS = 3.0


class Live(BaseModel):
    status: Literal["live"] = "live"


class Check(BaseModel):
    name: str
    ok: bool
    detail: str


class Ready(BaseModel):
    """`ready` once every check is fine; until then the answer is 503 with the same body.

    What is `degraded` makes nothing unready: commands are taken, their effects elsewhere wait.
    """

    status: Literal["ready", "starting"]
    checks: list[Check]
    degraded: list[Check]


@router.get("/health/live", operation_id="health_live")
async def health_live() -> Live:
    return Live()


@router.get(
    "/health/ready",
    operation_id="health_ready",
    response_model=Ready,
    responses={503: {"model": Ready}},
)
async def health_ready(request: Request) -> Response:
    context = context_of(request)
    checks = [_told(name, await _ask(check)) for name, check in context.readiness.items()]
    lacks = [_told(name, await _ask(check)) for name, check in context.degraded.items()]
    ready = all(check.ok for check in checks)
    body = Ready(
        status="ready" if ready else "starting",
        checks=checks,
        degraded=[check for check in lacks if not check.ok],
    )
    return JSONResponse(
        body.model_dump(mode="json"),
        status_code=200 if ready else 503,
        headers={} if ready else {"Retry-After": "1"},
    )


async def _ask(check: ReadinessCheck) -> str | None:
    """What is missing; of a database that does not answer in time there is nothing else to say."""
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            return await check()
    except (DBAPIError, OSError, TimeoutError):
        return "database_unavailable"


def _told(name: str, missing: str | None) -> Check:
    detail = text(f"health.{missing}") if missing else text("health.ok")
    return Check(name=name, ok=missing is None, detail=detail)


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    context = context_of(request)
    await request.app.state.flow_metrics.refresh(context)
    for name, check in context.degraded.items():
        request.app.state.degraded.labels(name).set(await _ask(check) is not None)
    return Response(generate_latest(context.metrics), media_type=CONTENT_TYPE_LATEST)
