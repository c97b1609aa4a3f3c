"""How much may a client send, and how slowly? Limits in pure ASGI, before anything is parsed."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem, TooLarge
from shared.settings import Settings
from shared.web.problem_details import render


class RequestTimeout(Problem):
    status = 408


class LimitsMiddleware:
    """Refuses bodies that are too big (413) or too slow (408), and answers that take too long (503)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        upload = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self._settings.upload_limit if upload else self._settings.json_body_limit
        try:
            if int(headers.get("content-length", "0") or "0") > limit:
                raise TooLarge("body_too_large", limit=limit)
            body = await asyncio.wait_for(_read(receive, limit), self._settings.body_seconds)
        except TimeoutError:
            await render(RequestTimeout("body_too_slow"))(scope, receive, send)
            return
        except (Problem, ValueError) as error:
            problem = error if isinstance(error, Problem) else Problem("malformed_body")
            problem.status = problem.status if isinstance(error, Problem) else 400
            await render(problem)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(chunks)
        size += len(message.get("body", b""))
        if size > limit:
            raise TooLarge("body_too_large", limit=limit)
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the collected body over once; afterwards the client's own messages (disconnect)."""
    handed_over = False

    async def replay() -> Message:
        nonlocal handed_over
        if handed_over:
            return await receive()
        handed_over = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
