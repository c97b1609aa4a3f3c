"""How does one address answer for services that run elsewhere? Requests pass through, unread, to a copy.

Bodies are streamed both ways and no header is changed but those that belong to a single connection.
A copy that says it is not ready, or does not take the connection, is passed over; nothing that was
sent is sent twice.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import httpx
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Problem, Unavailable
from shared.web.problem_details import render
from shared.web.tracing import TracingMiddleware

log = structlog.get_logger(__name__)
CONNECT_SECONDS = 2.0
# more than a service takes for its slowest answer: it is the one that says "too slow"
ANSWER_SECONDS = 75.0
# less than a copy that is told to stop still takes calls
LOOK_SECONDS = 0.4
# less than the services keep an idle connection, so that none is used while it is being closed
IDLE_SECONDS = 2.0
_OF_ONE_CONNECTION = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect", b"proxy-connection"),
    }
)
_Headers = list[tuple[bytes, bytes]]


class BadGateway(Problem):
    status = 502


class Forwarding:
    """An ASGI application that is somewhere else: at any of the addresses, in turn."""

    def __init__(
        self, addresses: Sequence[str], *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """:param addresses: of the copies, as http://host:port."""
        self._copies = [httpx.URL(address) for address in addresses]
        self._next = 0
        self._unready: set[httpx.URL] = set()
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        limits = httpx.Limits(max_connections=None, keepalive_expiry=IDLE_SECONDS)
        self._http = httpx.AsyncClient(
            timeout=timeout, limits=limits, trust_env=False, transport=transport
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def watch(self, path: str) -> None:
        """Ask each copy again and again whether it is ready, until cancelled."""
        while True:
            await asyncio.gather(*(self._look(copy, path) for copy in self._copies))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, copy: httpx.URL, path: str) -> None:
        try:
            answer = await self._http.get(copy.join(path), timeout=CONNECT_SECONDS)
            ready = answer.is_success
        except httpx.HTTPError:
            ready = False
        (self._unready.discard if ready else self._unready.add)(copy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _sent(Request(scope, receive))
        try:
            response = await self._ask(scope, body)
        except ClientDisconnect:
            return
        except httpx.HTTPError as error:
            log.warning("no_answer", path=scope["path"], error=type(error).__name__)
            lost = BadGateway("answer_lost", headers={"Retry-After": "2"})
            await _refuse(lost, scope, receive, send)
            return
        if response is None:
            away = Unavailable("service_away", headers={"Retry-After": "2"})
            await _refuse(away, scope, receive, send)
            return
        await _pass_on(response, send)

    async def _ask(self, scope: Scope, body: AsyncIterator[bytes]) -> httpx.Response | None:
        """The answer of the first copy that takes the connection; None when none does.

        :raises httpx.HTTPError: the request was sent, at least in part, and no answer came.
        """
        for copy in self._in_turn():
            request = httpx.Request(
                scope["method"],
                copy,
                headers=_passing(scope["headers"]),
                content=body if _has_body(scope["headers"]) else None,
                # the path exactly as it was written, not as a library would write it
                extensions={"target": _target(scope), "timeout": self._http.timeout.as_dict()},
            )
            try:
                return await self._http.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return None

    def _in_turn(self) -> Iterable[httpx.URL]:
        """The copies, each time another one first, those that are not ready at the end."""
        self._next = (self._next + 1) % len(self._copies)
        turn = [*self._copies[self._next :], *self._copies[: self._next]]
        return sorted(turn, key=self._unready.__contains__)


async def _sent(request: Request) -> AsyncIterator[bytes]:
    """What the caller sends, as it arrives."""
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _pass_on(response: httpx.Response, send: Send) -> None:
    try:
        await send(
            {
                "type": "http.response.start",
                "status": response.status_code,
                # the server puts a date of its own on what it sends
                "headers": [h for h in _passing(response.headers.raw) if h[0] != b"date"],
            }
        )
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        await response.aclose()


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # only now the language of the caller is known
        await render(problem)(scope, receive, send)

    tracing: ASGIApp = TracingMiddleware(answer)
    await tracing(scope, receive, send)


def _passing(headers: Iterable[tuple[bytes, bytes]]) -> _Headers:
    """The headers that mean something beyond one connection."""
    found = [(name.lower(), value) for name, value in headers]
    named = {
        option.strip().lower()
        for name, value in found
        if name == b"connection"
        for option in value.split(b",")
    }
    return [(n, v) for n, v in found if n not in _OF_ONE_CONNECTION and n not in named]


def _has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in headers)


def _target(scope: Scope) -> bytes:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path
