"""Whose is the data folder? One platform's at a time; who comes second is told in one sentence."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from shared.runtime.server import CannotStart
from shared.texts import text

# a first start needs some megabytes; a disk that cannot take one page is full
PROBE = bytes(4096)


@contextlib.contextmanager
def data_folder(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process alone.

    :raises CannotStart: it cannot be written, or another process holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock: IO[str] = (folder / ".lock").open("w")
        (folder / ".probe").write_bytes(PROBE)
        (folder / ".probe").unlink()
    except OSError as error:
        raise CannotStart(text("run.not_writable", folder=folder, why=error.strerror)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CannotStart(text("run.already_running", folder=folder)) from error
    with lock:
        yield
