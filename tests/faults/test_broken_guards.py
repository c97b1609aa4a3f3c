"""Would the crash runs notice a missing guard? One of them here; `python -m tests.faults.broken_guards`
tries them all.
"""

import pytest

from tests.faults.broken_guards.breaks import FAULTS, GUARDS
from tests.faults.broken_guards.trials import TRIALS, tried

LEAST = 10
CHEAP = ("answer_kept_afterwards",)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("guard", CHEAP)
def test_a_missing_guard_shows_in_the_books(guard: str) -> None:
    (trial,) = (trial for trial in TRIALS if trial.guard == guard)
    assert tried(trial, None, broken=True, seed="1205").wrong


def test_every_guard_that_can_be_taken_away_is_tried() -> None:
    assert sorted(trial.guard for trial in TRIALS) == sorted(GUARDS)
    assert {trial.fault for trial in TRIALS if trial.fault} == set(FAULTS)
    assert len(GUARDS) >= LEAST
