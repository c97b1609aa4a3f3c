"""A platform whose processes die and come back one by one: embedded, or apart over real servers."""

import asyncio
import threading
from pathlib import Path
from typing import Protocol

import aio_pika

from deploy.local.private import Servers
from shared.contracts import SUBSCRIPTIONS
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.processes import Crash, Running
from tests.faults.crash_runs.reading import Books, PostgresBooks, SqliteBooks
from tests.support.distributed_world import DistributedWorld
from tests.support.worlds import World

CLOCK = "2023-06-19T08:00:30+07:00"
SERVICES = ("plans", "scoring", "notifications")
LISTENERS = tuple(name for name in SERVICES if SUBSCRIPTIONS[name])
WAIT_SECONDS = 150
APART = ("plans api", "notifications api", "plans worker", "scoring worker", "notifications worker")


class Layout(Protocol):
    """How one mode lays the platform out in processes and databases."""

    mode: str
    roles: tuple[str, ...]
    data: Path
    environment: dict[str, str]
    books: Books

    def command(self, role: str) -> tuple[str, list[str]]:
        """Module and arguments of a role."""
        ...

    def answers(self, service: str) -> str:
        """The role that answers a service's HTTP calls."""
        ...

    def waiting_in_queues(self) -> int:
        """Messages that the broker still holds."""
        ...


class Embedded:
    """One process, a file a service."""

    mode = "embedded"
    roles = ("platform",)

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data = folder / "var"
        self.environment = World(self.data, **environment).environment
        self.books: Books = SqliteBooks(self.data)

    def command(self, role: str) -> tuple[str, list[str]]:  # noqa: ARG002 - there is only one
        return "services.embedded", ["--port", "0"]

    def answers(self, service: str) -> str:  # noqa: ARG002 - there is only one
        return "platform"

    def waiting_in_queues(self) -> int:
        return 0


class Apart:
    """An api and a worker process where there is something for them to do; PostgreSQL, RabbitMQ."""

    mode = "distributed"

    def __init__(self, folder: Path, servers: Servers, *copies: str, **environment: str) -> None:
        """Make databases and a virtual host, and migrate.

        :param copies: further roles, such as "plans worker b".
        """
        self.roles = (*APART, *copies)
        self.data = folder / "var"
        world = DistributedWorld(self.data, servers, **environment)
        world.make_room()
        self.environment = world.environment
        # the first makes the administrator's key that the others find
        for service in SERVICES:
            home = folder / "migrating" / service
            module = f"services.{service}"
            migrating = Running(module, ["migrate"], self.environment, home=home, crash=None)
            assert migrating.wait() == 0, migrating.output
        database = self.environment["CCHC_DATABASE_URL"].replace("+asyncpg", "")
        self.books: Books = PostgresBooks(database)

    def command(self, role: str) -> tuple[str, list[str]]:
        service, kind, *_ = role.split()
        return f"services.{service}", [kind, *(["--port", "0"] if kind == "api" else [])]

    def answers(self, service: str) -> str:
        return f"{service} api"

    def waiting_in_queues(self) -> int:
        return asyncio.run(self._ask())

    async def _ask(self) -> int:
        url = self.environment["CCHC_BROKER_URL"]
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            total = 0
            for service in LISTENERS:
                queue = await channel.get_queue(f"cchc.{service}.v1")
                total += queue.declaration_result.message_count or 0
            return total


class Site:
    """The processes of a platform, where each can be reached, and what it left behind."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        self.layout = layout
        self.books = layout.books
        self.admin_key = ""
        self.processes: dict[str, Running] = {}
        self._folder = folder
        self._starts = 0
        self._urls: dict[str, str] = {}
        self._up = {role: threading.Event() for role in layout.roles}

    def start(self, role: str, crash: Crash | None = None, *, gated: bool = True) -> bool:
        """Start a process and wait until it answers, if it is one that does; False when it died."""
        self.launch(role, crash, gated=gated)
        return self.wait_up(role)

    def launch(self, role: str, crash: Crash | None = None, *, gated: bool = True) -> Running:
        """Start a process and wait for nothing."""
        self._starts += 1
        module, arguments = self.layout.command(role)
        home = self._folder / "processes" / f"{self._starts:04}-{role.replace(' ', '-')}"
        running = Running(
            module, arguments, self.layout.environment, home=home, crash=crash, gated=gated
        )
        self.processes[role] = running
        return running

    def wait_up(self, role: str) -> bool:
        """Wait until a process can be reached; False when it died before."""
        running = self.processes[role]
        if " worker" in role:
            return running.alive
        url = running.wait_address()
        if not url:
            return False
        self._urls[role] = url
        self._up[role].set()
        return True

    def down(self, role: str) -> None:
        """Nobody answers there at the moment."""
        self._up[role].clear()

    def address(self, path: str) -> str:
        """Where a path is answered, once the process that answers it is there."""
        role = self.layout.answers(path.split("/")[1])
        assert self._up[role].wait(WAIT_SECONDS), f"{role} did not come back"
        return self._urls[role] + path

    def address_now(self, path: str) -> str | None:
        """Where a path is answered; None when nobody answers there at the moment."""
        role = self.layout.answers(path.split("/")[1])
        return self._urls[role] + path if self._up[role].is_set() else None

    def stop(self) -> dict[str, int]:
        """Stop everything in an orderly way; the exit codes."""
        codes = {role: running.stop() for role, running in self.processes.items()}
        self.books.close()
        return codes


def sandbox(sink: MailSink) -> dict[str, str]:
    """The settings of a platform whose mail the sink takes, on Monday, 19 June 2023."""
    return {
        "CCHC_SAMPLE": "0",
        "CCHC_CLOCK": CLOCK,
        "CCHC_SMTP_HOST": "127.0.0.1",
        "CCHC_SMTP_PORT": str(sink.port),
        "CCHC_SMTP_TLS": "none",
    }
