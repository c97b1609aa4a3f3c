"""Which request is this? A W3C trace id, taken over from the caller or made here."""

import re
import secrets
from contextvars import ContextVar

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.texts import current_language, preferred_language

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
trace_id: ContextVar[str] = ContextVar("trace_id", default="")


def traceparent() -> str:
    """The header that continues this request's trace."""
    return f"00-{trace_id.get() or secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


class TracingMiddleware:
    """Gives each request its trace id and its language, and puts the id on the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        match = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
        trace = match[1] if match and set(match[1]) != {"0"} else secrets.token_hex(16)
        trace_id.set(trace)
        language = preferred_language(headers.get("accept-language", ""))
        current_language.set(language)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace_id=trace)

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["X-Request-Id"] = trace
                answer.setdefault("Content-Language", language)
                answer.setdefault("X-Content-Type-Options", "nosniff")
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, tagged)
