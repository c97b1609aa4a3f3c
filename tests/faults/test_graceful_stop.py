"""SIGTERM under load: what was accepted is answered, what was begun is done once, the exit code is 0."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.apart import Apart
from tests.support.distributed_world import Process
from tests.support.documents import DONG_NAI
from tests.support.ledger import Ledger
from tests.support.traffic import Traffic
from tests.support.worlds import World, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
STOP_WITHIN = 10.0
_PENDING = "select count(*) from outbox where state='pending' and stream='plans.unit'"
_RECEIVED = "select count(*) from inbox where stream='plans.unit'"
_HANDLED = "select count(*) from inbox where stream='plans.unit' and state='done'"


def told_to_stop(*processes: Process) -> float:
    """SIGTERM, and a clean end in time; the seconds it took."""
    started = time.monotonic()
    for process in processes:
        process.popen.send_signal(signal.SIGTERM)
    for process in processes:
        code = process.wait(seconds=20)
        assert code == 0, "".join(process.output)[-2000:]
    took = time.monotonic() - started
    assert took < STOP_WITHIN
    return took


def stopped(apart: Apart, service: str) -> None:
    """A service without workers."""
    workers = apart.workers(service)
    told_to_stop(*workers)
    for worker in workers:
        apart.world.forget(worker)


def number(apart: Apart, service: str, sql: str) -> int:
    return int(apart.world.value(service, sql))


def test_an_api_that_is_to_stop_says_so_at_once_and_behind_the_gateway_nobody_notices(
    platform_apart: Apart,
) -> None:
    world = platform_apart.world
    leaving = world.find("plans", "api")
    with platform_apart.gateway() as address, platform_apart.traffic(to=address) as traffic:
        eventually(lambda: traffic.done > 20)
        leaving.popen.send_signal(signal.SIGTERM)
        told = eventually(lambda: not_ready(leaving.url), seconds=0.9)
        assert "accepting" in [c["name"] for c in told["checks"] if not c["ok"]]
        told_to_stop(leaving)
        world.forget(leaving)
        after = traffic.done
        eventually(lambda: traffic.done > after + 20)

    assert set(traffic.seen) == {201}, traffic.seen
    platform_apart.settled()


def test_an_api_called_without_a_gateway_answers_every_request_it_took(
    platform_apart: Apart,
) -> None:
    leaving = platform_apart.world.find("plans", "api")
    with platform_apart.traffic(callers=4) as traffic:
        eventually(lambda: traffic.done > 20)
        told_to_stop(leaving)
        platform_apart.world.forget(leaving)

    # a connection may be refused when the door closes; what came in by it was answered
    assert set(traffic.seen) <= {201, "not taken", "no answer"}, traffic.seen
    assert unanswered(platform_apart.ledger) == []
    platform_apart.settled()


def unanswered(ledger: Ledger) -> list[str]:
    """Commands that were done and whose callers never heard of it at the first try."""
    return [entry.key for entry in ledger.entries() if entry.lost_answer]


def not_ready(url: str) -> dict[str, list[dict[str, object]]] | None:
    answer = httpx.get(f"{url}/plans/health/ready", timeout=5)
    return answer.json() if answer.status_code == 503 else None


@pytest.mark.parametrize("role", ["api", "worker"])
def test_more_than_one_sigterm_is_no_worse_than_one(platform_apart: Apart, role: str) -> None:
    process = platform_apart.world.find("scoring", role)
    while process.popen.poll() is None:
        process.popen.send_signal(signal.SIGTERM)
        with contextlib.suppress(Exception):
            process.popen.wait(0.01)

    assert process.wait() == 0


def test_a_relay_stopped_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    platform_apart: Apart,
) -> None:
    stopped(platform_apart, "plans")
    before = number(platform_apart, "notifications", _RECEIVED)
    with platform_apart.traffic() as traffic:
        eventually(lambda: traffic.done > 250)
    waiting = number(platform_apart, "plans", _PENDING)
    assert waiting > 250
    platform_apart.broker.delay(0.15)
    worker = platform_apart.world.add("plans", "worker")
    eventually(lambda: number(platform_apart, "notifications", _RECEIVED) > before)

    told_to_stop(worker)

    left = number(platform_apart, "plans", _PENDING)
    assert left > 0, "the batch was over before the signal came"
    platform_apart.restore()
    platform_apart.settled()


def test_an_inbox_stopped_in_the_middle_of_its_work_loses_and_doubles_nothing(
    platform_apart: Apart,
) -> None:
    with platform_apart.locked("notifications", "unit_nodes"):
        with platform_apart.traffic() as traffic:
            eventually(lambda: traffic.done > 100)
        eventually(lambda: platform_apart.is_blocked("notifications"))

        stopped(platform_apart, "notifications")

        handled = number(platform_apart, "notifications", _HANDLED)
        assert handled < number(platform_apart, "notifications", _RECEIVED), "it was over too soon"
    platform_apart.restore()
    platform_apart.settled()


def test_a_job_stopped_in_the_middle_is_done_once_by_the_next_worker_and_not_counted_against_it(
    platform_apart: Apart,
) -> None:
    world = platform_apart.world
    admin = world.caller()
    imports = "select count(*) from imports"
    before = number(platform_apart, "plans", imports)
    headers = {"Prefer": "respond-async", "Idempotency-Key": "a-document-for-later"}
    with platform_apart.locked("plans", "imports"):
        with DONG_NAI.open("rb") as document:
            address = admin.address("/plans/v1/imports")
            job = admin.http.post(address, headers=headers, files={"file": document}).json()
        state = "select state, attempts from jobs where id = '{id}'".format_map(job)
        eventually(lambda: platform_apart.is_blocked("plans"))
        assert world.rows("plans", state) == [["running", "1"]]

        stopped(platform_apart, "plans")

        assert world.rows("plans", state) == [["queued", "0"]]
    platform_apart.restore()
    eventually(lambda: world.rows("plans", state) == [["succeeded", "1"]])
    assert number(platform_apart, "plans", imports) == before + 1


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "var", CCHC_SAMPLE="0") as world:
        world.wait_ready()
        yield world


def test_the_embedded_platform_too_answers_what_it_took_whatever_number_of_signals(
    embedded: World, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    key = (embedded.data / "admin.key").read_text().strip()
    process = embedded._process
    assert process is not None
    with Traffic(lambda: [embedded.url], key, ledger) as traffic:
        eventually(lambda: traffic.done > 20)
        started = time.monotonic()
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(Exception):
                process.wait(0.02)
        assert process.wait() == 0
        assert time.monotonic() - started < STOP_WITHIN
        embedded.start()

    assert unanswered(ledger) == []
    asked = {entry.body["code"] for entry in ledger.entries()}
    made = [unit["code"] for unit in embedded.caller().items("/plans/v1/units")]
    assert sorted(made) == sorted(asked)
