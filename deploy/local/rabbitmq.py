"""How does a private RabbitMQ come up beside others? Its own node name, ports, epmd, cookie and folder."""

import abc
import secrets
from pathlib import Path

from deploy.local.processes import (
    LOOPBACK,
    Account,
    Command,
    GuardedProcess,
    answers,
    free_port,
    run_tool,
    wait_until,
)
from deploy.local.server import Server, plain_environment

_GREETING = b"AMQP\x00\x00\x09\x01"
# every address and name this node needs is known: no name service is asked, none can be slow
_INETRC = '{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file]}.\n'
_LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"
_SETTINGS = """\
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 67108864
"""


class RabbitMQ(Server):
    """A node of its own with the account guest/guest, reachable from this machine only."""

    name = "rabbitmq"
    service_account = "rabbitmq"

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}/"

    def answers(self) -> bool:
        return answers(self.port, _GREETING, b"\x01")

    @abc.abstractmethod
    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node; what it printed."""

    def stop_app(self) -> None:
        """Stop the broker inside its running node: connections are closed in an orderly way."""
        self.control("stop_app")

    def start_app(self) -> None:
        """Start the broker again after `stop_app`, and wait until it answers."""
        self.control("start_app")
        wait_until(self.answers, seconds=30, alive=lambda: self.alive, what=self.name)

    def close_connections(self, reason: str = "test") -> None:
        """Close every client's connection from the broker's side."""
        self.control("close_all_connections", reason)

    def queues(self, *columns: str) -> list[dict[str, str]]:
        """What rabbitmqctl tells about each queue."""
        lines = self.control("list_queues", "--no-table-headers", *columns).splitlines()
        return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]


class InstalledRabbitMQ(RabbitMQ):
    """From the programs of this machine."""

    def __init__(self, folder: Path, *, programs: Path, keep: bool, durable: bool = False) -> None:
        super().__init__(folder, keep=keep, durable=durable)
        self._programs = programs
        self._node = self._node_name()
        self._epmd: GuardedProcess | None = None
        self._other_ports = (free_port(), free_port())

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node; what it printed."""
        return run_tool(
            [str(self._programs / "rabbitmqctl"), "-q", "-n", self._node, *arguments],
            self._environment(),
            account=Account.of_service(self.service_account),
            folder=self.folder,
        )

    def _end(self, word: str) -> None:
        super()._end(word)
        if self._epmd is not None:
            self._epmd.end(word)

    def _node_name(self) -> str:
        """The data carry the node's name, so a kept folder keeps it."""
        kept = [path.name for path in self.folder.glob("data/cchc-*@localhost") if path.is_dir()]
        return kept[0] if kept else f"cchc-{secrets.token_hex(4)}@localhost"

    def _choose_ports(self) -> None:
        super()._choose_ports()
        if self._epmd is not None:
            self._epmd.end("stop")
        self._other_ports = (free_port(), free_port())

    def _prepare(self) -> None:
        files = {
            "rabbitmq.conf": f"listeners.tcp.1 = {LOOPBACK}:{self.port}\n{_SETTINGS}",
            "enabled_plugins": "[].\n",
            "env.conf": "",
            "inetrc": _INETRC,
        }
        for name, content in files.items():
            (self.folder / name).write_text(content)
        if self._epmd is None or not self._epmd.alive:
            # ours runs in the foreground, under a guard: the node finds it and starts no daemon
            self._epmd = GuardedProcess(
                Command(
                    argv=["epmd", "-port", str(self._other_ports[1]), "-address", LOOPBACK],
                    environment=self._environment(),
                    log=self.folder / "epmd.log",
                    account=Account.of_service(self.service_account),
                )
            )

    def _command(self) -> Command:
        return Command(
            argv=[str(self._programs / "rabbitmq-server")],
            environment=self._environment(),
            log=self.folder / "server.log",
            account=Account.of_service(self.service_account),
            seconds=20.0,
            remove=None if self._keep else self.folder,
        )

    def _environment(self) -> dict[str, str]:
        own = {
            "NODENAME": self._node,
            "NODE_PORT": str(self.port),
            "DIST_PORT": str(self._other_ports[0]),
            "SERVER_ADDITIONAL_ERL_ARGS": _LOOPBACK_ONLY,
            "CTL_ERL_ARGS": _LOOPBACK_ONLY,
            "MNESIA_BASE": self.folder / "data",
            "LOG_BASE": self.folder / "log",
            "CONFIG_FILE": self.folder / "rabbitmq.conf",
            "ADVANCED_CONFIG_FILE": self.folder / "advanced.config",
            "ENABLED_PLUGINS_FILE": self.folder / "enabled_plugins",
            "CONF_ENV_FILE": self.folder / "env.conf",
            "GENERATED_CONFIG_DIR": self.folder / "generated",
            "SCHEMA_DIR": self.folder / "schema",
            "PID_FILE": self.folder / "pid",
        }
        return (
            plain_environment()
            | {f"RABBITMQ_{name}": str(value) for name, value in own.items()}
            | {
                "HOME": str(self.folder),  # the cookie is there
                "ERL_EPMD_PORT": str(self._other_ports[1]),
                "ERL_EPMD_ADDRESS": LOOPBACK,
                "ERL_INETRC": str(self.folder / "inetrc"),
                "ERL_CRASH_DUMP": "/dev/null",
                # without this the start script stays as a parent that does not pass on our signals
                "RUNNING_UNDER_SYSTEMD": "true",
            }
        )
