"""Would the crash runs notice if one of our guards were missing? `python -m tests.faults.broken_guards`.

Takes the guards away one by one and does crash runs until the books show it. Exits with 1 when a
missing guard is not noticed, or when the bad weather planted for it does harm with the guard in place.
"""

# ruff: noqa: T201 - a command prints
import argparse
import contextlib
import sys
import time

from deploy.local.private import Servers, private_servers
from tests.faults.broken_guards.trials import TRIALS, Outcome, Trial, tried
from tests.faults.kill_embedded import fresh_seed

_LONGEST_LINE = 100


def main() -> None:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.broken_guards")
    parser.add_argument("--seed", default=None)
    parser.add_argument("--only", choices=[trial.guard for trial in TRIALS], default=None)
    chosen = parser.parse_args()
    seed = chosen.seed or fresh_seed()
    print(f"seed {seed}", flush=True)
    wanted = [trial for trial in TRIALS if chosen.only in {None, trial.guard}]
    with contextlib.ExitStack() as stack:
        apart = any(trial.mode == "distributed" for trial in wanted)
        servers = stack.enter_context(private_servers()) if apart else None
        good = [_is_caught(trial, servers, seed) for trial in wanted]
    print(f"{sum(good)} of {len(good)} missing guards were noticed")
    sys.exit(0 if all(good) else 1)


def _is_caught(trial: Trial, servers: Servers | None, seed: str) -> bool:
    started = time.monotonic()
    mine = servers if trial.mode == "distributed" else None
    control = tried(trial, mine, broken=False, seed=seed) if trial.needs_control else Outcome(0, ())
    broken = tried(trial, mine, broken=True, seed=seed)
    seconds = time.monotonic() - started
    said = "caught" if broken.wrong else "NOT CAUGHT"
    print(f"{trial.guard:28} {trial.mode:12} {said} in run {broken.runs} ({seconds:.0f} s)")
    for line in broken.wrong[:3]:
        print(f"    {line[:_LONGEST_LINE]}")
    for line in control.wrong[:3]:
        print(f"    WITH THE GUARD: {line[:_LONGEST_LINE]}")
    sys.stdout.flush()
    return bool(broken.wrong) and not control.wrong


if __name__ == "__main__":
    main()
