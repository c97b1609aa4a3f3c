"""`make bench`: measure, print, and write the figures into docs/benchmarks.md."""

import asyncio
import platform as machine
import sys
import tempfile
from pathlib import Path

from benchmarks.document_rows import document_rows
from benchmarks.embedded_rows import Stage, http_rows
from benchmarks.frame import ROUNDS, run, table
from shared.clock import SystemClock, today
from shared.logging import configure_logging

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Figures of `make bench`: ours, the raw limit and a peer measured in turns in one run; the median of
{rounds} rounds (lowest–highest). Only the ratio means something on another machine.

Last run: {day}, Python {python}, {cores}.

"""


async def main() -> None:
    """Run all rows."""
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        async with Stage(Path(folder)) as stage:
            rows = http_rows(stage) + document_rows()
            await run(rows)
    found = table(rows)
    print(found)
    introduction = INTRODUCTION.format(
        rounds=ROUNDS,
        day=today(SystemClock()).isoformat(),
        python=machine.python_version(),
        cores=f"{machine.machine()}, two cores",
    )
    TARGET.write_text(introduction + found + "\n")
    sys.stdout.flush()


asyncio.run(main())
