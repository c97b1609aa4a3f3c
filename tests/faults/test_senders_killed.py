"""Four senders on one PostgreSQL, killed at random: is everybody told once, and doubt on record?

CCHC_DUE_REMINDERS=10000 CCHC_SENDER_KILLS=40 for a long run.
"""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from deploy.local.private import Servers
from services.embedded import SERVICES, Platform, platform
from services.notifications.domain.delivery import LEASE, UNKNOWN_PAUSE
from shared.clock import SandboxClock
from shared.ids import new_id
from shared.runtime.running import clock_of
from shared.settings import Settings
from tests.support.api import Api
from tests.support.mail_server import MailServer, mail_server
from tests.support.obligations import Publisher, obligation

REMINDERS = int(os.environ.get("CCHC_DUE_REMINDERS", "150"))
KILLS = int(os.environ.get("CCHC_SENDER_KILLS", "6"))
WORKERS = 4
START = "2026-12-17T08:00:05+07:00"
BASE = "/notifications/v1"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + REMINDERS + KILLS * 20)]


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    name = f"k{new_id().hex[-12:]}"
    for service in SERVICES:
        servers.postgresql.create_database(f"{name}_{service.name}")
    url = servers.postgresql.database_url(f"{name}_{{service}}")
    yield url.replace("postgresql://", "postgresql+asyncpg://")
    for service in SERVICES:
        servers.postgresql.query(f"drop database {name}_{service.name} with (force)")


@asynccontextmanager
async def senders(
    settings: Settings, number: int
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """So many sender processes; whatever is left of them ends with the block."""
    found = [await sender(settings) for _ in range(number)]
    try:
        yield found
    finally:
        for process in found:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def sender(settings: Settings) -> asyncio.subprocess.Process:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CCHC_")},
        "CCHC_DATA_DIR": str(settings.data_dir),
        "CCHC_DATABASE_URL": str(settings.database_url),
        "CCHC_CLOCK": START,
        "CCHC_SMTP_HOST": "127.0.0.1",
        "CCHC_SMTP_PORT": str(settings.smtp_port),
        "CCHC_SMTP_TLS": "none",
        "CCHC_MAIL_FROM": settings.mail_from,
        "CCHC_DAILY_CAP": "1000000",
        "CCHC_STORM_PER_HOUR": "1000000",
        "CCHC_STORM_PER_UNIT": "1000000",
        "CCHC_LOG_LEVEL": "CRITICAL",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.sender_process",
        env=environment, cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(60):
        await process.stdout.readline()
    return process


async def prepare(running: Platform, admin: Api) -> None:
    """Reminders that are all due now, for one person with a real address."""
    plans = Publisher(running)
    await plans.unit("VP", name="Văn phòng")
    officer = await plans.person("VP", "officer")
    contact = {
        "person_id": str(officer),
        "address": "lan.nt@so.khanhhoa.gov.vn",
        "display_name": "Lan",
    }
    await admin.ok("POST", f"{BASE}/contacts", contact)
    for start in range(0, REMINDERS, 500):
        some = range(start, min(start + 500, REMINDERS))
        await plans.tell(*(obligation("2026-12-18", title=f"Việc {n}") for n in some))


async def test_everybody_is_told_once_whoever_dies(database_url: str, tmp_path: Path) -> None:
    random = Random(os.environ.get("CCHC_KILL_SEED"))  # noqa: S311 - dice, not secrets
    async with mail_server() as server:
        settings = Settings.model_validate(
            {
                "data_dir": tmp_path / "var", "sample": False, "database_url": database_url,
                "clock": START, "smtp_host": "127.0.0.1", "smtp_port": server.port,
                "smtp_tls": "none", "mail_from": "CCHC <cchc@so.khanhhoa.gov.vn>",
            }
        )  # fmt: skip
        settings.data_dir.mkdir()
        clock = clock_of(settings)
        assert isinstance(clock, SandboxClock)
        # an hour before they are due, so that nothing goes out while they are written
        async with platform(settings, loops=False, clock=Earlier(clock)) as running:
            assert running.admin_key is not None
            async with Api(running, running.admin_key.text) as admin:
                await prepare(running, admin)
                async with senders(settings, WORKERS) as workers:
                    doubtful = await torment(workers, settings, clock, server, random)
                    await finish(admin, clock)
                await judge(admin, server, doubtful)


class Earlier:
    """The same clock an hour ago."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock

    def now(self):
        return self._clock.now() - timedelta(hours=1)


async def torment(
    workers: list[asyncio.subprocess.Process],
    settings: Settings,
    clock: SandboxClock,
    server: MailServer,
    random: Random,
) -> int:
    """Kill senders while they send, and let one sleep past its lease; how often in all."""
    # slow enough that there is always something on its way when the next one dies
    server.seconds_to_answer = 1.0
    coming: list[asyncio.Task[asyncio.subprocess.Process]] = []
    for number in range(KILLS):
        await some_arrive(server)
        victim = workers.pop(random.randrange(len(workers)))
        if number == KILLS // 2:
            victim.send_signal(signal.SIGSTOP)
            clock.advance(LEASE + timedelta(minutes=1))
            await some_arrive(server)
            victim.send_signal(signal.SIGCONT)
            workers.append(victim)
            continue
        victim.kill()
        await victim.wait()
        coming.append(asyncio.create_task(sender(settings)))
        if len(workers) == 1:
            workers += [await one for one in coming]
            coming.clear()
    workers += [await one for one in coming]
    server.seconds_to_answer = 0.0
    return KILLS


async def some_arrive(server: MailServer) -> None:
    """Until the next mail is being taken, or none is to be expected any more."""
    seen = len(server.mails)
    for _ in range(300):
        if len(server.mails) > seen:
            return
        await asyncio.sleep(0.01)


async def finish(admin: Api, clock: SandboxClock) -> None:
    """Let leases and pauses pass until nothing is on its way any more.

    Time only jumps while nothing moves: else leases of senders that are alive would run out.
    """
    before: list[tuple[str, str]] = []
    for _ in range(300):
        await asyncio.sleep(0.5)
        messages = await admin.items(f"{BASE}/messages", kind="reminder", limit=200)
        on_the_way = sorted(
            (m["id"], m["state"])
            for m in messages
            if m["state"] in {"queued", "sending", "temporary_failure"} or m["next_attempt_at"]
        )
        planned = await admin.items(f"{BASE}/reminders", state="planned", due_to="2026-12-17")
        if not (on_the_way or planned):
            return
        if on_the_way == before and not planned:
            clock.advance(max(LEASE, UNKNOWN_PAUSE) + timedelta(seconds=1))
        before = on_the_way
    raise AssertionError(f"it does not come to rest: {len(before)} on their way")


async def judge(admin: Api, server: MailServer, doubtful: int) -> None:
    messages = await admin.items(f"{BASE}/messages", kind="reminder", limit=200)
    assert len({m["reminder_id"] for m in messages}) == len(messages) == REMINDERS
    arrived = Counter(
        str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in server.mails
    )
    assert set(arrived) == {m["id"] for m in messages}, "nobody was forgotten"
    doubled = {message for message, count in arrived.items() if count > 1}
    # each sender has as many on their way as it may at once
    assert len(doubled) <= doubtful * Settings().send_concurrency
    for message in doubled:
        shown = await admin.ok("GET", f"{BASE}/messages/{message}")
        assert any(a["resend_of_unknown"] for a in shown["attempt_log"]), shown["attempt_log"]
        assert arrived[message] == 2
    assert {m["state"] for m in messages} <= {"sent", "unknown"}
