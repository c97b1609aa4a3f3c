"""Broker, database and network fail under people at work: nothing is lost, nothing comes twice.

While the broker is away commands are accepted as ever; while the database is away they are refused
plainly. Afterwards everything that was answered with 2xx is everywhere, once.
"""

import os
import random
import secrets
import time
from collections.abc import Callable

import httpx
import pytest

from tests.support.apart import BACK_WITHIN, Apart
from tests.support.traffic import Traffic, assert_plainly_refused
from tests.support.worlds import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
# what a caller waits at most while the database is away: connecting gives up after 5 s
LONGEST_ANSWER = 20.0
CUTS = 6


def goes_on(traffic: Traffic, *, number: int = 10, within: float = BACK_WITHIN) -> None:
    """Commands are accepted now."""
    before = traffic.done
    eventually(lambda: traffic.done >= before + number, seconds=within)


def seed() -> int:
    """Drawn afresh unless CCHC_FAULT_SEED says otherwise; printed, so that a run can be repeated."""
    drawn = int(os.environ.get("CCHC_FAULT_SEED") or secrets.randbelow(10**6))
    print(f"CCHC_FAULT_SEED={drawn}")  # noqa: T201
    return drawn


class TestBroker:
    def test_while_it_is_stopped_commands_are_accepted_readiness_says_degraded_and_all_arrives_later(
        self, platform_apart: Apart
    ) -> None:
        broker = platform_apart.servers.rabbitmq
        with platform_apart.traffic() as traffic:
            goes_on(traffic)
            broker.stop_app()
            try:
                goes_on(traffic)
                told = eventually(lambda: degraded(platform_apart, "plans"))
            finally:
                broker.start_app()
            assert told == ["worker"]
            assert platform_apart.ready("plans")["status"] == "ready"
            eventually(lambda: degraded(platform_apart, "plans") == [])
        assert set(traffic.seen) == {201}, traffic.seen
        platform_apart.settled()

    def test_what_was_accepted_survives_its_sigkill(self, platform_apart: Apart) -> None:
        broker = platform_apart.servers.rabbitmq
        with platform_apart.traffic() as traffic:
            goes_on(traffic)
            broker.kill()
            goes_on(traffic)
            broker.start()
        assert set(traffic.seen) == {201}, traffic.seen
        platform_apart.settled()


def degraded(apart: Apart, service: str) -> list[str]:
    return [lack["name"] for lack in apart.ready(service)["degraded"]]


class TestDatabase:
    @pytest.mark.parametrize("how", ["stop", "kill"])
    def test_while_it_is_away_commands_are_refused_plainly_and_none_that_was_done_is_lost(
        self, platform_apart: Apart, how: str
    ) -> None:
        database = platform_apart.servers.postgresql
        with platform_apart.traffic() as traffic:
            goes_on(traffic)
            {"stop": database.stop, "kill": database.kill}[how]()
            try:
                eventually(lambda: traffic.seen[503] > 3)
                asked = httpx.get(
                    f"{platform_apart.world.urls['plans'][0]}/plans/health/ready", timeout=20
                )
            finally:
                database.start()
            goes_on(traffic)
        assert asked.status_code == 503
        assert "Không truy cập được cơ sở dữ liệu." in asked.text
        assert set(traffic.seen) <= {201, 409, 503}, traffic.seen
        assert traffic.slowest < LONGEST_ANSWER
        assert_plainly_refused(traffic)
        platform_apart.settled()


class TestNetwork:
    @pytest.mark.parametrize("line", ["broker", "database"])
    def test_lines_cut_again_and_again_lose_and_double_nothing(
        self, platform_apart: Apart, line: str
    ) -> None:
        draw = random.Random(seed())  # noqa: S311 - no secret
        proxy = getattr(platform_apart, line)
        with platform_apart.traffic() as traffic:
            for _ in range(CUTS):
                goes_on(traffic, number=draw.randrange(1, 8))
                proxy.cut()
            goes_on(traffic)
        assert set(traffic.seen) <= {201, 409, 503}, traffic.seen
        assert line == "database" or set(traffic.seen) == {201}, traffic.seen
        assert_plainly_refused(traffic)
        platform_apart.settled()

    @pytest.mark.parametrize(
        ("line", "how"),
        [
            ("broker", "stalled"),
            ("broker", "stranded"),
            ("broker", "slow"),
            ("database", "stalled"),
            ("database", "slow"),
        ],
    )
    def test_a_line_that_carries_nothing_or_slowly_is_survived(
        self, platform_apart: Apart, line: str, how: str
    ) -> None:
        proxy = getattr(platform_apart, line)
        make_bad: dict[str, Callable[[], None]] = {
            "stalled": proxy.stall,
            "stranded": proxy.strand,
            "slow": lambda: proxy.delay(0.05),
        }
        with platform_apart.traffic() as traffic:
            goes_on(traffic)
            make_bad[how]()
            if line == "broker":
                goes_on(traffic)
            time.sleep(1)  # how long the fault lasts, not a wait for something
            proxy.flow()
            goes_on(traffic, within=60)
        assert_plainly_refused(traffic)
        platform_apart.settled(within=60)
