"""Is the service alive, is it ready, how is it doing? Without a key, for the machines that ask."""

from typing import Literal

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.context import context_of
from shared.texts import text

router = APIRouter()


class Live(BaseModel):
    status: Literal["live"] = "live"


class Check(BaseModel):
    name: str
    ok: bool
    detail: str


class Ready(BaseModel):
    """`ready` once every check is fine; until then the answer is 503 with the same body."""

    status: Literal["ready", "starting"]
    checks: list[Check]


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
    checks = []
    for name, check in context_of(request).readiness.items():
        missing = await check()
        detail = text(f"health.{missing}") if missing else text("health.ok")
        checks.append(Check(name=name, ok=missing is None, detail=detail))
    ready = all(check.ok for check in checks)
    body = Ready(status="ready" if ready else "starting", checks=checks)
    return JSONResponse(
        body.model_dump(mode="json"),
        status_code=200 if ready else 503,
        headers={} if ready else {"Retry-After": "1"},
    )


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    context = context_of(request)
    await request.app.state.flow_metrics.refresh(context)
    return Response(generate_latest(context.metrics), media_type=CONTENT_TYPE_LATEST)
