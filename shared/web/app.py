"""How is a service's web application put together?"""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI
from prometheus_client import Gauge
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.context import ServiceContext
from shared.errors import Forbidden
from shared.texts import text
from shared.web import docs, event_routes, health, platform_routes, problem_details
from shared.web.auth import refuse
from shared.web.flow_metrics import FlowMetrics
from shared.web.head import HeadMiddleware
from shared.web.limits import LimitsMiddleware
from shared.web.metrics import MetricsMiddleware
from shared.web.tracing import TracingMiddleware


def build_app(
    name: str,
    context: ServiceContext,
    *,
    routers: Sequence[APIRouter],
    examples: Path | None = None,
) -> FastAPI:
    """The FastAPI application of one service; every path starts with the service's name."""
    app = FastAPI(
        title=text(f"services.{name}.title", language="vi"),
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.context = context
    app.state.flow_metrics = FlowMetrics(context.metrics)
    app.state.degraded = Gauge(
        "cchc_degraded",
        "1 while it lacks what it can do without",
        ["what"],
        registry=context.metrics,
    )
    problem_details.install(app)
    app.add_exception_handler(Forbidden, refuse)
    app.include_router(health.router, prefix=f"/{name}", tags=["platform"])
    app.include_router(platform_routes.router, prefix=f"/{name}/v1", tags=["platform"])
    for events in (event_routes.router, event_routes.questions):
        app.include_router(events, prefix=f"/{name}/v1", tags=["platform"])
    for router in routers:
        app.include_router(router, prefix=f"/{name}/v1")
    docs.install(app, name, examples)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(LimitsMiddleware, settings=context.settings)
    app.add_middleware(FaultBarrier)
    app.add_middleware(MetricsMiddleware, registry=context.metrics)
    app.add_middleware(TracingMiddleware)
    return app


class FaultBarrier:
    """Turns what nobody expected into a problem, inside the tracing, so that it bears its trace id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            answer = await problem_details.unexpected(Request(scope), error)
            await answer(scope, receive, send)
