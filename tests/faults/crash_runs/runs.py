"""One crash run: work, die at a point, come back, finish what was asked, come to rest, count.

All processes run armed with their next point, behind a closed gate. A run opens one gate, so that a
run costs one start: the one after the death, armed for a later run. One start in six has its gate
open, so that a process that is just recovering may die again.
"""

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.crash_runs.deliveries import check_deliveries
from tests.faults.crash_runs.effects import check_commands
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.mails import check_mails
from tests.faults.crash_runs.reading import witness_order
from tests.faults.crash_runs.rest import Rest
from tests.faults.crash_runs.sites import LISTENERS, Layout, Site
from tests.faults.crash_runs.targets import Target, upcoming
from tests.faults.crash_runs.verdict import Verdict
from tests.faults.crash_runs.work import Office
from tests.faults.killing import until
from tests.support.ledger import Ledger

ROUNDS = 6
SECONDS_AFTER_A_ROUND = 1.5
WORK_SECONDS = 90.0
OPEN_AGAIN = 1 / 6
# longer than a sender's lease
LEASE_MINUTES = 6
SENDERS = ("platform", "notifications worker")


@dataclass(slots=True)
class Run:
    """What became of one run: who died where, and what was wrong afterwards that was not before."""

    target: Target
    deaths: list[Target] = field(default_factory=list)
    wrong: Verdict = field(default_factory=Verdict)
    seconds: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether the process died of SIGKILL at the point that was meant."""
        return self.target in self.deaths


class CrashRuns:
    """The runs of one platform."""

    def __init__(
        self, layout: Layout, folder: Path, sink: MailSink, plan: list[Target], *, seed: str
    ) -> None:
        self.site = Site(layout, folder)
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.office = Office(self.site, self.ledger, seed)
        self.known = Verdict()
        self._plan = plan
        self._random = Random(f"{seed}/times")
        self._rest = Rest(self.site, self.office)
        self._sink = sink
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
        role = run.target.role
        if self._armed.get(role) != run.target:
            self._restart(role, run, place)
        self.site.processes[role].open_gate()
        for _ in range(ROUNDS):
            self._work(run, place)
            if run.counts:
                break
        self.site.processes[role].close_gate()
        while not self._rest.reached(lambda: self._revive(run, place)):
            run.wrong.lost.append(f"rest: {self._rest.why_not}")
            break
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
            arrivals=self._sink.arrivals(),
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
        point = run.target.point
        at_work = self.office.work(mail=point.startswith("sender."), upload=point.startswith("job."))

        def done() -> bool:
            self._revive(run, place)
            return all(one.done() for one in at_work)

        assert until(done, seconds=WORK_SECONDS), self._state()
        for one in at_work:
            one.result()
        until(lambda: self._revive(run, place) or run.counts, seconds=SECONDS_AFTER_A_ROUND)

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

