"""Does the server itself, and not only the application, answer what no client library would send?"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from shared.runtime.server import Server, listening
from shared.settings import Settings
from tests.support.toy_platform import EVERYWHERE, ToyPlatform
from tests.support.toy_service import Note

NOTE = b'{"unit_code":"T","title":"over the wire"}'


@dataclass(slots=True)
class Wire:
    """A listening toy, and the key of somebody who may do everything."""

    toy: ToyPlatform
    port: int
    key: bytes

    async def send(self, *parts: bytes, half_close: bool = False) -> tuple[int, bytes]:
        """Send raw bytes; the status (0: closed without a word) and everything that came back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for part in parts:
            writer.write(part.replace(b"<key>", self.key))
            await writer.drain()
        if half_close:
            writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/1.1 ") else b"0"
        return int(status), answer


@pytest.fixture
async def wire(settings: Settings, toy: ToyPlatform) -> AsyncIterator[Wire]:
    local = settings.model_copy(update={"port": 0})
    key = (await toy.caller(EVERYWHERE)).encode()
    with listening(local) as taken:
        server = Server(toy.app, stop_seconds=1)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        await server.accepting.wait()
        yield Wire(toy, taken.getsockname()[1], key)
        server.stop()
        await serving


def request(method: bytes, target: bytes, body: bytes = b"", *headers: bytes) -> bytes:
    lines = [
        b"%s %s HTTP/1.1" % (method, target), b"Host: platform", b"X-API-Key: <key>",
        b"Connection: close", *headers,
    ]  # fmt: skip
    if body:
        lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


async def test_a_command_over_the_wire_is_answered_and_done(wire: Wire) -> None:
    status, answer = await wire.send(request(b"POST", b"/plans/v1/notes", NOTE))
    assert status == 201
    assert b"over the wire" in answer
    assert await wire.toy.count(Note.__table__) == 1


async def test_head_has_the_headers_of_get_and_no_body(wire: Wire) -> None:
    got, full = await wire.send(request(b"GET", b"/plans/v1/me"))
    headed, bare = await wire.send(request(b"HEAD", b"/plans/v1/me"))
    assert got == headed == 200
    assert bare.endswith(b"\r\n\r\n")
    length = next(
        line for line in full.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    assert length in bare


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        (b"/plans/v1/notes/%FF", {404}),
        (b"/plans/v1/notes/%00", {404}),
        (b"/plans/v1/notes/\xff\xfe", {400, 404}),
        (b"/plans/v1/notes/\xe1\xba\xbf", {400, 404}),
        (b"/plans/v1/notes?q=%FF%00", {200, 422}),
        (b"/plans/v1/notes?q=\xff", {200, 400, 422}),
        (b"//plans/v1/notes", {404}),
        (b"/plans/../plans/v1/notes", {404}),
        (b"http://evil.example/plans/v1/me", {200, 400, 404}),
        (b"*", {400, 404}),
        (b"plans", {400, 404}),
        (b"/plans/v1/notes?" + b"a=1&" * 2000, {200}),
    ],
)
async def test_strange_targets_are_answered(wire: Wire, target: bytes, statuses: set[int]) -> None:
    status, _ = await wire.send(request(b"GET", target))
    assert status in statuses


CHUNKED = request(
    b"POST",
    b"/plans/v1/notes",
    b"",
    b"Transfer-Encoding: chunked",
    b"Content-Type: application/json",
)


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


async def test_a_body_in_chunks_is_one_body(wire: Wire) -> None:
    status, _ = await wire.send(CHUNKED, chunk(NOTE[:9]), chunk(NOTE[9:]), b"0\r\n\r\n")
    assert status == 201


async def test_a_body_in_chunks_that_never_ends_is_cut_off(wire: Wire) -> None:
    status, answer = await wire.send(CHUNKED, *[chunk(b" " * 100_000)] * 11)
    assert status == 413
    assert b"body_too_large" in answer
    assert await wire.toy.count(Note.__table__) == 0


async def test_a_body_announced_as_huge_is_refused_without_reading_it(wire: Wire) -> None:
    huge = request(
        b"POST",
        b"/plans/v1/notes",
        b"",
        b"Content-Length: 1000000000",
        b"Content-Type: application/json",
    )
    status, _ = await wire.send(huge)
    assert status == 413


@pytest.mark.parametrize(
    "broken",
    [
        b"rubbish\r\n\r\n",
        b"GET /plans/v1/me HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /plans/v1/me HTTP/1.1\r\n\r\n",
        request(b"POST", b"/plans/v1/notes", b"", b"Content-Length: -1"),
        request(b"POST", b"/plans/v1/notes", b"", b"Content-Length: 1", b"Content-Length: 2"),
        request(b"POST", b"/plans/v1/notes", b"", b"Transfer-Encoding: chunked, identity"),
        CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n",
        CHUNKED + b"zz\r\n",
        request(b"GET", b"/plans/v1/me", b"", b"X: " + b"a" * 100_000),
        request(b"GET", b"/plans/v1/me", b"", b"A\x00B: c"),
        request(b"GET", b"/plans/v1/me", b"", b"A: b\x00c"),
        request(b"G E T", b"/plans/v1/me"),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_not_http_is_refused_and_harms_nobody(wire: Wire, broken: bytes) -> None:
    status, _ = await wire.send(broken, half_close=True)
    assert status in {0, 400, 401, 413, 431}
    assert (await wire.send(request(b"GET", b"/plans/v1/me")))[0] == 200


async def test_two_hosts_or_a_foreign_one_change_nothing(wire: Wire) -> None:
    evil = b"GET /plans/v1/me HTTP/1.1\r\nHost: evil.example/../x\r\nX-API-Key: <key>\r\nConnection: close\r\n\r\n"
    status, answer = await wire.send(evil)
    assert status in {200, 400}
    assert b"evil" not in answer


async def test_a_client_that_hangs_up_in_its_body_changes_nothing(wire: Wire) -> None:
    head = request(
        b"POST", b"/plans/v1/notes", b"", b"Content-Length: 500", b"Content-Type: application/json"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(head.replace(b"<key>", wire.key) + NOTE)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await wire.send(request(b"GET", b"/plans/v1/me")))[0] == 200
    assert await wire.toy.count(Note.__table__) == 0
    assert reader.at_eof()


async def test_several_requests_on_one_connection_are_answered_in_order(wire: Wire) -> None:
    first = request(b"GET", b"/plans/v1/me").replace(b"Connection: close\r\n", b"")
    _, answer = await wire.send(first + first + request(b"GET", b"/plans/v1/nowhere"))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"404"]
