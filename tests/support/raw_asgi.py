"""How does an application answer what no HTTP library would send? Asked at the ASGI door itself."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `started` is false when the application closed without a word."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def started(self) -> bool:
        return self.status != 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Headers = (),
    chunks: Sequence[bytes] = (b"",),
    ends: str = "body",
) -> Answer:
    """Send a request in chunks. `ends`: "body" (as it should), "never" (stalls), "gone" (hangs up)."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": ends != "body" or n < len(chunks)}
        for n, chunk in enumerate(chunks, start=1)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        if ends == "never":
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in headers],
        "server": ("platform", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await app(scope, receive, send)
    start = next((m for m in sent if m["type"] == "http.response.start"), None)
    if start is None:
        return Answer(0, {}, b"")
    return Answer(
        start["status"],
        {k.decode().lower(): v.decode() for k, v in start["headers"]},
        b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body"),
    )
