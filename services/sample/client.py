"""How does the sample talk to the platform? As any partner would, over HTTP."""

from importlib.resources import files
from typing import Any, Self

import httpx
from starlette.types import ASGIApp

HERE = files("services.sample")


class SampleFailed(Exception):
    """A call that should have worked did not."""


class Client:
    """Calls with fixed idempotency keys, so that a repeated load repeats nothing."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://platform",
            headers={"X-API-Key": key},
            timeout=30,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def as_holder_of(self, key: str) -> "Client":
        """Another caller."""
        return Client(self._app, key)

    async def post(self, path: str, body: Any, *, step: str) -> Any:
        """A command of the sample; `step` names it once and for all."""
        return await self._send(path, step=step, json=body)

    async def upload(self, path: str, *, name: str, content: bytes, step: str) -> Any:
        media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return await self._send(path, step=step, files={"file": (name, content, media)})

    async def get(self, path: str, **query: Any) -> Any:
        return self._checked(await self._http.get(path, params=query))

    async def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_cursor": None}
        while True:
            page = await self.get(
                path, **query | ({"cursor": page["next_cursor"]} if page["next_cursor"] else {})
            )
            found += page["items"]
            if page["next_cursor"] is None:
                return found

    async def _send(self, path: str, *, step: str, **content: Any) -> Any:
        headers = {"Idempotency-Key": f"sample/{step}", "If-Match": "*"}
        return self._checked(await self._http.post(path, headers=headers, **content))

    def _checked(self, response: httpx.Response) -> Any:
        if not response.is_success:
            code = response.json().get("code", "") if response.content else ""
            raise SampleFailed(f"{response.request.url.path}: {response.status_code} {code}")
        return response.json() if response.content else None
