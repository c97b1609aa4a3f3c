"""A platform as its users meet it: processes of its own, reached over HTTP and nothing else."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from shared.ids import new_id

ROOT = Path(__file__).parents[2]
_STARTED = re.compile(r"http://127\.0\.0\.1:(\d+)")
START_SECONDS = 60


class World:
    """One running platform and its administrator."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CCHC_")},
            "CCHC_DATA_DIR": str(data),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.output: list[str] = []
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._callers: list[Caller] = []
        self._reader: threading.Thread | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it tells its address."""
        self.launch()
        self.wait_address()

    def launch(self) -> None:
        """Start it and wait for nothing."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "services.embedded", "--port", "0"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines = queue.Queue()
        self._reader = threading.Thread(
            target=self._read, args=(self._process, self._lines), daemon=True
        )
        self._reader.start()

    def wait_address(self) -> None:
        """Wait until it tells its address.

        :raises AssertionError: it ended, or said none in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            line = self._lines.get(timeout=START_SECONDS)
            if line is None:
                raise AssertionError("did not start:\n" + "".join(self.output))
            if found := _STARTED.search(line):
                self.url = f"http://127.0.0.1:{found[1]}"
                return
        raise AssertionError("said no address:\n" + "".join(self.output))

    def wait_ready(self) -> None:
        """Wait until all services say they are ready."""
        for service in ("plans", "scoring", "notifications"):
            eventually(lambda s=service: self._is_ready(s), seconds=START_SECONDS)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """End it as `kill -9` does."""
        return self._end(signal.SIGKILL)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    def caller(self, key: str | None = None) -> "Caller":
        """Somebody who calls; the administrator unless a key is given."""
        urls = dict.fromkeys(("plans", "scoring", "notifications"), self.url)
        made = Caller(urls, key or (self.data / "admin.key").read_text().strip())
        self._callers.append(made)
        return made

    def _is_ready(self, service: str) -> bool:
        return httpx.get(f"{self.url}/{service}/health/ready", timeout=5).status_code == 200

    def _end(self, number: signal.Signals) -> int:
        for caller in self._callers:
            caller.close()
        self._callers.clear()
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(timeout=20)
        if self._reader is not None:
            self._reader.join(timeout=5)
        self._process = None
        return code

    def _read(self, process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        with process.stdout as out:
            for line in out:
                self.output.append(line)
                lines.put(line)
        lines.put(None)


class Caller:
    """A client with a key; every command gets its own idempotency key unless told."""

    def __init__(self, urls: Mapping[str, str], key: str) -> None:
        self._urls = urls
        self.http = httpx.Client(headers={"X-API-Key": key}, timeout=30)

    def close(self) -> None:
        self.http.close()

    def address(self, path: str) -> str:
        """Where a path is answered: the service that its first segment names."""
        return self._urls[path.split("/")[1]] + path

    def get(self, path: str, **query: Any) -> Any:
        return self._ok(self.http.get(self.address(path), params=query))

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> Any:
        return self._ok(self.try_post(path, body, key=key, **options))

    def try_post(
        self, path: str, body: Any = None, *, key: str | None = None, **options: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(new_id()), "If-Match": "*"}
        content = {} if "files" in options else {"json": body}
        return self.http.post(self.address(path), headers=headers, **content, **options)

    def _ok(self, response: httpx.Response) -> Any:
        request = response.request
        assert response.is_success, (
            f"{request.method} {request.url.path}: {response.status_code} {response.text}"
        )
        return response.json() if response.content else None


def eventually(check: Callable[[], Any], *, seconds: float = 30) -> Any:
    """What the check returns once it is true.

    :raises AssertionError: when it does not become true in time.
    """
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    last: BaseException | None = None
    while time.monotonic() < deadline:
        try:
            if result := check():
                return result
        except (httpx.HTTPError, AssertionError, json.JSONDecodeError) as error:
            last = error
        pause.wait(0.1)
    raise AssertionError(f"did not become true within {seconds} s") from last
