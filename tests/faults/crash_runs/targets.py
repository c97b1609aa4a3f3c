"""At which points can which process die, and what has to be asked of the platform to get it there?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import Random

from shared.crash_points import CRASH_POINTS
from tests.faults.crash_runs.processes import Crash

# in one process all points but those of the broker are passed, and by every kind of work
_BROKER = ("publisher.", "consumer.")
_EVERYWHERE = ("unit_of_work.", "sweeper.")
_OF_A_ROLE = {
    "plans api": ("command.", "unit_of_work."),
    "notifications api": ("command.", "unit_of_work."),
    "plans worker": ("relay.", "publisher.", "job.", "sweeper."),
    "scoring worker": ("consumer.", "inbox.", "unit_of_work."),
    "notifications worker": ("consumer.", "inbox.", "sender.", *_EVERYWHERE),
}
# a whole round of work passes these only once or twice
_RARE = ("job.", "sender.", "sweeper.")
MOST_TIMES, MOST_TIMES_OF_THE_RARE = 4, 2


@dataclass(frozen=True, slots=True)
class Target:
    """A point in a process."""

    role: str
    point: str

    def __str__(self) -> str:
        return f"{self.point} in {self.role}"

    def crash(self, random: Random) -> Crash:
        """This point, at a number that is drawn."""
        rare = self.point.startswith(_RARE)
        return Crash(self.point, random.randint(1, MOST_TIMES_OF_THE_RARE if rare else MOST_TIMES))


def targets(mode: str) -> list[Target]:
    """Every point in every process that comes there."""
    if mode == "embedded":
        return [Target("platform", p) for p in CRASH_POINTS if not p.startswith(_BROKER)]
    return [
        Target(role, point)
        for role, prefixes in _OF_A_ROLE.items()
        for point in CRASH_POINTS
        if point.startswith(prefixes)
    ]


# those who are to die in one run
Targets = tuple[Target, ...]


def drawn(mode: str, random: Random, *, runs: int) -> list[Targets]:
    """So many targets, one a run: all of them in a new order, again and again."""
    found: list[Targets] = []
    while len(found) < runs:
        deck = targets(mode)
        random.shuffle(deck)
        found += [(target,) for target in deck]
    return found[:runs]


def at_once(mode: str) -> list[Targets]:
    """Every point once, with as many processes dying in one run as there are."""
    able: dict[str, list[Target]] = {}
    for target in targets(mode):
        able.setdefault(target.point, []).append(target)
    queues: dict[str, list[Target]] = {}
    for choice in sorted(able.values(), key=len):
        least = min(choice, key=lambda target: len(queues.get(target.role, [])))
        queues.setdefault(least.role, []).append(least)
    return [tuple(filter(None, together)) for together in zip_longest(*queues.values())]


def upcoming(plan: Sequence[Targets], role: str, *, after: int) -> Target | None:
    """The next target of a process after a place in the plan."""
    return next((t for together in plan[after + 1 :] for t in together if t.role == role), None)
