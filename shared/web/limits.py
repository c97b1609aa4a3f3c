"""How much may a client send, how slowly, and how long may an answer take? In pure ASGI, unparsed.

The two times are counted one after the other: a body that crawls in is a 408, work that does not end
is a 503. Once a commit has begun the clock stops, because only its end tells what is true.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import BadRequest, Problem, TooLarge, Unavailable
from shared.settings import Settings
from shared.web.problem_details import render

_DEADLINE = "cchc.deadline"


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
        try:
            body = await self._collect(scope, receive)
        except Problem as problem:
            await render(problem)(scope, receive, send)
            return
        if body is not None:
            await self._answer(scope, _replay(body, receive), send)

    async def _collect(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away before it was complete."""
        headers = Headers(scope=scope)
        upload = headers.get("content-type", "").lower().startswith("multipart/form-data")
        limit = self._settings.upload_limit if upload else self._settings.json_body_limit
        announced = headers.get("content-length", "0") or "0"
        if not announced.isdecimal():
            raise BadRequest("malformed_body")
        if int(announced[:20]) > limit:
            raise TooLarge("body_too_large", limit=limit)
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                return await _read(receive, limit)
        except TimeoutError:
            raise RequestTimeout("body_too_slow", headers={"Connection": "close"}) from None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self._settings.request_seconds) as deadline:
                scope[_DEADLINE] = deadline
                await self._app(scope, receive, watching)
        except TimeoutError:
            if started or not deadline.expired():
                raise
            problem = Unavailable("too_slow", headers={"Retry-After": "5"})
            await render(problem)(scope, receive, send)


async def begin_commit(scope: Scope) -> None:
    """From here on the request is not interrupted: whether it was done is for the commit to say.

    :raises asyncio.CancelledError: the time was up a moment ago; nothing was committed.
    """
    deadline: asyncio.Timeout | None = scope.get(_DEADLINE)
    if deadline is None:
        return
    if deadline.expired():
        await asyncio.sleep(0)  # the cancellation that is on its way arrives here
    deadline.reschedule(None)


async def _read(receive: Receive, limit: int) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
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
