"""How does one process of the platform begin in a crash run? Forked, and then as on a command line.

A process forked from one that has the libraries imported starts in half the time. It is a process
like any other: it has its own environment and output, and dies alone.
"""

import ctypes
import importlib
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

# loops that tick every 5 or 30 s tick every second, so that a run is short
TICK_SECONDS = 1.0
SLOW_TICKS = 60.0
_PR_SET_PDEATHSIG = 1


def launch(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], output: Path
) -> None:
    """Become `python -m module arguments`, with this environment, writing to `output`."""
    assert not any(name.startswith(("shared.crash_points", "services.")) for name in sys.modules)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(environment)
    _write_to(output)
    _tick_faster()
    if environment.keys() & {"BROKEN_GUARD", "PLANTED_FAULT"}:
        importlib.import_module("tests.faults.broken_guards.breaks").apply(environment)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _write_to(output: Path) -> None:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _tick_faster() -> None:
    for name, constant in (
        ("services.notifications.jobs", "PERIODIC"),
        ("shared.jobs.housekeeping", "HOUSEKEEPING"),
    ):
        module = importlib.import_module(name)
        setattr(module, constant, tuple(_faster(job) for job in getattr(module, constant)))


def _faster(job: Any) -> Any:
    slow = TICK_SECONDS < job.every_seconds < SLOW_TICKS
    return replace(job, every_seconds=TICK_SECONDS) if slow else job
