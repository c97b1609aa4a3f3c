"""Which servers run here for me? Both or one, temporary or kept, started and stopped together."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from deploy.local.containers import ContainerPostgreSQL, ContainerRabbitMQ
from deploy.local.finding import EVERYWHERE, Search, find
from deploy.local.postgresql import InstalledPostgreSQL, PostgreSQL
from deploy.local.rabbitmq import InstalledRabbitMQ, RabbitMQ
from deploy.local.server import Server

BOTH = ("postgresql", "rabbitmq")
# a database for each service, named as the setting `database_url` expects
DATABASES = ("cchc_plans", "cchc_scoring", "cchc_notifications")


class Servers:
    """Private servers by name, not yet started."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        which: Sequence[str] = BOTH,
        durable: bool = False,
        search: Search = EVERYWHERE,
    ) -> None:
        """Find out how they can run here; nothing is started.

        :param folder: where their data stay; None = a temporary folder that disappears with them.
        :param durable: whether commits are flushed to the disk.
        :raises ServersUnavailable: when they cannot be had on this machine.
        """
        found = find(which, search)
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="cchc-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # servers run as users of their own and must reach their part
        self._servers: dict[str, Server] = {}
        for name in which:
            place, keep = self.folder / name, folder is not None
            if found.programs is None:
                contained = ContainerPostgreSQL if name == "postgresql" else ContainerRabbitMQ
                server: Server = contained(place, engine=found.engine, keep=keep, durable=durable)
            else:
                here = InstalledPostgreSQL if name == "postgresql" else InstalledRabbitMQ
                programs = found.programs[name]
                server = here(place, programs=programs, keep=keep, durable=durable)
            self._servers[name] = server

    @property
    def postgresql(self) -> PostgreSQL:
        return cast("PostgreSQL", self._servers["postgresql"])

    @property
    def rabbitmq(self) -> RabbitMQ:
        return cast("RabbitMQ", self._servers["rabbitmq"])

    def start(self) -> None:
        """Start all side by side and wait until each answers; when one does not, none is left."""
        try:
            for server in reversed(self._servers.values()):  # the slower one first
                server.launch()
            for server in self._servers.values():
                server.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all; temporary ones at once and with all their data."""
        for server in self._servers.values():
            if self._temporary:
                server.remove()
            else:
                server.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def urls(self, databases: Sequence[str] = ()) -> dict[str, object]:
        """URLs by server; the named databases are created if they are missing."""
        urls: dict[str, object] = {name: server.url for name, server in self._servers.items()}
        if "postgresql" in self._servers:
            made = {name: self.postgresql.create_database(name) for name in databases}
            urls["databases"] = made
        return urls


@contextlib.contextmanager
def private_servers(*which: str, durable: bool = False) -> Iterator[Servers]:
    """Servers for the length of a block (all of them when none is named), then nothing is left."""
    servers = Servers(which=which or BOTH, durable=durable)
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()
