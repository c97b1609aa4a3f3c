"""Where do PostgreSQL and RabbitMQ come from? Installed; else Debian's packages; else containers."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import ServersUnavailable

PACKAGES = {"postgresql": "postgresql", "rabbitmq": "rabbitmq-server"}
_FORBID_STARTING = "#!/bin/sh\nexit 101\n"


_PROGRAMS = {
    "postgresql": ("postgres", "initdb", "psql"),
    "rabbitmq": ("rabbitmq-server", "rabbitmqctl"),
}
# Debian's wrappers on the PATH insist on root and on folders of their own, so these come first
_FOLDERS = {
    "postgresql": ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin"),
    "rabbitmq": ("/usr/lib/rabbitmq/bin", "/opt/homebrew/opt/rabbitmq/sbin"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look for programs, and how to get them."""

    folders: Mapping[str, Sequence[str]] = field(default_factory=lambda: _FOLDERS)
    path: str | None = None  # None = PATH
    engine: str = "docker"
    # Debian asks this program whether it may start a service it has just installed
    policy: Path = Path("/usr/sbin/policy-rc.d")


EVERYWHERE = Search()


@dataclass(frozen=True, slots=True)
class Found:
    """Folders of programs by server; or, when that is None, the container engine to use."""

    programs: Mapping[str, Path] | None
    engine: str = ""


def installed(server: str, search: Search = EVERYWHERE) -> Path | None:
    """The folder of a server's programs; of several versions the newest; None when not installed."""
    candidates = [
        folder
        for pattern in search.folders[server]
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    ]
    for folder in candidates:
        if all(os.access(folder / program, os.X_OK) for program in _PROGRAMS[server]):
            return folder
    on_path = [shutil.which(program, path=search.path) for program in _PROGRAMS[server]]
    if all(on_path) and on_path[0]:
        return Path(on_path[0]).parent
    return None


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


def find(servers: Sequence[str], search: Search = EVERYWHERE) -> Found:
    """How the servers can run here; as root on Debian, packages that are missing are installed.

    :raises ServersUnavailable: when there is no way at all, saying so in one sentence.
    """
    found = {server: installed(server, search) for server in servers}
    missing = [server for server, folder in found.items() if folder is None]
    refused: ServersUnavailable | None = None
    if missing and can_install(search):
        try:
            install([PACKAGES[server] for server in missing], search)
        except ServersUnavailable as reason:
            refused = reason  # a machine without a network may still have containers
        found = {server: installed(server, search) for server in servers}
    programs = {server: folder for server, folder in found.items() if folder is not None}
    if len(programs) == len(servers):
        return Found(programs)
    engine = working_engine(search)
    if engine:
        return Found(None, engine)
    if refused is not None:
        raise refused
    raise ServersUnavailable(
        "Không có PostgreSQL và RabbitMQ: hãy cài gói postgresql và rabbitmq-server (hoặc chạy lại với quyền "
        "root trên Debian), hoặc khởi động Docker.\n"
        "PostgreSQL and RabbitMQ are not here: install the packages postgresql and rabbitmq-server (or run again "
        "as root on Debian), or start Docker."
    )


def can_install(search: Search = EVERYWHERE) -> bool:
    """Whether this is Debian or a child of it, and we are root."""
    return os.geteuid() == 0 and shutil.which("apt-get", path=search.path) is not None


def install(packages: Sequence[str], search: Search = EVERYWHERE) -> None:
    """Install packages without letting them start services of their own.

    :raises ServersUnavailable: with apt's last words.
    """
    print(f"Cài đặt / installing: {' '.join(packages)}…", file=sys.stderr)  # noqa: T201
    apt = shutil.which("apt-get", path=search.path) or "apt-get"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with _services_stay_down(search.policy):
        for arguments in (["update", "-q"], ["install", "-q", "-y", *packages]):
            done = subprocess.run(  # noqa: S603 - apt with our own arguments
                [apt, *arguments], env=environment, capture_output=True, text=True, check=False
            )
    if done.returncode != 0:
        last_words = (done.stderr or done.stdout).strip()[-500:]
        raise ServersUnavailable(
            f"Không cài được {' '.join(packages)} / could not be installed:\n{last_words}"
        )


@contextlib.contextmanager
def _services_stay_down(policy: Path) -> Iterator[None]:
    if policy.exists():
        yield
        return
    policy.write_text(_FORBID_STARTING)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def working_engine(search: Search = EVERYWHERE) -> str | None:
    """The container engine's program, if the engine answers."""
    engine = shutil.which(search.engine, path=search.path)
    if engine is None:
        return None
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        asked = subprocess.run(  # noqa: S603 - a fixed question
            [engine, "info"], capture_output=True, timeout=15, check=False
        )
        return engine if asked.returncode == 0 else None
    return None
