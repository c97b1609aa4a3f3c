"""People at work while something breaks: callers who never give up, and write everything down."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Self

import httpx

from tests.support.ledger import Ledger

GIVE_UP_SECONDS = 60.0
_PAUSE = 0.05
_ROUTE = "POST /plans/v1/units"
# across all traffic of a test run: a platform is used by several tests
_NUMBERS = itertools.count(1)


class Traffic:
    """Callers who make units, each as fast as it is answered; every command is on the ledger.

    A refusal and a silence are followed by the same command with the same key, elsewhere if there is
    an elsewhere, until it is answered with 2xx.
    """

    def __init__(
        self, urls: Callable[[], Sequence[str]], key: str, ledger: Ledger, *, callers: int = 3
    ) -> None:
        """:param urls: where plans can be reached now."""
        self._urls = urls
        self._key = key
        self._ledger = ledger
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(callers)]
        # what was answered: a status, `not taken` (no connection), `no answer` (sent, then silence)
        self.seen: Counter[int | str] = Counter()
        self.refusals: list[httpx.Response] = []
        self.slowest = 0.0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def done(self) -> int:
        return self.seen[201]

    def stop(self) -> None:
        """No new commands; those begun are finished."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(GIVE_UP_SECONDS + 10)
        assert not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        with httpx.Client(headers={"X-API-Key": self._key}, timeout=45) as http:
            while not self._stopping.is_set():
                number = next(_NUMBERS)
                body = {"code": f"T{number}", "name": f"Đơn vị {number}"}
                self._insist(http, f"unit-{number}", body)

    def _insist(self, http: httpx.Client, key: str, body: dict[str, Any]) -> None:
        until = time.monotonic() + GIVE_UP_SECONDS
        path, lost = "/plans/v1/units", False
        for attempt in itertools.count():
            urls = self._urls()
            self._ledger.asked(key, route=_ROUTE, path=path, body=body)
            answer = self._try(http, urls[attempt % len(urls)] + path, key, body)
            if answer is not None and answer.is_success:
                replayed = "idempotency-replayed" in answer.headers
                self._ledger.answered(
                    key,
                    status=answer.status_code,
                    answer=answer.json(),
                    lost_answer=lost and replayed,
                )
                return
            lost = lost or answer is None
            assert time.monotonic() < until, f"{key} was never accepted"
            time.sleep(_PAUSE)

    def _try(
        self, http: httpx.Client, url: str, key: str, body: dict[str, Any]
    ) -> httpx.Response | None:
        started = time.monotonic()
        try:
            answer = http.post(url, json=body, headers={"Idempotency-Key": key})
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self.seen["not taken"] += 1
            return None
        except httpx.HTTPError:
            self.seen["no answer"] += 1
            return None
        self.slowest = max(self.slowest, time.monotonic() - started)
        self.seen[answer.status_code] += 1
        if not answer.is_success:
            self.refusals.append(answer)
        return answer


def assert_plainly_refused(traffic: Traffic) -> None:
    """Whatever was not done was refused as a problem: 503 (or 409: the first try still runs)."""
    for refusal in traffic.refusals:
        assert refusal.status_code in {409, 502, 503}, refusal.text
        assert refusal.headers["content-type"] == "application/problem+json"
        assert int(refusal.headers["retry-after"]) > 0, refusal.text
        problem = refusal.json()
        assert problem["code"] in {
            "database_unavailable",
            "idempotency_in_flight",
            "stopping",
            "too_slow",
        }, problem
        assert "Hãy" in problem["detail"], problem
