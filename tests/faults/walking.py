"""Is anything lost or doubled when the platform is killed while people walk the main path?"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from tests.faults.invariants import at_rest, broken_promises
from tests.faults.killing import (
    Moment,
    begun,
    changed_at,
    look_at_remains,
    pause,
    until,
    wait_for,
)
from tests.faults.reckoning import reckon
from tests.faults.walkers import VIETNAM, Client, Door, Importer, Walker
from tests.support.ledger import Ledger
from tests.support.worlds import Caller, World, eventually

CLOCK = "2023-06-19T09:00:00+07:00"
WALKERS = 2
# far less than the seven days an idempotency key is kept, so that a repeated command finds its own
LONGEST_STEP_DAYS = 3
SETTLE_SECONDS = 120
# on a day off nobody is reminded, nor on one for which nothing is planned
MAILLESS_DAYS = 4
# what is watched for a kill right after it has changed
MAIL, COMMIT, ANY = "mail", "plans.db-wal", "any time"
# about as long as an answer takes from the commit to the socket
ANSWER_SECONDS = 0.002
RESTART_SECONDS = 2.0


@dataclass(slots=True)
class KilledWalk:
    """What became of one walk: where the kills hit, and what was under way just then."""

    kills: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> list[str]:
        """Every sentence about something lost, doubled or broken."""
        return [*self.damage, *self.lost, *self.doubled, *self.broken]


class Conductor:
    """Starts, moves the clock, kills, and starts again."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.data = folder / "var"
        self.world = World(self.data, CCHC_SAMPLE="0", CCHC_CLOCK=CLOCK, CCHC_DAILY_CAP="10000")
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.seen = KilledWalk()
        self._random = random
        self._deck: list[str] = []
        self.world.start()
        self.world.wait_ready()
        self.door = Door(admin_key=self.world.caller().http.headers["X-API-Key"])
        self.clock = Client("clock", self.door, self.ledger)
        self._let_in()

    def kill_in_a_while(self) -> None:
        """Let people work, move the clock if nothing is in doubt, kill, and start again."""
        moment = self._moment()
        if self._random.random() < 0.5:
            self.advance(days=self._random.randint(1, LONGEST_STEP_DAYS))
        self._wait_at_work(moment)
        self._kill(str(moment))
        while self._random.random() < 0.2:
            self._kill_while_starting()
        self.world.start()
        self.world.wait_ready()
        self._let_in()

    def advance(self, *, days: int) -> None:
        """Move the clock to the morning in so many days, just after reminders are due."""
        assert until(self._nothing_in_doubt, seconds=SETTLE_SECONDS), "commands stay in doubt"
        now = datetime.fromisoformat(self.clock.get("/plans/v1/clock")["now"]).astimezone(VIETNAM)
        morning = now.replace(hour=8, minute=0, second=30, microsecond=0) + timedelta(days=days)
        caller = self.world.caller()
        caller.post("/plans/v1/clock:advance", {"to": morning.isoformat()})
        self.seen.figures["days of the sandbox clock"] += days

    def _nothing_in_doubt(self) -> bool:
        """Whether no command is being sent again because nobody knows what became of it."""
        return not any(entry.tries > 1 and entry.unknown for entry in self.ledger.entries())

    def _moment(self) -> Moment:
        """Of three kills one at any time, one when a mail is begun, one when something is committed."""
        if not self._deck:
            self._deck = [ANY, MAIL, COMMIT]
            self._random.shuffle(self._deck)
        kind = self._deck.pop()
        if kind == MAIL:
            return Moment(self._random.choice((0.0, 0.005, 0.02, 0.1)), MAIL)
        if kind == COMMIT:
            return Moment(self._random.uniform(0, ANSWER_SECONDS), COMMIT)
        return Moment(self._random.uniform(0.1, self._random.choice((2.0, 8.0))))

    def _wait_at_work(self, moment: Moment) -> None:
        if moment.file == MAIL:
            self._wait_for_mail()
        elif moment.file == COMMIT:
            pause(self._random.uniform(0.1, 2.0))
            file = self.data / COMMIT
            known, deadline = changed_at(file), time.monotonic() + 5
            while changed_at(file) == known and time.monotonic() < deadline:
                pass  # the answer leaves within a millisecond or two: no time to rest
        pause(moment.seconds)

    def _wait_for_mail(self) -> None:
        folder = self.data / MAIL
        known = len(list(folder.glob("*")))
        for _ in range(MAILLESS_DAYS):
            self.advance(days=1)
            if until(lambda: len(list(folder.glob("*"))) > known, seconds=6):
                return

    def _kill(self, said: str) -> None:
        assert self.world.running, "it ended by itself:\n" + "".join(self.world.output)
        self.world.kill()
        self.door.open.clear()
        remains = look_at_remains(self.data)
        self.seen.kills.append(said)
        self.seen.hits.append(remains.where)
        self.seen.figures["commands in flight"] += sum(e.unknown for e in self.ledger.entries())
        self.seen.damage += remains.damage

    def _kill_while_starting(self) -> None:
        moment = Moment(self._random.uniform(0, RESTART_SECONDS))
        before = begun(self.data)
        self.world.launch()
        wait_for(moment, self.data, before=before, patience=RESTART_SECONDS)
        self._kill(f"{moment} again")

    def _let_in(self) -> None:
        self.door.url = self.world.url
        self.door.opened += 1
        self.door.open.set()


def walk_under_fire(folder: Path, random: Random, *, kills: int) -> KilledWalk:
    """Have people work while the platform is killed so many times; then count everything."""
    conductor = Conductor(folder, random)
    importer = Importer(conductor.door, conductor.ledger)
    people = [Walker(n, conductor.door, conductor.ledger) for n in range(WALKERS)]
    try:
        with _at_work([*people, importer]) as at_work:
            while len(conductor.seen.kills) < kills and not any(one.done() for one in at_work):
                conductor.kill_in_a_while()
        importer.import_for("CONTROL")
        # from any day of the week far enough to a day on which something is to be sent
        conductor.advance(days=LONGEST_STEP_DAYS)
        caller = conductor.world.caller()
        eventually(partial(at_rest, caller), seconds=SETTLE_SECONDS)
        _count(conductor, caller)
    finally:
        conductor.world.stop()
        for one in (*people, importer, conductor.clock):
            one.close()
    return conductor.seen


@contextmanager
def _at_work(people: list[Walker | Importer]) -> Iterator[list[Future[None]]]:
    """People who walk until the block ends; what stops one of them stops the test."""
    enough = threading.Event()
    with ThreadPoolExecutor(len(people)) as pool:
        at_work = [pool.submit(_walk_on, person, enough) for person in people]
        try:
            yield at_work
        finally:
            enough.set()
        for one in at_work:
            one.result(timeout=SETTLE_SECONDS)


def _walk_on(person: Walker | Importer, enough: threading.Event) -> None:
    """Walk whole laps, one at least, and the last one after the last kill."""
    person.settle_in()
    person.walk()
    while not enough.is_set():
        person.walk()


def _count(conductor: Conductor, caller: Caller) -> None:
    seen = conductor.seen
    entries = conductor.ledger.entries()
    balance = reckon(entries, caller)
    seen.lost, seen.doubled = balance.lost, balance.doubled
    seen.broken = broken_promises(caller, conductor.data)
    seen.figures["commands"] = len(entries)
    seen.figures["committed, the answer lost"] = sum(e.lost_answer for e in entries)
    seen.figures["mails"] = len(list((conductor.data / "mail").glob("*.eml")))
    seen.figures["reminders"] = len(caller.items("/notifications/v1/reminders", limit=200))
