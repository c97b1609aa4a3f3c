"""A process that dies at any named point: nothing is lost, doubled or out of order.

Here every point once, with as many processes dying together as there are; the long runs with their
figures are in docs/reliability.md (`python -m tests.faults.crash_runs`).
"""

from pathlib import Path
from random import Random

import pytest

from deploy.local.private import Servers
from shared.crash_points import CRASH_POINTS
from tests.faults.crash_runs.mail_sink import MailSink
from tests.faults.crash_runs.runs import CrashRuns
from tests.faults.crash_runs.sites import Apart, Embedded, Layout, sandbox
from tests.faults.crash_runs.targets import Target, Targets, at_once, drawn, targets, upcoming
from tests.faults.crash_runs.verdict import Verdict

SEED = "1205"
# in one process: an answer on its way, an event between two services, a mail between two commits
EMBEDDED = ("command.committed", "inbox.applied", "sender.called")


def assert_nothing_wrong(layout: Layout, folder: Path, sink: MailSink, plan: list[Targets]) -> None:
    series = CrashRuns(layout, folder, sink, plan=plan, seed=SEED)
    try:
        series.begin()
        runs = [series.run(place) for place in range(len(plan))]
    finally:
        left = series.end()
    assert [run.name for run in runs if not run.counts] == []
    assert [(run.name, run.wrong.all) for run in runs if run.wrong] == []
    assert left == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whoever_dies_at_whatever_point_every_command_has_its_effect_once(
    tmp_path: Path, servers: Servers
) -> None:
    plan = at_once("distributed")
    assert {target.point for together in plan for target in together} == set(CRASH_POINTS)
    with MailSink() as sink:
        assert_nothing_wrong(Apart(tmp_path, servers, **sandbox(sink)), tmp_path, sink, plan)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_embedded_platform_dies_and_every_command_has_its_effect_once(tmp_path: Path) -> None:
    plan: list[Targets] = [(Target("platform", point),) for point in EMBEDDED]
    with MailSink() as sink:
        assert_nothing_wrong(Embedded(tmp_path, **sandbox(sink)), tmp_path, sink, plan)


def test_the_points_of_all_processes_together_are_all_points() -> None:
    assert {target.point for target in targets("distributed")} == set(CRASH_POINTS)
    of_the_broker = {point for point in CRASH_POINTS if point.startswith(("publisher", "consumer"))}
    assert {target.point for target in targets("embedded")} == set(CRASH_POINTS) - of_the_broker


def test_the_same_seed_draws_the_same_runs() -> None:
    plans = [drawn("distributed", Random(SEED), runs=100) for _ in range(2)]  # noqa: S311
    assert plans[0] == plans[1]
    first = plans[0][0][0]
    assert upcoming(plans[0], first.role, after=-1) == first
    assert upcoming(plans[0], first.role, after=99) is None


def test_the_books_tell_lost_from_doubled_and_report_each_wrong_once() -> None:
    verdict = Verdict()
    verdict.compare("unit", ["VP", "VP", "TC"], ["VP", "TC", "TC"])
    verdict.once("mail", ["a", "a", "b"])
    assert verdict.lost == ["1 × unit VP"]
    assert verdict.doubled == ["1 × unit TC", "1 × mail a"]
    assert not verdict.without(verdict)
    assert verdict.without(Verdict()).all == verdict.all
