"""When does a platform get killed, and what was it doing just then?

A moment is drawn from a seeded generator: so long after the process began to touch its data folder,
or right after a certain file appeared. Where the kill hit is read afterwards from copies of the
databases, so that recovery is left to the platform.
"""

import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

SERVICES = ("plans", "scoring", "notifications")
# in the order in which a first start makes them
FIRST_START_FILES = (
    "secret.key",
    "admin.key",
    "clock.json",
    "sample.loading",
    "plans.db",
    "scoring.db",
    "notifications.db",
    "notifications.db-wal",
    "files",
)
LOOK_EVERY = 0.001
JUST_AFTER = 0.05  # seconds: what "right after a file appeared" means at most


@dataclass(frozen=True, slots=True)
class Moment:
    """So many seconds after the process began to work, or after `file` appeared or changed."""

    seconds: float
    file: str | None = None

    def __str__(self) -> str:
        after = f"{self.file} changed" if self.file else "the start of work"
        return f"{self.seconds:.3f} s after {after}"


def moment_of_first_start(random: Random, duration: float) -> Moment:
    """Anywhere in a first start of this length, one time in three right after a file appeared."""
    if random.random() < 1 / 3:
        return Moment(random.uniform(0, JUST_AFTER), random.choice(FIRST_START_FILES))
    return Moment(random.uniform(0, duration))


def pause(seconds: float) -> None:
    """Let real time pass: the processes that are watched live in it."""
    threading.Event().wait(max(0.0, seconds))


def until(check: Callable[[], Any], *, seconds: float, every: float = LOOK_EVERY) -> bool:
    """Look, as a rule very often, so that a kill comes right after; False when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        pause(every)
    return False


def begun(data: Path) -> int:
    """A mark that changes when a process takes possession of the data folder."""
    return changed_at(data / ".lock")


def changed_at(file: Path) -> int:
    """When a file was last written; 0 while it is not there."""
    return file.stat().st_mtime_ns if file.exists() else 0


def wait_for(moment: Moment, data: Path, *, before: int, patience: float) -> None:
    """Wait until the moment has come in a process that was launched when the mark was `before`."""
    until(lambda: begun(data) != before, seconds=60)
    if moment.file is not None and not (data / moment.file).exists():
        until((data / moment.file).exists, seconds=patience)
    pause(moment.seconds)


@dataclass(frozen=True, slots=True)
class Remains:
    """What a killed process left: where it was, and what is wrong with its databases (nothing)."""

    where: str
    damage: tuple[str, ...]


def look_at_remains(data: Path) -> Remains:
    """Look at copies; the originals stay as the kill left them."""
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder)
        for file in data.glob("*.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copies / file.name)
        damage = tuple(d for name in SERVICES for d in _damage(copies / f"{name}.db"))
        return Remains(_where(data, copies), damage)


def _where(data: Path, copies: Path) -> str:
    if not (data / "plans.db").exists():
        return "making keys"
    for name in SERVICES:
        if not _count(copies / f"{name}.db", "SELECT count(*) FROM principals"):
            return f"migrating and seeding {name}"
    if (data / "sample.loading").exists():
        done = sum(
            _count(copies / f"{name}.db", "SELECT count(*) FROM idempotency_keys")
            for name in SERVICES
        )
        return "loading the sample" if done else "before the first command"
    return ", ".join(_under_way(copies)) or "nothing on its way"


def _under_way(copies: Path) -> Iterator[str]:
    """What was on its way in a platform with its loops running."""
    mail = copies / "notifications.db"
    if _count(mail, "SELECT count(*) FROM messages WHERE state = 'sending'"):
        yield "a mail being handed over"
    elif _count(mail, "SELECT count(*) FROM messages WHERE state = 'queued'"):
        yield "mail queued"
    if _count(copies / "plans.db", "SELECT count(*) FROM outbox WHERE state = 'pending'"):
        yield "events to be sent"
    if any(
        _count(copies / f"{name}.db", "SELECT count(*) FROM inbox WHERE state = 'pending'")
        for name in SERVICES
    ):
        yield "events to be handled"


def _count(database: Path, question: str) -> int:
    """The answer to a counting question; 0 where the table is not there yet."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection:
        try:
            return int(connection.execute(question).fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def _damage(database: Path) -> list[str]:
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    found = [f"{database.name}: {line}" for line in said if line != "ok"]
    return found + [f"{database.name}: {len(orphans)} rows point nowhere"] * bool(orphans)
