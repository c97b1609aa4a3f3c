"""What does the platform cost while nobody asks for anything? Shares of one processor core."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from benchmarks.stage import Distributed, processor_seconds
from tests.support.worlds import World

SECONDS = 20
_SETTLE_SECONDS = 5
LIMIT_PERCENT = 2.0


async def idle(stage: Distributed, folder: Path) -> Mapping[str, float]:
    """Per cent of one core by process, over `SECONDS` in which nothing is asked."""
    world = World(folder, CCHC_SAMPLE="0")
    with world:
        pids = {f"{p.service} {p.role}": p.popen.pid for p in stage.world.processes}
        pids["embedded"] = world.pid
        await asyncio.sleep(_SETTLE_SECONDS)
        before = {name: processor_seconds(pid) for name, pid in pids.items()}
        await asyncio.sleep(SECONDS)
        return {
            name: (processor_seconds(pid) - before[name]) / SECONDS * 100
            for name, pid in pids.items()
        }


def told(found: Mapping[str, float]) -> str:
    """As a sentence for the report."""
    listed = ", ".join(f"{name} {share:.1f} %" for name, share in sorted(found.items()))
    return f"Idle, of one core (limit {LIMIT_PERCENT:.0f} %): {listed}."
