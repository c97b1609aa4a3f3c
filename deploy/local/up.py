"""How does the distributed platform run on one machine, with one command and without containers?

A PostgreSQL and a RabbitMQ of its own, `migrate`, then for each service its `api` and `worker`
processes, and a gateway in front: one address, as in one process. Data stay in CCHC_DATA_DIR.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from deploy.local.private import DATABASES, Servers
from deploy.local.processes import LOOPBACK, Command, ServersUnavailable, free_port
from deploy.local.supervision import ProcessPart, ServerPart, Supervisor, last_line
from shared.runtime.data_folder import data_folder
from shared.runtime.server import CannotStart, listening, settings_from_environment
from shared.settings import Settings
from shared.texts import text

ROOT = Path(__file__).resolve().parents[2]
SERVICES = tuple(name.removeprefix("cchc_") for name in DATABASES)
SAMPLE_MARK = "sample.loading"
READY_SECONDS = 60.0
LOOK_SECONDS = 0.2
# of SIGTERM to one of our processes; servers need some seconds of the ten as well
STOP_SECONDS = 6.0


class _Stopped(BaseException):
    """Ctrl-C or SIGTERM: raised where the program is, so that nothing new begins."""


class Platform:
    """Everything that runs: servers, services, gateway."""

    def __init__(self, settings: Settings, *, apis: int, workers: int) -> None:
        """Nothing is started yet; `settings.port` is where people will reach it."""
        self._data = settings.data_dir.resolve()
        self._settings = settings
        self._copies = {"api": apis, "worker": workers}
        self.url = f"http://{settings.host}:{settings.port}"
        self.supervisor = Supervisor(_say_it_ended)
        self._servers = Servers(self._data / "servers", durable=True)
        self._environment = dict(os.environ)

    def start(self) -> None:
        """Start everything and wait until it is ready, the sample included.

        :raises CannotStart: in one sentence.
        """
        first_start = not (self._data / "admin.key").exists()
        if first_start and self._settings.sample:
            (self._data / SAMPLE_MARK).touch()
        print_line(text("run.starting_servers"))
        self._servers.start()
        for server in (self._servers.postgresql, self._servers.rabbitmq):
            self.supervisor.adopt(ServerPart(server))
        self._environment = self._with_servers()
        print_line(text("run.migrating"))
        first, *others = SERVICES
        self._migrate(first)  # makes the administrator's key, which the others find
        with ThreadPoolExecutor(len(others)) as pool:
            list(pool.map(self._migrate, others))
        print_line(text("run.starting_services"))
        self._start_services()
        self._wait_ready()

    def greet(self, *, key_is_new: bool) -> None:
        """Say where to look, load the sample if it is due, and say what is there."""
        print_line(text("run.started", url=self.url))
        key = self._data / "admin.key"
        if key_is_new and key.exists():
            print_line(text("run.admin_key", shown=key.read_text().strip()))
        print_line(text("run.key_file", file=key))
        print_line(text("run.logs", folder=self._data / "logs"))
        mark, tell = self._data / SAMPLE_MARK, ["--tell"]
        if mark.exists() and self._settings.sample:
            print_line(text("run.loading_sample"))
            tell = []
        try:
            said = self._run_once("services.sample", self.url, *tell, fault="run.sample_failed")
            mark.unlink(missing_ok=True)
            print_line(said.rstrip("\n"))
        except CannotStart as reason:
            print_line(str(reason))
        print_line(text("run.ready"))

    def _with_servers(self) -> dict[str, str]:
        urls = self._servers.urls(DATABASES)
        postgresql = self._servers.postgresql.database_url("cchc_{service}")
        return self._environment | {
            "CCHC_DATA_DIR": str(self._data),
            "CCHC_DATABASE_URL": postgresql.replace("postgresql://", "postgresql+asyncpg://"),
            "CCHC_BROKER_URL": str(urls["rabbitmq"]),
            "CCHC_PUBLIC_URL": self._settings.public_url or self.url,
            "CCHC_DRAIN_SECONDS": "0",  # the gateway goes at the same moment
            "CCHC_HOST": LOOPBACK,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }

    def _migrate(self, service: str) -> None:
        self._run_once(f"services.{service}", "migrate", fault="run.not_migrated", of=service)

    def _start_services(self) -> None:
        addresses: list[str] = []
        for service in SERVICES:
            ports = [str(free_port()) for _ in range(self._copies["api"])]
            addresses += [f"--{service}", *(f"http://{LOOPBACK}:{port}" for port in ports)]
            for number, port in enumerate(ports, start=1):
                self._start(f"{service}-api-{number}", f"services.{service}", "api", "--port", port)
            for number in range(1, self._copies["worker"] + 1):
                self._start(f"{service}-worker-{number}", f"services.{service}", "worker")
        gateway = ("services.gateway", "--port", str(self._settings.port), *addresses)
        self._start("gateway", *gateway, CCHC_HOST=self._settings.host)

    def _start(self, name: str, *arguments: str, **environment: str) -> None:
        command = Command(
            argv=[sys.executable, "-m", *arguments],
            environment=self._environment | environment,
            log=self._data / "logs" / f"{name}.log",
            seconds=STOP_SECONDS,
        )
        self.supervisor.start(ProcessPart(name, command))

    def _run_once(self, module: str, *arguments: str, fault: str, of: str = "") -> str:
        """Run a command of ours to its end; what it printed.

        :raises CannotStart: it failed; `fault` is the text that says so.
        """
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", module, *arguments],
            env=self._environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotStart(text(fault, service=of, why=last_line(done.stderr or done.stdout)))
        return done.stdout

    def _wait_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not all(_answers(f"{self.url}/{service}/health/ready") for service in SERVICES):
            if time.monotonic() > until:
                folder = self._data / "logs"
                raise CannotStart(
                    text("run.services_late", seconds=int(READY_SECONDS), folder=folder)
                )
            self.supervisor.look()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End everything; what was begun is finished or waits for the next start."""
        self.supervisor.stop()
        self._servers.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; its exit status."""
    parser = argparse.ArgumentParser(
        prog="deploy/local/up.sh", description=text("run.distributed_help")
    )
    parser.add_argument("--port", type=int, default=None)
    parser.add_argument("--apis", type=int, choices=range(1, 10), default=1)
    parser.add_argument("--workers", type=int, choices=range(1, 10), default=1)
    options = parser.parse_args(arguments)
    _raise_on_stop_signals()
    try:
        settings = settings_from_environment(port=options.port)
        with data_folder(settings.data_dir):
            with listening(settings) as taken:  # let go again: the gateway will hold it
                settings = settings.model_copy(update={"port": taken.getsockname()[1]})
            _run(Platform(settings, apis=options.apis, workers=options.workers), settings)
    except (CannotStart, ServersUnavailable, RuntimeError) as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person
        return 1
    except _Stopped:
        print_line(text("run.stopped"))
    return 0


def _run(platform: Platform, settings: Settings) -> None:
    key_is_new = not (settings.data_dir / "admin.key").exists()
    try:
        platform.start()
        platform.greet(key_is_new=key_is_new)
        pause = threading.Event()
        while True:
            platform.supervisor.look()
            pause.wait(LOOK_SECONDS)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        platform.stop()


def _raise_on_stop_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def _say_it_ended(name: str, seconds: float, last_words: str) -> None:
    print_line(text("run.part_ended", name=name, seconds=f"{seconds:g}", why=last_words))


def print_line(line: str) -> None:
    """Something for the person at the keyboard."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
