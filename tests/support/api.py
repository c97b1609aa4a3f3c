"""A client that speaks HTTP to the platform in this process, and nothing else."""

from typing import Any, Protocol, Self

import httpx
from starlette.types import ASGIApp

from shared.ids import new_id


class HasApp(Protocol):
    """Anything that answers HTTP: the platform, or a single service."""

    @property
    def app(self) -> ASGIApp: ...


class Api:
    """One caller. `get/post/...` return the response; `ok` insists on success and gives the JSON."""

    def __init__(self, running: HasApp, key: str | None) -> None:
        self.running = running
        headers = {"X-API-Key": key} if key else {}
        transport = httpx.ASGITransport(app=running.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://platform", headers=headers, timeout=30
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    def as_key(self, key: str | None) -> "Api":
        """Another caller of the same platform (closed by its own `async with`)."""
        return Api(self.running, key)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(new_id()), "If-Match": "*"} | options.pop("headers", {})
        return await self.http.post(path, json=json, headers=headers, **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        headers = {"If-Match": "*"} | options.pop("headers", {})
        return await self.http.patch(path, json=json, headers=headers, **options)

    async def ok(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        """The JSON of a call that must succeed."""
        headers = {"Idempotency-Key": str(new_id()), "If-Match": "*"} | options.pop("headers", {})
        response = await self.http.request(method, path, json=json, headers=headers, **options)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page after page."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self.ok("GET", path, params=query | ({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
