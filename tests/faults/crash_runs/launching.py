"""How does one process of the platform begin in a crash run? Forked, and then as on a command line.

A process forked from one that has the program imported starts in a fraction of the time. It is a
process like any other: it has its own environment, output and connections, and dies alone.
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

import uuid_utils

from services.notifications.service import service as notifications
from shared import crash_points
from shared.runtime import running

# loops that tick every 5 or 30 s tick every second, so that a run is short
TICK_SECONDS = 1.0
SLOW_TICKS = 60.0
_PR_SET_PDEATHSIG = 1


def launch(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], output: Path
) -> None:
    """Become `python -m module arguments`, with this environment, writing to `output`."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(environment)
    _write_to(output)
    uuid_utils.reseed_rng()  # or two forked at the same time would draw the same ids
    _bind_crash_points()
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


def _bind_crash_points() -> None:
    """Bind them as at an import: the program was imported when nobody had asked for a crash."""
    unbound, bound = crash_points.crash_point, crash_points.bound(os.environ)
    for module in list(sys.modules.values()):
        if getattr(module, "crash_point", None) is unbound:
            module.crash_point = bound  # type: ignore[attr-defined]


def _tick_faster() -> None:
    running.HOUSEKEEPING = tuple(_faster(job) for job in running.HOUSEKEEPING)
    periodic = tuple(_faster(job) for job in notifications.periodic)
    object.__setattr__(notifications, "periodic", periodic)


def _faster(job: Any) -> Any:
    slow = TICK_SECONDS < job.every_seconds < SLOW_TICKS
    return replace(job, every_seconds=TICK_SECONDS) if slow else job
