"""How do the same servers run where only a container engine is at hand?"""

import os
import secrets
import subprocess
from pathlib import Path

from deploy.local.postgresql import PSQL_OPTIONS, PostgreSQL
from deploy.local.processes import LOOPBACK, Command, run_tool
from deploy.local.rabbitmq import RabbitMQ
from deploy.local.server import Server

# the oldest versions the platform promises to work with
POSTGRESQL_IMAGE = "postgres:15"
RABBITMQ_IMAGE = "rabbitmq:3.10"


class ContainerServer(Server):
    """A server in a container; the engine's client runs under the guard in place of the server."""

    inner_port = 0

    def __init__(self, folder: Path, *, engine: str, keep: bool, durable: bool = False) -> None:
        super().__init__(folder, keep=keep, durable=durable)
        self._engine = engine
        self._known = folder / "container"
        self._created = self._known.exists()
        self._container = f"cchc-{self.name}-{secrets.token_hex(4)}"
        if self._created:
            # a container keeps the port it was made with
            self._container, port = self._known.read_text().split()
            self.port = int(port)

    def pause(self) -> None:
        self._run("pause", self._container)

    def resume(self) -> None:
        self._run("unpause", self._container)

    def remove(self) -> None:
        if self._created:
            self.kill()
            self._run("rm", "-f", "-v", self._container)
        super().remove()

    def _inside(self, *command: str) -> str:
        return self._run("exec", self._container, *command)

    def _image(self) -> list[str]:
        """Options, the image's name, and what is said to it."""
        raise TypeError(f"{type(self).__name__} names no image")

    def _run(self, *arguments: str) -> str:
        return run_tool([self._engine, *arguments], os.environ)

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def _prepare(self) -> None:
        self._known.write_text(f"{self._container} {self.port}")

    def _choose_ports(self) -> None:
        self._run("rm", "-f", "-v", self._container)
        self._created = False
        super()._choose_ports()

    def _command(self) -> Command:
        publish = f"{LOOPBACK}:{self.port}:{self.inner_port}"
        create = ["run", "--name", self._container, "--publish", publish, *self._image()]
        arguments = ["start", "-a", self._container] if self._created else create
        self._created = True
        return Command(
            argv=[self._engine, *arguments],
            environment=os.environ,
            log=self.folder / "server.log",
            remove=None if self._keep else self.folder,
            when_abandoned=None if self._keep else f"{self._engine} rm -f -v {self._container}",
        )

    def _end(self, word: str) -> None:
        if self.alive:
            # the client under the guard ends with the container it is attached to
            subprocess.run(  # noqa: S603 - our own command
                [self._engine, word, self._container], capture_output=True, check=False
            )
        super()._end(word)


class ContainerPostgreSQL(ContainerServer, PostgreSQL):
    """PostgreSQL from its official image."""

    inner_port = 5432

    def query(self, sql: str, database: str = "postgres") -> str:
        return self._inside("psql", "-U", "postgres", "-d", database, *PSQL_OPTIONS, sql).strip()

    def _image(self) -> list[str]:
        trust = ["--env", "POSTGRES_HOST_AUTH_METHOD=trust"]
        return [*trust, POSTGRESQL_IMAGE, "postgres", *self._settings()]


class ContainerRabbitMQ(ContainerServer, RabbitMQ):
    """RabbitMQ from its official image."""

    inner_port = 5672

    def control(self, *arguments: str) -> str:
        return self._inside("rabbitmqctl", "-q", *arguments)

    def _image(self) -> list[str]:
        # the node's name, and with it the data's folder, follows the host's
        return ["--hostname", "cchc", RABBITMQ_IMAGE]
