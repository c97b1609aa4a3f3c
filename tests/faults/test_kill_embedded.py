"""`kill -9` at random moments of a first start and of the main path: nothing is lost or doubled.

Here a few kills, with a fixed and a fresh seed; CCHC_KILLS=50 for many. The long run with its
figures is in docs/reliability.md.
"""

import os
from pathlib import Path

import pytest

from tests.faults.first_start import undisturbed
from tests.faults.kill_embedded import Report, fresh_seed, kill_first_starts, kill_walks

KILLS = int(os.environ.get("CCHC_KILLS", "6"))
FIXED_SEED = "1205"
SECONDS = 120 + 40 * KILLS


def assert_nothing_wrong(report: Report, seeds: list[str], *, kills: int) -> None:
    assert report.kills >= kills
    assert report.lost == [], seeds
    assert report.doubled == [], seeds
    assert report.broken == [], seeds


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
def test_a_first_start_that_is_killed_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    seeds = [FIXED_SEED, os.environ.get("CCHC_KILL_SEED") or fresh_seed()]
    reference = undisturbed(tmp_path / "reference")
    report = Report()
    kills = KILLS // 2
    for seed, share in zip(seeds, (kills // 2, kills - kills // 2), strict=True):
        folder = tmp_path / seed
        folder.mkdir(exist_ok=True)
        kill_first_starts(folder, seed, kills=share, report=report, reference=reference)
    assert_nothing_wrong(report, seeds, kills=kills)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
def test_work_that_is_killed_again_and_again_has_its_effect_exactly_once(tmp_path: Path) -> None:
    seed = os.environ.get("CCHC_KILL_SEED") or fresh_seed()
    report = Report()
    kill_walks(tmp_path, seed, kills=KILLS - KILLS // 2, report=report)
    assert_nothing_wrong(report, [seed], kills=KILLS - KILLS // 2)
    assert report.figures["mails"]
