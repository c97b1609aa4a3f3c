"""How is speed measured? Ours, the raw limit and a peer in turns, in one run; medians and ratios.

Absolute figures depend on the machine and on what else it does; a ratio taken in the same run says
how much of what is possible here is reached.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

Measure = Callable[[], Awaitable[float]]
ROUNDS = 5


@dataclass(slots=True)
class Side:
    """One way of doing the work; `measure` gives work per second (or seconds, see the row)."""

    name: str
    measure: Measure
    figures: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.figures)


@dataclass(slots=True)
class Row:
    """One piece of work, done by us, at the raw limit, perhaps by a peer."""

    name: str
    unit: str
    ours: Side
    others: Sequence[Side]
    lower_is_better: bool = False

    def ratio(self, other: Side) -> float:
        """How many times as good ours is as the other side."""
        if self.lower_is_better:
            return other.median / self.ours.median
        return self.ours.median / other.median


async def run(rows: Sequence[Row], *, rounds: int = ROUNDS) -> None:
    """Measure all sides of a row in turns, round after round."""
    for row in rows:
        for side in (row.ours, *row.others):
            await side.measure()  # warm up, not counted
        for _ in range(rounds):
            for side in (row.ours, *row.others):
                side.figures.append(await side.measure())
        print(_line(row), file=sys.stderr, flush=True)


def table(rows: Sequence[Row]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| work | unit | ours | beside | figure | ours / beside |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        for place, side in enumerate(row.others):
            first = (row.name, row.unit, _figures(row.ours)) if place == 0 else ("", "", "")
            ratio = f"**{row.ratio(side):.2f}**"
            lines.append(f"| {' | '.join((*first, side.name, _figures(side), ratio))} |")
    return "\n".join(lines)


async def per_second(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """How often a second the work is done, when done `count` times one after the other."""
    started = time.perf_counter()
    for _ in range(count):
        await work()
    return count / (time.perf_counter() - started)


async def together(count: int, at_once: int, work: Callable[[], Awaitable[object]]) -> float:
    """How often a second the work is done by `at_once` callers together."""

    async def caller() -> None:
        for _ in range(count // at_once):
            await work()

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    return (count // at_once * at_once) / (time.perf_counter() - started)


def _figures(side: Side) -> str:
    return f"{_number(side.median)} ({_number(min(side.figures))}–{_number(max(side.figures))})"


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.4f}"


def _line(row: Row) -> str:
    ratios = ", ".join(f"{row.ratio(side):.2f} × {side.name}" for side in row.others)
    return f"{row.name}: {_figures(row.ours)} {row.unit}; {ratios}"
