"""One address in front of services that run elsewhere: everything passes, unchanged and unread."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.processes import free_port
from shared.runtime.server import Server, listening
from shared.settings import Settings
from shared.web.forwarding import Forwarding
from shared.web.front_page import Front
from tests.support.eventually import eventually

Serve = Callable[[ASGIApp], Awaitable[str]]


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    with listening(Settings(port=0)) as taken:
        server = Server(app, stop_seconds=1)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        await server.accepting.wait()
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        server.stop()
        await serving


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve an application on a port of its own."""
    async with AsyncExitStack() as stack:
        yield lambda app: stack.enter_async_context(served(app))


@pytest.fixture
async def gateway(serve: Serve) -> AsyncIterator[Callable[..., Awaitable[httpx.AsyncClient]]]:
    """A client of a gateway whose `plans` are at the given addresses."""
    async with AsyncExitStack() as stack:

        async def opened(*addresses: str) -> httpx.AsyncClient:
            forwarding = Forwarding(addresses)
            stack.push_async_callback(forwarding.close)
            address = await serve(Front({"plans": forwarding}))
            return await stack.enter_async_context(httpx.AsyncClient(base_url=address))

        yield opened


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was asked."""
    request = Request(scope, receive)
    body = await request.body()
    seen = {
        "method": scope["method"],
        "target": (scope["raw_path"] + b"?" + scope["query_string"]).decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "size": len(body),
    }
    headers = {"ETag": '"7"', "Retry-After": "3", "Set-Cookie": "a=1"}
    response = JSONResponse(seen, 202, headers)
    response.raw_headers.append((b"set-cookie", b"b=2"))
    await response(scope, receive, send)


async def test_method_path_headers_and_body_arrive_as_they_were_sent(serve, gateway) -> None:
    client = await gateway(await serve(mirror))

    answer = await client.post(
        "/plans/v1/a%2Fb;x?q=%C4%91&q=2",
        content=b"x" * 300_000,
        headers=[("X-API-Key", "k"), ("X-Twice", "1"), ("X-Twice", "2"), ("If-Match", '"3"')],
    )

    seen = answer.json()
    assert (answer.status_code, seen["method"], seen["size"]) == (202, "POST", 300_000)
    assert seen["target"] == "/plans/v1/a%2Fb;x?q=%C4%91&q=2"
    names = [name for name, _ in seen["headers"]]
    assert [v for n, v in seen["headers"] if n == "x-twice"] == ["1", "2"]
    assert {"x-api-key", "if-match", "host", "content-length"} <= set(names)
    assert answer.headers["etag"] == '"7"'
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert len(answer.headers.get_list("date")) == 1


async def test_bodies_flow_through_both_ways_without_being_kept(serve, gateway) -> None:
    half_sent, half_answered = asyncio.Event(), asyncio.Event()

    async def halves(scope: Scope, receive: Receive, send: Send) -> None:
        async for _ in Request(scope, receive).stream():
            half_sent.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await half_answered.wait()
        await send({"type": "http.response.body", "body": b"second"})

    async def sent() -> AsyncIterator[bytes]:
        yield b"first"
        await half_sent.wait()
        yield b"second"

    client = await gateway(await serve(halves))

    async with (
        asyncio.timeout(20),
        client.stream("POST", "/plans/v1/stream", content=sent()) as answer,
    ):
        arrived = b""
        async for part in answer.aiter_bytes():
            arrived += part
            half_answered.set()

    assert arrived == b"first second"


async def test_a_service_that_is_away_is_a_503_in_the_callers_language(gateway) -> None:
    client = await gateway(f"http://127.0.0.1:{free_port()}")

    vietnamese = await client.post("/plans/v1/units", json={})
    english = await client.get("/plans/v1/units", headers={"Accept-Language": "en"})

    assert (vietnamese.status_code, vietnamese.json()["code"]) == (503, "service_away")
    assert vietnamese.headers["content-type"] == "application/problem+json"
    assert vietnamese.headers["retry-after"] == "2"
    assert "Hãy thử lại" in vietnamese.json()["detail"]
    assert "Try again" in english.json()["detail"]


async def test_an_answer_that_breaks_off_is_a_502_and_nothing_is_sent_twice(gateway) -> None:
    taken = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        taken += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = await gateway(address, address)
        lost = await client.post("/plans/v1/units", json={"code": "A"})

    assert (lost.status_code, lost.json()["code"]) == (502, "answer_lost")
    assert "Idempotency-Key" in lost.json()["detail"]
    assert taken == 1


async def test_a_copy_that_is_gone_or_about_to_go_is_passed_over(serve) -> None:
    ready = True

    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        status = 200 if scope["path"].endswith("staying") or ready else 503
        await Response("leaving", status)(scope, receive, send)

    async def staying(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("staying")(scope, receive, send)

    copies = [await serve(leaving), await serve(staying), f"http://127.0.0.1:{free_port()}"]
    forwarding = Forwarding(copies)
    watching = asyncio.create_task(forwarding.watch("/plans/health/ready"))
    transport = httpx.ASGITransport(app=forwarding)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:

        async def asked() -> set[str]:
            return {(await client.get("/plans/v1/units")).text for _ in range(6)}

        assert await asked() == {"leaving", "staying"}
        ready = False

        async def is_passed_over() -> bool:
            return await asked() == {"staying"}

        await eventually(is_passed_over, within=5)
    watching.cancel()
    await forwarding.close()


async def test_the_front_page_and_the_events_are_answered_by_the_gateway_itself(gateway) -> None:
    client = await gateway("http://127.0.0.1:1")

    assert "CCHC" in (await client.get("/")).text
    assert json.loads((await client.get("/asyncapi.json")).content)["asyncapi"] == "3.0.0"
    assert (await client.get("/nowhere")).status_code == 404
