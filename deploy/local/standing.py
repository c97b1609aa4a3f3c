"""How do servers stay up between two commands? A keeper in the background holds them until `down`."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.local.private import DATABASES, Servers
from deploy.local.processes import ServersUnavailable

_SCRIPT = Path(__file__).with_name("servers.py")
_SECONDS_TO_START = 120.0
_SECONDS_TO_STOP = 40.0


def default_state() -> Path:
    """The folder of this checkout's servers. Not in the checkout: servers run as other users."""
    checkout = str(Path(__file__).resolve().parents[2])
    mark = hashlib.sha256(checkout.encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"cchc-local-{os.geteuid()}-{mark}"


def up(state: Path, *, which: Sequence[str], durable: bool) -> dict[str, object]:
    """Start a keeper in the background, or find the one that runs; the URLs.

    :raises ServersUnavailable: when the servers cannot be had, in the keeper's words.
    """
    state.mkdir(mode=0o711, parents=True, exist_ok=True)
    if state.stat().st_uid != os.geteuid():
        raise ServersUnavailable(
            f"Thư mục {state} là của người khác.\nThe folder {state} is somebody else's."
        )
    running = status(state)
    if running is not None:
        return running
    arguments = ["keep", f"--state={state}", *(f"--only={name}" for name in which)]
    with (state / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, str(_SCRIPT), *arguments, *(["--durable"] if durable else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        found = status(state)
        if found is not None:
            return found
        if keeper.poll() is not None:
            break
        time.sleep(0.05)
    raise ServersUnavailable((state / "keeper.log").read_text().strip())


def status(state: Path) -> dict[str, object] | None:
    """The URLs of the running servers; None when they do not run."""
    if not state.is_dir():
        return None
    with _lock(state) as free, contextlib.suppress(FileNotFoundError, ValueError):
        if not free:
            known: dict[str, object] = json.loads((state / "servers.json").read_text())["urls"]
            return known
    return None


def down(state: Path, *, remove: bool) -> bool:
    """Stop the keeper and its servers; whether any ran. `remove` deletes their data as well."""
    ran = status(state) is not None
    if ran:
        keeper = int(json.loads((state / "servers.json").read_text())["keeper"])
        os.kill(keeper, signal.SIGTERM)
        until = time.monotonic() + _SECONDS_TO_STOP
        while status(state) is not None and time.monotonic() < until:
            time.sleep(0.05)
    if remove:
        shutil.rmtree(state, ignore_errors=True)
    return ran


def keep(state: Path, *, which: Sequence[str], durable: bool) -> None:
    """Hold the servers until SIGTERM or SIGINT. Runs in the background, started by `up`."""
    told = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, told)
    with _lock(state) as free:
        if not free:
            return
        servers = Servers(state, which=which, durable=durable)
        servers.start()
        known = state / "servers.json"
        try:
            draft = known.with_suffix(".tmp")
            draft.write_text(json.dumps({"keeper": os.getpid(), "urls": servers.urls(DATABASES)}))
            draft.replace(known)
            signal.sigwait(told)
        finally:
            servers.stop()
            known.unlink(missing_ok=True)


@contextlib.contextmanager
def _lock(state: Path) -> Iterator[bool]:
    """Hold the folder's lock for a block; false when its keeper holds it."""
    with (state / "keeper.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
