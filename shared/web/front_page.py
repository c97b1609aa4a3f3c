"""What does a visitor see first? A page that says what is here and where to go."""

from collections.abc import Mapping
from html import escape

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.contracts import SUBSCRIPTIONS
from shared.contracts.asyncapi import document
from shared.errors import NotFound
from shared.texts import chosen_language, text
from shared.web.docs import POLICY
from shared.web.events_page import events_page
from shared.web.problem_details import render
from shared.web.tracing import TracingMiddleware

_SERVICES = tuple(SUBSCRIPTIONS)
_HEADERS = {"Content-Security-Policy": POLICY}
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/{first}/_ours/icon.svg"><link rel="stylesheet" href="/{first}/_ours/front.css">
</head><body><main><h1>{title}</h1><p class="lead">{lead}</p><ul class="services">{services}</ul>
<p>{key}</p><p><a href="/asyncapi?lang={language}">{events}</a></p>
<p class="language"><a href="?lang={switch}">{other_language}</a></p></main></body></html>"""
_SERVICE = """<li><h2><a href="/{name}/docs?lang={language}">{title}</a></h2><p>{description}</p>
<p class="links"><a href="/{name}/docs?lang={language}">{docs}</a> <a href="/{name}/openapi.json">OpenAPI</a>
<a href="/{name}/health/ready">{ready}</a></p></li>"""


class Front:
    """Sends a request to the service its first path segment names; `/` and `/asyncapi` are here."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps
        self._own = TracingMiddleware(_page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        first = scope["path"].partition("/")[2].partition("/")[0]
        await self._apps.get(first, self._own)(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    language = chosen_language(QueryParams(scope["query_string"]))
    answer: Response
    if scope["path"] == "/":
        answer = HTMLResponse(_html(language), headers=_HEADERS)
    elif scope["path"] == "/asyncapi.json":
        answer = JSONResponse(document(language))
    elif scope["path"] == "/asyncapi":
        answer = HTMLResponse(events_page(_SERVICES[0], language), headers=_HEADERS)
    else:
        answer = render(NotFound("no_such_path"))
    await answer(scope, receive, send)


def _html(language: str) -> str:
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
        for name in _SERVICES
    )
    return _PAGE.format(
        language=language,
        title=say("platform"),
        lead=say("lead"),
        key=say("where_is_the_key"),
        events=say("events"),
        other_language=say("other_language"),
        switch=say("other_language_code"),
        first=_SERVICES[0],
        services=items,
    )
