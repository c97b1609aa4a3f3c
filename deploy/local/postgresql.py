"""How does a private PostgreSQL come up in a second? Its own cluster, port and folder; trust on loopback."""

import abc
import re
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT

from deploy.local.processes import LOOPBACK, Account, Command, answers, run_tool
from deploy.local.server import Server, plain_environment

_USER = "postgres"
_HELLO = b"user\0postgres\0database\0postgres\0\0"
# StartupMessage of protocol 3.0; "R" is the first byte of AuthenticationOk, "E" of "starting up"
_GREETING = struct.pack("!ii", 8 + len(_HELLO), 196_608) + _HELLO
# a socket's path may have 107 bytes; the name in it takes 19 of them
_LONGEST_SOCKET_FOLDER = 85
PSQL_OPTIONS = ("-XAtq", "-v", "ON_ERROR_STOP=1", "-c")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class PostgreSQL(Server):
    """A cluster of its own, reachable as `postgres` without a password, from this machine only."""

    name = "postgresql"
    service_account = "postgres"

    @property
    def url(self) -> str:
        return self.database_url("postgres")

    def database_url(self, database: str) -> str:
        return f"postgresql://{_USER}@{LOOPBACK}:{self.port}/{database}"

    def answers(self) -> bool:
        return answers(self.port, _GREETING, b"R")

    def create_database(self, name: str) -> str:
        """Create a database unless it is there; its URL."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a plain name: {name!r}")
        if not self.query(f"select 1 from pg_database where datname = '{name}'"):  # noqa: S608 - checked
            self.query(f"create database {name}")
        return self.database_url(name)

    @abc.abstractmethod
    def query(self, sql: str, database: str = "postgres") -> str:
        """Run one statement through psql; the rows as text, columns parted by |."""

    def _settings(self) -> list[str]:
        """Command line options; what a program needs on top is added by the subclass."""
        settings: dict[str, object] = {"max_connections": 200, "shared_buffers": "64MB"}
        if not self.durable:
            # a commit still reaches the operating system before it is confirmed, so it survives
            # `kill`; synchronous_commit=off would lose it
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


class InstalledPostgreSQL(PostgreSQL):
    """From the programs of this machine."""

    def __init__(self, folder: Path, *, programs: Path, keep: bool, durable: bool = False) -> None:
        super().__init__(folder, keep=keep, durable=durable)
        self._programs = programs
        self._data = folder / "data"

    def query(self, sql: str, database: str = "postgres") -> str:
        connection = self.database_url(database)
        return self._tool(["psql", *PSQL_OPTIONS, sql, connection]).strip()

    def _tool(self, argv: Sequence[str]) -> str:
        return run_tool(
            [str(self._programs / argv[0]), *argv[1:]],
            plain_environment(),
            account=Account.of_service(self.service_account),
            folder=self.folder,
        )

    def _prepare(self) -> None:
        if not (self._data / "PG_VERSION").exists():
            # whole or not at all: a start that is interrupted must not spoil the next one
            draft = self._data.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            self._tool(
                [
                    *("initdb", "-D", str(draft), "-U", _USER, "--auth=trust"),
                    *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
                ]
            )
            draft.rename(self._data)

    def _command(self) -> Command:
        return Command(
            argv=[str(self._programs / "postgres"), "-D", str(self._data), *self._settings()],
            environment=plain_environment(),
            log=self.folder / "server.log",
            account=Account.of_service(self.service_account),
            stop_signal=SIGINT,  # "fast": sessions are ended, the data are in order
            remove=None if self._keep else self.folder,
        )

    def _settings(self) -> list[str]:
        sockets = str(self.folder) if len(str(self.folder)) <= _LONGEST_SOCKET_FOLDER else ""
        return [
            *super()._settings(),
            *("-c", f"listen_addresses={LOOPBACK}", "-c", f"port={self.port}"),
            *("-c", f"unix_socket_directories={sockets}"),
        ]
