"""Does a first start that is killed, and killed again, end where an undisturbed one does?"""

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from tests.faults.census import Bag, Difference, compare, take_census
from tests.faults.invariants import at_rest, broken_promises
from tests.faults.killing import (
    Remains,
    begun,
    look_at_remains,
    moment_of_first_start,
    pause,
    until,
    wait_for,
)
from tests.support.worlds import Caller, World, eventually

# every run begins at the same instant, so that its reminders fall on the same days
CLOCK = "2026-03-10T09:00:00+07:00"
SETTLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reference:
    """An undisturbed first start: what it brings, and how long it works until all is at rest."""

    census: dict[str, Bag]
    seconds: float


@dataclass(slots=True)
class KilledStart:
    """What became of one first start."""

    kills: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    difference: Difference = field(default_factory=lambda: Difference((), ()))
    broken: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Every sentence about something lost, doubled or broken."""
        return [*self.damage, *self.difference.lost, *self.difference.doubled, *self.broken]


def undisturbed(data: Path) -> Reference:
    """Start with the sample in an empty folder, and let it come to rest."""
    world = World(data, CCHC_CLOCK=CLOCK)
    before = begun(data)
    world.launch()
    until(lambda: begun(data) != before, seconds=60)
    started = time.monotonic()
    world.wait_address()
    world.wait_ready()
    caller = world.caller()
    eventually(partial(at_rest, caller), seconds=SETTLE_SECONDS)
    seconds = time.monotonic() - started
    reference = Reference(take_census(caller), seconds)
    world.stop()
    return reference


def killed(data: Path, random: Random, reference: Reference, *, kills: int) -> KilledStart:
    """Kill a first start so many times, start it once more, and compare."""
    world = World(data, CCHC_CLOCK=CLOCK)
    seen = KilledStart()
    for _ in range(kills):
        moment = moment_of_first_start(random, reference.seconds)
        before = begun(data)
        world.launch()
        wait_for(moment, data, before=before, patience=reference.seconds)
        assert world.running, "it ended by itself:\n" + "".join(world.output)
        world.kill()
        remains: Remains = look_at_remains(data)
        seen.kills.append(str(moment))
        seen.hits.append(remains.where)
        seen.damage += remains.damage
    world.start()
    world.wait_ready()
    caller = world.caller()
    eventually(partial(at_rest, caller), seconds=SETTLE_SECONDS)
    seen.difference = _difference(caller, reference)
    seen.broken = broken_promises(caller, data)
    world.stop()
    return seen


def _difference(caller: Caller, reference: Reference) -> Difference:
    """What differs in the end: reminders near days off are planned once more, some seconds later."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        difference = compare(reference.census, take_census(caller))
        if not difference or time.monotonic() > deadline:
            return difference
        pause(0.5)
