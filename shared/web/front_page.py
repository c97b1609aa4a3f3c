"""What does a visitor see first? A page that says what is here and where to go."""

from collections.abc import Sequence
from html import escape

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import NotFound
from shared.texts import chosen_language, text
from shared.web.problem_details import render
from shared.web.tracing import TracingMiddleware

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/{first}/_ours/icon.svg"><link rel="stylesheet" href="/{first}/_ours/front.css">
</head><body><main><h1>{title}</h1><p class="lead">{lead}</p><ul class="services">{services}</ul>
<p>{key}</p><p class="language"><a href="?lang={switch}">{other_language}</a></p></main></body></html>"""
_SERVICE = """<li><h2><a href="/{name}/docs?lang={language}">{title}</a></h2><p>{description}</p>
<p class="links"><a href="/{name}/docs?lang={language}">{docs}</a> <a href="/{name}/openapi.json">OpenAPI</a>
<a href="/{name}/health/ready">{ready}</a></p></li>"""


def front_page(services: Sequence[str]) -> ASGIApp:
    """The page at `/`; anything else that belongs to no service is a 404."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/":
            await render(NotFound("no_such_path"))(scope, receive, send)
            return
        language = chosen_language(QueryParams(scope["query_string"]))
        await HTMLResponse(_html(services, language))(scope, receive, send)

    return TracingMiddleware(page)


def _html(services: Sequence[str], language: str) -> str:
    def say(key: str) -> str:
        return escape(text(f"services.{key}", language=language))

    items = "".join(
        _SERVICE.format(
            name=name,
            language=language,
            title=say(f"{name}.title"),
            description=say(f"{name}.description").split("\n\n")[0],
            docs=say("open_docs"),
            ready=say("readiness"),
        )
        for name in services
    )
    return _PAGE.format(
        language=language,
        title=say("platform"),
        lead=say("lead"),
        key=say("where_is_the_key"),
        other_language=say("other_language"),
        switch=say("other_language_code"),
        first=services[0],
        services=items,
    )
