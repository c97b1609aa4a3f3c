"""How does a command that changes data reach the running platform? Over its API, like anybody."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import httpx

from shared.ids import new_id
from shared.settings import Settings
from shared.texts import text


def fail(sentence: str) -> NoReturn:
    """Say what is wrong, in one sentence, and end."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def say(result: Any, *, as_json: bool, line: str) -> None:
    """The result: JSON and nothing else with --json, a line for people without."""
    print(json.dumps(result, ensure_ascii=False, indent=2) if as_json else line)


class PlatformApi:
    """The running platform: address from CCHC_URL, key from CCHC_API_KEY or the key file."""

    def __init__(self) -> None:
        settings = Settings()
        self.url = os.environ.get("CCHC_URL", f"http://{settings.host}:{settings.port}")
        self._http = httpx.Client(
            base_url=self.url, headers={"X-API-Key": _key(settings)}, timeout=60
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, params=query)

    def items(self, path: str, **query: Any) -> Iterator[Any]:
        """All rows of a list, page after page."""
        cursor: str | None = None
        while True:
            given = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = self.get(path, **query, **given)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Idempotency-Key": str(new_id()), "If-Match": "*"}
        content = {} if "files" in options else {"json": body}
        return self._ask("POST", path, headers=headers, **content, **options)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            fail(text("cli.not_reachable", url=self.url, why=type(error).__name__))
        if response.is_success:
            return response.json() if response.content else None
        try:
            problem = response.json()
            details = "; ".join(e["message"] for e in problem.get("errors", ()))
            fail(f"{problem['title']}: {problem['detail']} {details}".strip())
        except (ValueError, KeyError):
            fail(text("cli.odd_answer", status=response.status_code))


def _key(settings: Settings) -> str:
    given = os.environ.get("CCHC_API_KEY")
    if given:
        return given
    file = settings.data_dir / "admin.key"
    try:
        return file.read_text().strip()
    except OSError:
        fail(text("cli.no_key", file=file))
