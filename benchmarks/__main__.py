"""`make bench`: measure, print, and write the figures into docs/benchmarks.md.

`python -m benchmarks --only distributed --rounds 3` measures a part and writes nothing.
"""

import argparse
import asyncio
import os
import platform as machine
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.backbone_rows import backbone, backbone_rows
from benchmarks.document_rows import document_rows
from benchmarks.effect import Effect
from benchmarks.embedded_rows import Stage
from benchmarks.embedded_rows import http_rows as embedded_http_rows
from benchmarks.frame import ROUNDS, Row, run, table
from benchmarks.http_rows import http_rows
from benchmarks.idle import LIMIT_PERCENT, idle, told
from benchmarks.soak import LIMIT_MEGABYTES, MESSAGES, Soak, soak
from benchmarks.stage import Distributed
from shared.clock import SystemClock, today
from shared.logging import configure_logging
from shared.runtime.server import run as run_quickly

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
PARTS = ("distributed", "embedded", "soak")


async def measure(parts: Sequence[str], rounds: int) -> str:
    """The figures of the parts asked for, as Markdown."""
    chapters = [_when(rounds)]
    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as folder:
        if "distributed" in parts:
            chapters += await _distributed(Path(folder), rounds)
        if "embedded" in parts:
            chapters += await _embedded(Path(folder), rounds)
    if "soak" in parts:
        chapters += _flat(await soak())
    return "\n\n".join(chapters)


async def _distributed(folder: Path, rounds: int) -> list[str]:
    stage = await asyncio.to_thread(Distributed().__enter__)
    try:
        rows: list[Row] = Effect(stage).rows()
        await run(rows, rounds=rounds)
        async with http_rows(stage) as http:
            await run(http, rounds=rounds)
            rows += http
        async with backbone(stage, folder / "backbone") as bench:
            flow = backbone_rows(bench)
            await run(flow, rounds=rounds)
            rows += flow
        quiet = await idle(stage, folder / "idle")
    finally:
        await asyncio.to_thread(stage.close)
    _complain(quiet)
    return ["## Distributed: PostgreSQL and RabbitMQ", table(rows), told(quiet)]


async def _embedded(folder: Path, rounds: int) -> list[str]:
    async with Stage(folder / "embedded") as stage:
        rows = embedded_http_rows(stage) + document_rows()
        await run(rows, rounds=rounds)
    return ["## Embedded: one process, SQLite", table(rows)]


def _flat(found: Soak) -> list[str]:
    if not found.is_flat:
        print(f"memory grew by more than {LIMIT_MEGABYTES} MB", file=sys.stderr)
    sentence = (
        f"Resident megabytes of each worker over {MESSAGES:,} events with {found.cuts} times all"
        f" connections to the broker cut, {found.seconds:.0f} s; growth over all of them by the line"
        f" that fits best after warming up, limit {LIMIT_MEGABYTES:.0f} MB:"
        f" {'kept' if found.is_flat else 'BROKEN'}."
    )
    return ["## Memory", sentence, found.table()]


def _complain(quiet: Mapping[str, float]) -> None:
    for name, share in quiet.items():
        if share > LIMIT_PERCENT:
            print(f"{name} uses {share:.1f} % of a core while idle", file=sys.stderr)


def _when(rounds: int) -> str:
    return (
        f"Last run: {today(SystemClock()).isoformat()}, Python {machine.python_version()},"
        f" {machine.machine()}, {os.cpu_count()} cores, {rounds} rounds; the machine's load when it"
        f" began was {os.getloadavg()[0]:.1f}."
    )


def main() -> None:
    """Entry of `python -m benchmarks`."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    configure_logging("ERROR")
    found: list[str] = []

    async def work() -> None:
        found.append(await measure(arguments.only or PARTS, arguments.rounds))

    run_quickly(work())
    print(found[0])
    if arguments.only is None:
        head, rest = TARGET.read_text().split(BEGIN)
        TARGET.write_text(f"{head}{BEGIN}\n{found[0]}\n{END}{rest.split(END)[1]}")
    if "BROKEN" in found[0]:
        sys.exit(1)


main()
