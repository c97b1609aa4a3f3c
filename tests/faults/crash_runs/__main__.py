"""Is anything lost or doubled when a process dies at a named point?

`python -m tests.faults.crash_runs --runs 300 --seed 1205 --mode both`. The seed is printed; the same
seed draws the same points, numbers and commands. Exits with 1 when anything is lost, doubled or out
of order.
"""

# ruff: noqa: T201, S311 - a command prints, and its draws must be the same for the same seed
import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from deploy.local.private import private_servers
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.report import Report
from tests.faults.crash_runs.runs import CrashRuns, Run
from tests.faults.crash_runs.sites import Apart, Embedded, Layout, sandbox
from tests.faults.crash_runs.targets import drawn
from tests.faults.kill_embedded import fresh_seed

# after so many runs a new platform begins: what is counted each time grows with the runs
RUNS_OF_A_PLATFORM = 75
MODES = ("embedded", "distributed")
MakeLayout = Callable[[Path, MailSink], Layout]


@contextlib.contextmanager
def layouts(mode: str) -> Iterator[MakeLayout]:
    """What makes a platform in a folder; servers, where needed, run for all of them."""
    if mode == "embedded":
        yield lambda folder, sink: Embedded(folder, **sandbox(sink))
    else:
        with private_servers() as servers:
            yield lambda folder, sink: Apart(folder, servers, **sandbox(sink))


def crash(mode: str, seed: str, *, runs: int, report: Report) -> None:
    """So many runs that count, in one mode; a few are drawn more, for points not reached."""
    plan = drawn(mode, Random(f"{seed}/{mode}"), runs=runs + runs // 10 + 1)
    wanted = report.runs + runs
    with layouts(mode) as make, tempfile.TemporaryDirectory() as name:
        for place in range(0, len(plan), RUNS_OF_A_PLATFORM):
            folder = Path(name) / str(place)
            folder.mkdir()
            with MailSink() as sink:
                share = plan[place : place + RUNS_OF_A_PLATFORM]
                part = f"{seed}/{mode}/{place}"
                series = CrashRuns(make(folder, sink), folder, sink, plan=share, seed=part)
                _do(series, len(share), mode, report=report, wanted=wanted)
            if report.runs >= wanted:
                return


def _do(series: CrashRuns, number: int, mode: str, *, report: Report, wanted: int) -> None:
    """The runs of one platform."""
    try:
        series.begin()
        for place in range(number):
            run = series.run(place)
            report.add(mode, run)
            _tell(mode, run)
            if report.runs >= wanted:
                return
    finally:
        report.ended_badly += series.end()


def _tell(mode: str, run: Run) -> None:
    died = ", ".join(map(str, run.deaths)) or "nobody"
    outcome = "counts" if run.counts else "NOT REACHED"
    print(f"{mode}: {run.name}: {outcome}, died: {died} ({run.seconds:.1f} s)", flush=True)
    for line in run.wrong.all:
        print(f"  WRONG {line}", flush=True)


def main() -> None:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crash_runs")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", default=None)
    parser.add_argument("--mode", choices=(*MODES, "both"), default="both")
    chosen = parser.parse_args()
    seed = chosen.seed or fresh_seed()
    print(f"seed {seed}", flush=True)
    report, started = Report(), time.monotonic()
    modes = MODES if chosen.mode == "both" else (chosen.mode,)
    try:
        for number, mode in enumerate(modes):
            share = chosen.runs // len(modes) + (number < chosen.runs % len(modes))
            crash(mode, seed, runs=share, report=report)
    finally:
        print("\n".join(report.lines(seed=seed, seconds=time.monotonic() - started)))
    sys.exit(0 if report.clean and report.runs >= chosen.runs else 1)


if __name__ == "__main__":
    main()
