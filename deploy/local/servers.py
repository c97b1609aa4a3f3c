"""How do tests and a developer get a PostgreSQL and a RabbitMQ of their own?

    python deploy/local/servers.py up|status|down       servers that stay, data kept
    python deploy/local/servers.py run -- COMMAND…      servers for one command, then nothing is left
    python deploy/local/servers.py check                whether they can be had here, and how

Both listen on free ports of 127.0.0.1 and disturb no other server. URLs are printed as JSON; a
command finds them in CCHC_TEST_POSTGRESQL and CCHC_TEST_RABBITMQ. From Python: `private_servers`.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.local.finding import find
from deploy.local.private import BOTH, DATABASES, Servers, private_servers
from deploy.local.processes import ServersUnavailable
from deploy.local.standing import default_state, down, keep, status, up

__all__ = ["BOTH", "Servers", "ServersUnavailable", "private_servers"]
_NOT_RUNNING = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    mark = given.index("--") if "--" in given else len(given)
    parser, command = _parser(), given[mark + 1 :]
    options = parser.parse_args(given[:mark])
    which = options.only or BOTH
    if (options.action == "run") != bool(command):
        parser.error("run -- COMMAND…")
    try:
        if options.action == "run":
            return _run(command, which=which, durable=options.durable)
        if options.action == "check":
            found = find(which)
            ways = {name: str(folder) for name, folder in (found.programs or {}).items()}
            _print(ways or {"container_engine": found.engine})
        elif options.action == "keep":
            keep(options.state, which=which, durable=options.durable)
        elif options.action == "up":
            _print(up(options.state, which=which, durable=options.durable))
        elif options.action == "down":
            _print({"was_running": down(options.state, remove=options.remove)})
        else:
            urls = status(options.state)
            _print(urls or {"running": False})
            return 0 if urls else _NOT_RUNNING
    except (ServersUnavailable, RuntimeError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        usage="%(prog)s [options] up|status|down|check|run -- COMMAND…",
        description="PostgreSQL và RabbitMQ riêng trên máy này / private PostgreSQL and RabbitMQ on this machine",
    )
    parser.add_argument("action", choices=["up", "status", "down", "run", "check", "keep"])
    parser.add_argument(
        "--only", action="append", choices=BOTH, help="một máy chủ thôi / just this one"
    )
    parser.add_argument(
        "--state", type=Path, default=default_state(), help="thư mục dữ liệu / folder of the data"
    )
    parser.add_argument(
        "--durable", action="store_true", help="ghi chắc xuống đĩa / flush commits to the disk"
    )
    parser.add_argument(
        "--remove", action="store_true", help="down: xóa cả dữ liệu / delete the data too"
    )
    return parser


def _run(command: Sequence[str], *, which: Sequence[str], durable: bool) -> int:
    """Run a command beside fresh servers; its exit status. Signals and our parent's death end both."""
    parent = os.getppid()
    received: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: received.append(caught))
    with private_servers(*which, durable=durable) as servers:
        urls = servers.urls(DATABASES)
        own = {f"CCHC_TEST_{name.upper()}": str(urls[name]) for name in which}
        if received:
            return 128 + received[0]
        process = subprocess.Popen(command, env=os.environ | own)  # noqa: S603 - asked for
        passed_on = 0
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.2)
                return code if code >= 0 else 128 - code
            if os.getppid() != parent and not received:
                received.append(signal.SIGTERM)
            for caught in received[passed_on:]:
                # a terminal has already told the whole group
                if caught != signal.SIGINT or not sys.stdin.isatty():
                    process.send_signal(caught)
            passed_on = len(received)


def _print(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer, ensure_ascii=False))  # noqa: T201 - this is the command line


if __name__ == "__main__":
    sys.exit(main())
