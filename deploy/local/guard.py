"""How does a private server live exactly as long as whoever asked for it?

A small process that runs one server as its child and listens to a pipe from whoever started it.
The words `stop` and `kill` come through the pipe; its end means that the other side is gone, even
by SIGKILL, and stops the server too. Should this process be killed itself, the kernel kills the
server (Linux). Written to start fast: standard library only, run with `python -I -S`.
"""

import argparse
import contextlib
import ctypes
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run the server until it ends or is told to end; 0 when it ended well."""
    options = _options()
    if sys.platform == "linux":
        _prctl(_SET_CHILD_SUBREAPER, 1)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    child = _start(options)
    print(child.pid, flush=True)  # noqa: T201 - the other side reads the server's pid here
    word = _wait_for_word(child, woken)
    if word is not None:
        _end(child, options, gently=word != "kill")
    _reap()
    if word == "":
        _clean_up(options)
    return 0 if child.returncode in (0, -options.stop_signal) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stop-signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--seconds", type=float, default=10.0, help="from the signal to SIGKILL")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--remove", type=Path, help="folder to remove when the other side is gone")
    parser.add_argument("--when-abandoned", help="command to run when the other side is gone")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _start(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    # a group of its own: Ctrl-C in the terminal is for whoever asked, who then says stop
    return subprocess.Popen(  # noqa: S603 - our own command
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        user=options.uid,
        group=options.gid,
        extra_groups=[] if options.uid is not None else None,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
    )


def _die_with_parent() -> None:
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _prctl(what: int, value: int) -> None:
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _wait_for_word(child: subprocess.Popen[bytes], woken: int) -> str | None:
    """`stop`, `kill`, "" when the other side is gone; None when the server ended by itself."""
    while child.poll() is None:
        ready, _, _ = select.select([sys.stdin, woken], [], [])
        if woken in ready:
            if signal.SIGTERM in os.read(woken, 512):
                return "stop"
            _bury_strangers(child.pid)
        if sys.stdin in ready:
            return os.read(sys.stdin.fileno(), 64).decode().strip()
    return None


def _bury_strangers(child: int) -> None:
    """Collect orphans of the server that became ours, but never the server itself."""
    with contextlib.suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid == child:
                return
            os.waitpid(ended.si_pid, 0)


def _end(child: subprocess.Popen[bytes], options: argparse.Namespace, *, gently: bool) -> None:
    if gently:
        child.send_signal(options.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(options.seconds)
            return
    for process in [*descendants(child.pid), child.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    child.wait()


def _clean_up(options: argparse.Namespace) -> None:
    if options.when_abandoned:
        subprocess.run(shlex.split(options.when_abandoned), capture_output=True, check=False)  # noqa: S603
    if options.remove:
        shutil.rmtree(options.remove, ignore_errors=True)
        with contextlib.suppress(OSError):  # the folder above belongs to all; the last one takes it
            options.remove.parent.rmdir()


def _reap() -> None:
    """Helpers of the server die after it and, on Linux, are ours to bury."""
    with contextlib.suppress(ChildProcessError):
        until = time.monotonic() + 2
        while time.monotonic() < until:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)


def descendants(pid: int) -> list[int]:
    """All processes below a process, the deepest first; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(after_name[1]), []).append(int(stat.parent.name))

    def below(parent: int) -> Iterator[int]:
        for child in children.get(parent, []):
            yield from below(child)
            yield child

    return list(below(pid))


if __name__ == "__main__":
    sys.exit(main())
