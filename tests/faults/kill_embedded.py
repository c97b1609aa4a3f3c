"""Does `kill -9` lose or double anything? `python -m tests.faults.kill_embedded --kills 50 --seed 1`.

Half of the kills hit first starts, half hit people who walk the main path. The seed is printed, and
the same seed draws the same moments again. Exits with 1 when anything is lost, doubled or broken.
"""

# ruff: noqa: T201, S311 - a command prints, and its moments must be the same for the same seed
import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from tests.faults.first_start import Reference, killed, undisturbed
from tests.faults.walking import walk_under_fire

# how many kills one first start gets: most are killed once, some again and again
KILLS_OF_A_START = (1, 1, 1, 2, 3)
# kills of one walk: after so many, everything is counted
KILLS_OF_A_WALK = 9


@dataclass(slots=True)
class Report:
    """What came of all runs."""

    runs: int = 0
    kills: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.broken)

    def add(
        self, hits: list[str], *, lost: list[str], doubled: list[str], broken: list[str]
    ) -> None:
        """Add one run."""
        self.runs += 1
        self.kills += len(hits)
        self.hits.update(hits)
        self.lost += lost
        self.doubled += doubled
        self.broken += broken


def kill_first_starts(
    folder: Path, seed: str, *, kills: int, report: Report, reference: Reference
) -> None:
    """Kill first starts until there were enough kills."""
    done = 0
    for number in range(kills):
        if done >= kills:
            return
        random = Random(f"{seed}/first start/{number}")
        planned = min(random.choice(KILLS_OF_A_START), kills - done)
        seen = killed(folder / f"start-{number}", random, reference, kills=planned)
        done += len(seen.kills)
        _tell(f"first start {number}", seen.kills, seen.hits, seen.wrong)
        report.add(
            [f"first start: {hit}" for hit in seen.hits],
            lost=list(seen.difference.lost),
            doubled=list(seen.difference.doubled),
            broken=seen.broken + seen.damage,
        )


def kill_walks(folder: Path, seed: str, *, kills: int, report: Report) -> None:
    """Kill the platform under walking people until there were enough kills."""
    done = number = 0
    while done < kills:
        home = folder / f"walk-{number}"
        home.mkdir()
        random = Random(f"{seed}/walk/{number}")
        seen = walk_under_fire(home, random, kills=min(KILLS_OF_A_WALK, kills - done))
        done += len(seen.kills)
        number += 1
        _tell(f"walk {number}", seen.kills, seen.hits, seen.wrong)
        report.figures.update(seen.figures)
        report.add(
            [f"walking path: {hit}" for hit in seen.hits],
            lost=seen.lost,
            doubled=seen.doubled,
            broken=seen.broken + seen.damage,
        )


def fresh_seed() -> str:
    """A seed nobody chose."""
    return str(SystemRandom().randrange(1_000_000))


def _tell(run: str, kills: list[str], hits: list[str], wrong: list[str]) -> None:
    for kill, hit in zip(kills, hits, strict=True):
        print(f"{run}: killed {kill}: {hit}", flush=True)
    for sentence in wrong:
        print(f"{run}: WRONG: {sentence}", flush=True)


def _summary(report: Report, *, seed: str, seconds: float) -> list[str]:
    return [
        f"seed {seed}: {report.kills} kills in {report.runs} runs, {seconds:.0f} s",
        *(f"  {count:4} × {hit}" for hit, count in sorted(report.hits.items())),
        *(f"  {count:6} {figure}" for figure, count in sorted(report.figures.items())),
        f"lost = {len(report.lost)}, doubled = {len(report.doubled)}, broken = {len(report.broken)}",
    ]


def main() -> None:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill_embedded")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", default=None)
    chosen = parser.parse_args()
    seed = chosen.seed or fresh_seed()
    print(f"seed {seed}", flush=True)
    report = Report()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference = undisturbed(folder / "reference")
        print(f"an undisturbed first start works for {reference.seconds:.1f} s", flush=True)
        half = chosen.kills // 2
        kill_first_starts(folder, seed, kills=half, report=report, reference=reference)
        kill_walks(folder, seed, kills=chosen.kills - half, report=report)
    print("\n".join(_summary(report, seed=seed, seconds=time.monotonic() - started)))
    sys.exit(0 if report.clean else 1)


if __name__ == "__main__":
    main()
