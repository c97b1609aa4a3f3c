"""What does a visitor see first? A page that says what is here and where to go."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import NotFound
from shared.texts import text
from shared.web.problem_details import render
from shared.web.tracing import TracingMiddleware

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/{first}/_ours/icon.svg"><link rel="stylesheet" href="/{first}/_ours/front.css">
</head><body><main><h1>{title}</h1><p class="lead">{lead}</p><ul class="services">{services}</ul>
<p>{key}</p><p class="language">{languages}</p></main></body></html>"""
_SERVICE = """<li><h2><a href="/{name}/docs">{title}</a></h2><p>{description}</p>
<p class="links"><a href="/{name}/docs">{docs}</a> <a href="/{name}/openapi.json">OpenAPI</a>
<a href="/{name}/health/ready">{ready}</a></p></li>"""


def front_page(services: Sequence[str]) -> ASGIApp:
    """The page at `/`; anything else that belongs to no service is a 404."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/":
            await render(NotFound("no_such_path"))(scope, receive, send)
            return
        await HTMLResponse(_html(services))(scope, receive, send)

    return TracingMiddleware(page)


def _html(services: Sequence[str]) -> str:
    items = "".join(
        _SERVICE.format(
            name=name,
            title=escape(text(f"services.{name}.title")),
            description=escape(text(f"services.{name}.description").split("\n\n")[0]),
            docs=escape(text("services.open_docs")),
            ready=escape(text("services.readiness")),
        )
        for name in services
    )
    return _PAGE.format(
        language=text("services.language"),
        title=escape(text("services.platform")),
        lead=escape(text("services.lead")),
        key=escape(text("services.where_is_the_key")),
        languages=escape(text("services.other_language")),
        first=services[0],
        services=items,
    )
