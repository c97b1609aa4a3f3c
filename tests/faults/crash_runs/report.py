"""What came of all crash runs? A table by point."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.crash_runs.runs import Run


@dataclass(slots=True)
class Row:
    """What came of the runs at one point in one mode."""

    tried: int = 0
    reached: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0


@dataclass(slots=True)
class Report:
    """All runs of a command."""

    rows: dict[tuple[str, str], Row] = field(default_factory=lambda: defaultdict(Row))
    runs: int = 0
    deaths: int = 0
    ended_badly: list[str] = field(default_factory=list)

    def add(self, mode: str, run: Run) -> None:
        """Add a run; what is wrong after it is put down to its point, reached or not."""
        point = " + ".join(target.point for target in run.targets)
        row = self.rows[mode, point]
        row.tried += 1
        row.reached += run.counts
        row.lost += len(run.wrong.lost)
        row.doubled += len(run.wrong.doubled)
        row.out_of_order += len(run.wrong.out_of_order)
        self.runs += run.counts
        self.deaths += len(run.deaths)

    def total(self, column: str) -> int:
        """A column's sum."""
        return sum(getattr(row, column) for row in self.rows.values())

    @property
    def clean(self) -> bool:
        return not (
            self.total("lost")
            or self.total("doubled")
            or self.total("out_of_order")
            or self.ended_badly
        )

    def lines(self, *, seed: str, seconds: float) -> Iterator[str]:
        """The table, and under it the sums."""
        yield f"{'mode':12} {'point':26} {'runs':>5} {'reached':>8} {'lost':>5} {'doubled':>8} {'order':>6}"
        for (mode, point), row in sorted(self.rows.items()):
            yield (
                f"{mode:12} {point:26} {row.tried:5} {row.reached:8} {row.lost:5}"
                f" {row.doubled:8} {row.out_of_order:6}"
            )
        yield from self.ended_badly
        yield (
            f"seed {seed}: {self.runs} runs count, at {len({p for _, p in self.rows})} points,"
            f" {self.deaths} deaths, {seconds:.0f} s;"
            f" lost = {self.total('lost')}, doubled = {self.total('doubled')},"
            f" out of order = {self.total('out_of_order')}"
        )
