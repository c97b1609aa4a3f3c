"""One crash run: work, die at a point, come back, finish what was asked, come to rest, count.

All processes run armed with their next point, behind a closed gate. A run opens one gate, so that a
run costs one start: the one after the death, armed for a later run. One start in six has its gate
open, so that a process that is just recovering may die again.
"""

import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.crash_runs.deliveries import check_deliveries
from tests.faults.crash_runs.effects import check_commands
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.mails import check_mails
from tests.faults.crash_runs.reading import witness_order
from tests.faults.crash_runs.rest import REST_SECONDS, Rest
from tests.faults.crash_runs.sites import LISTENERS, Layout, Site
from tests.faults.crash_runs.targets import Target, Targets, upcoming
from tests.faults.crash_runs.verdict import Verdict
from tests.faults.crash_runs.work import PEOPLE, Office
from tests.faults.killing import until
from tests.support.ledger import Ledger

ROUNDS = 6
SECONDS_AFTER_A_ROUND = 1.5
WORK_SECONDS = 180.0
LOOK_EVERY = 0.01
OPEN_AGAIN = 1 / 6
SENDERS = ("platform", "notifications worker")


@dataclass(slots=True)
class Run:
    """What became of one run: who died where, and what was wrong afterwards that was not before."""

    targets: Targets
    deaths: list[Target] = field(default_factory=list)
    wrong: Verdict = field(default_factory=Verdict)
    seconds: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether every process that was meant died of SIGKILL at its point."""
        return set(self.targets) <= set(self.deaths)

    @property
    def name(self) -> str:
        """Where who was to die."""
        return " + ".join(map(str, self.targets))

    def wants(self, prefix: str) -> bool:
        """Whether one of its points begins so."""
        return any(target.point.startswith(prefix) for target in self.targets)


class CrashRuns:
    """The runs of one platform."""

    def __init__(
        self,
        layout: Layout,
        folder: Path,
        sink: MailSink,
        *,
        plan: Sequence[Targets],
        seed: str,
        rounds: int = ROUNDS,
        rest_seconds: float = REST_SECONDS,
        also: str = "",
    ) -> None:
        """Start nothing yet.

        :param plan: who is to die where in which run.
        :param rounds: how often people work until somebody has died.
        :param rest_seconds: after which a platform that is still busy counts as stuck.
        :param also: work to be done whoever dies: "job." or "sender.".
        """
        self.site = Site(layout, folder)
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.office = Office(self.site, self.ledger, seed)
        self.known = Verdict()
        self._plan = plan
        self._random = Random(f"{seed}/times")  # noqa: S311 - the same for the same seed
        self.sink = sink
        self._rest = Rest(self.site, self.office, seconds=rest_seconds)
        self._rounds = rounds
        self._also = also
        self._armed: dict[str, Target] = {}
        self._deaths: Counter[str] = Counter()

    def begin(self) -> None:
        """Start all processes, and make what the work is about."""
        roles = self.site.layout.roles
        for role in roles:
            self._arm(role, after=-1)
        for role in roles:
            assert self.site.wait_up(role), self.site.processes[role].output
        for service in LISTENERS:
            witness_order(self.site.books, service)
        key = self.site.layout.data / "admin.key"
        self.site.admin_key = key.read_text().strip()
        self.office.settle_in()
        assert self._rest.reached(), self._rest.why_not
        found = self.verdict()
        assert not found, found.all

    def end(self) -> list[str]:
        """Stop all processes; what they left undone."""
        self.office.close()
        codes = self.site.stop()
        return [f"{role} ended with {code}" for role, code in codes.items() if code]

    def run(self, place: int) -> Run:
        """Do the run at a place of the plan."""
        run = Run(self._plan[place])
        started = time.monotonic()
        for target in run.targets:
            if self._armed.get(target.role) != target:
                self._restart(target.role, run, place)
        for target in run.targets:
            self.site.processes[target.role].open_gate()
        for _ in range(self._rounds):
            self._work(run, place)
            if run.counts:
                break
        for running in self.site.processes.values():
            running.close_gate()
        if not self._rest.reached(lambda: self._revive(run, place)):
            run.wrong.lost.append(f"rest: {self._rest.why_not}")
        self._judge(run)
        run.seconds = time.monotonic() - started
        return run

    def verdict(self) -> Verdict:
        """Everything that is wrong with the platform at rest."""
        verdict, entries, books = Verdict(), self.ledger.entries(), self.site.books
        check_commands(verdict, entries, books)
        check_deliveries(verdict, entries, books)
        check_mails(
            verdict,
            entries,
            books,
            arrivals=self.sink.arrivals(),
            folder=self.site.layout.data / "mail",
            deaths=sum(self._deaths[role] for role in SENDERS),
        )
        return verdict

    def _judge(self, run: Run) -> None:
        found = self.verdict()
        new = found.without(self.known)
        self.known = found
        run.wrong.lost += new.lost
        run.wrong.doubled += new.doubled
        run.wrong.out_of_order += new.out_of_order

    def _work(self, run: Run, place: int) -> None:
        """One round of work, with whoever dies brought back; then a moment for what follows it."""
        at_work = self.office.work(
            mail=run.wants("sender.") or self._also == "sender.",
            uploads=PEOPLE if self._also == "job." else int(run.wants("job.")),
        )

        def done() -> bool:
            self._revive(run, place)
            return all(one.done() for one in at_work)

        assert until(done, seconds=WORK_SECONDS, every=LOOK_EVERY), self._state()
        for one in at_work:
            one.result()
        until(
            lambda: self._revive(run, place) or run.counts,
            seconds=SECONDS_AFTER_A_ROUND,
            every=LOOK_EVERY,
        )

    def _revive(self, run: Run, place: int) -> bool:
        """Bring back whoever has died; whether somebody had."""
        dead = [role for role, running in self.site.processes.items() if not running.alive]
        for role in dead:
            running = self.site.processes[role]
            assert running.crashed, f"{role} ended by itself:\n{running.output}"
            run.deaths.append(self._armed[role])
            self._deaths[role] += 1
            self.site.down(role)
            self._rest.after_death(role)
            gated = self._random.random() >= OPEN_AGAIN
            self._arm(role, after=place, gated=gated)
        for role in dead:
            self.site.wait_up(role)
        return bool(dead)

    def _arm(self, role: str, *, after: int, gated: bool = True) -> None:
        """Start a process armed with its next target."""
        target = upcoming(self._plan, role, after=after)
        if target is None:
            self._armed.pop(role, None)
            self.site.launch(role)
            return
        self._armed[role] = target
        self.site.launch(role, target.crash(self._random), gated=gated)

    def _restart(self, role: str, run: Run, place: int) -> None:
        """Start a process again, armed with the target of this very run."""
        self.site.down(role)
        code = self.site.processes[role].stop(signal.SIGTERM)
        if code:
            run.wrong.lost.append(f"orderly end: {role} ended with {code}")
        self._arm(role, after=place - 1)
        assert self.site.wait_up(role), self.site.processes[role].output

    def _state(self) -> str:
        return "\n".join(f"{r}: {p.output[-2000:]}" for r, p in self.site.processes.items())
