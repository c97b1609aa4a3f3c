"""Which guard is taken away where, who dies then, and in what weather?"""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import aio_pika

from deploy.local.private import Servers
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.runs import CrashRuns
from tests.faults.crash_runs.sites import Apart, Embedded, Layout, sandbox
from tests.faults.crash_runs.targets import Target

MOST_RUNS = 6
RUNS_IN_CONTROL = 2
WEATHER_SECONDS = 5.0
REST_SECONDS = 45.0
ROUNDS = 2
Weather = Callable[[CrashRuns], AbstractContextManager[None]]


@contextlib.contextmanager
def fair(_: CrashRuns) -> Iterator[None]:
    """Nothing else goes wrong."""
    yield


@contextlib.contextmanager
def unbound(series: CrashRuns) -> Iterator[None]:
    """For some seconds no queue is bound to the stream of obligations."""
    url = series.site.layout.environment["CCHC_BROKER_URL"]
    with _for_a_while(lambda: asyncio.run(_bind(url, bound=True))):
        asyncio.run(_bind(url, bound=False))
        yield


async def _bind(url: str, *, bound: bool) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("cchc.notifications.v1")
        change = queue.bind if bound else queue.unbind
        await change("cchc.events", "plans.obligation")


@contextlib.contextmanager
def silent_mail_server(series: CrashRuns) -> Iterator[None]:
    """For some seconds the mail server takes mails and says nothing."""
    with _for_a_while(lambda: series.sink.answer_slowly(slowly=False)):
        series.sink.answer_slowly(slowly=True)
        yield


@contextlib.contextmanager
def without_unique_key(series: CrashRuns) -> Iterator[None]:
    """The inboxes have lost the key that tells a message that came before."""
    for service in ("scoring", "notifications"):
        series.site.books.execute(service, _DROP)
    yield


_DROP = """
    DO $$ DECLARE key text; BEGIN
        FOR key IN SELECT conname FROM pg_constraint
            WHERE conrelid = 'inbox'::regclass AND contype = 'u'
        LOOP EXECUTE format('ALTER TABLE inbox DROP CONSTRAINT %I', key); END LOOP;
    END $$
"""


@contextlib.contextmanager
def _for_a_while(end: Callable[[], None]) -> Iterator[None]:
    """Bad weather that ends by itself, and in any case with the block."""
    timer = threading.Timer(WEATHER_SECONDS, end)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@dataclass(frozen=True, slots=True)
class Trial:
    """One guard, and what shows that it is gone. `fault` and `weather` also beset the control."""

    guard: str
    mode: str
    target: Target
    fault: str = ""
    weather: Weather = fair
    copies: tuple[str, ...] = ()
    also: str = ""

    @property
    def needs_control(self) -> bool:
        """Whether it must be shown that the bad weather alone does no harm."""
        return bool(self.fault) or self.weather in {unbound, silent_mail_server}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the books said, after how many runs."""

    runs: int
    wrong: tuple[str, ...]


def _embedded(guard: str, point: str, fault: str = "") -> Trial:
    return Trial(guard, "embedded", Target("platform", point), fault)


_API = Target("plans api", "command.committed")
_COPY = "plans worker b"
TRIALS = (
    _embedded("marked_before_published", "inbox.storing"),
    _embedded("done_before_handled", "inbox.applied"),
    _embedded("sequence_ignored", "command.committed", "late_deliveries"),
    _embedded("answer_kept_afterwards", "command.committed"),
    _embedded("events_after_commit", "command.committed"),
    _embedded("sent_before_intended", "sender.called"),
    Trial(
        "inbox_without_unique_key",
        "distributed",
        Target("notifications worker", "consumer.stored"),
        weather=without_unique_key,
    ),
    Trial(
        "acknowledged_before_stored",
        "distributed",
        Target("notifications worker", "inbox.storing"),
    ),
    Trial("publish_result_ignored", "distributed", _API, "bindings_not_renewed", unbound),
    Trial("not_mandatory", "distributed", _API, "bindings_not_renewed", unbound),
    Trial("leases_ignored", "distributed", _API, weather=silent_mail_server, also="sender."),
    Trial(
        "everyone_leads",
        "distributed",
        Target(_COPY, "job.claimed"),
        "slow_reading",
        copies=(_COPY,),
        also="job.",
    ),
)


def tried(trial: Trial, servers: Servers | None, *, broken: bool, seed: str) -> Outcome:
    """Do runs until something is wrong, or there were enough."""
    most = MOST_RUNS if broken else RUNS_IN_CONTROL
    with tempfile.TemporaryDirectory() as name, MailSink() as sink:
        folder = Path(name)
        layout = _layout(trial, folder, servers, sink)
        layout.environment["PLANTED_FAULT"] = trial.fault
        layout.environment["BROKEN_GUARD"] = trial.guard if broken else ""
        series = CrashRuns(
            layout,
            folder,
            sink,
            plan=[(trial.target,)] * most,
            seed=f"{seed}/{trial.guard}",
            rounds=ROUNDS,
            rest_seconds=REST_SECONDS,
            also=trial.also,
        )
        try:
            series.begin()
            return _run(series, trial, most)
        finally:
            series.end()


def _run(series: CrashRuns, trial: Trial, most: int) -> Outcome:
    for place in range(most):
        with trial.weather(series):
            run = series.run(place)
        if run.wrong:
            return Outcome(place + 1, tuple(run.wrong.all))
    return Outcome(most, ())


def _layout(trial: Trial, folder: Path, servers: Servers | None, sink: MailSink) -> Layout:
    if servers is None:
        return Embedded(folder, **sandbox(sink))
    return Apart(folder, servers, *trial.copies, **sandbox(sink))
