"""Can a process be killed at a named point, and only where somebody asks a sandbox for it?"""

import ast
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.crash_points import CRASH_POINTS, bound
from shared.runtime.server import CannotStart, settings_from_environment

ROOT = Path(__file__).parents[2]
SANDBOX = {"CCHC_CLOCK": "2026-11-21T09:00:00+07:00"}
PASS_THREE_TIMES = """
from shared.crash_points import crash_point
for time in range(1, 4):
    crash_point("relay.claimed")
    print(time, flush=True)
    crash_point("relay.published")
"""


def passing(**environment: str) -> tuple[int, str]:
    """What becomes of a process that passes two points three times each; how far it came."""
    done = subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_process_dies_when_the_point_is_reached_for_the_nth_time(tmp_path: Path) -> None:
    log = tmp_path / "crash"
    code, said = passing(**SANDBOX, CRASH_AT="relay.published:2", CRASH_LOG=str(log))
    assert (code, said) == (-signal.SIGKILL, "1\n2\n")
    assert log.read_text().split()[1:] == ["relay.published"]


def test_nothing_is_counted_before_the_gate_is_there(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    asked = {**SANDBOX, "CRASH_AT": "relay.claimed:1", "CRASH_GATE": str(gate)}
    assert passing(**asked) == (0, "1\n2\n3\n")
    gate.touch()
    assert passing(**asked) == (-signal.SIGKILL, "")


def test_an_installation_that_is_no_sandbox_never_crashes_and_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert passing(CRASH_AT="relay.claimed:1") == (0, "1\n2\n3\n")
    monkeypatch.setenv("CRASH_AT", "relay.claimed:1")
    with pytest.raises(CannotStart, match="CRASH_AT"):
        settings_from_environment()
    monkeypatch.setenv("CCHC_CLOCK", SANDBOX["CCHC_CLOCK"])
    assert settings_from_environment().sandbox_start is not None


@pytest.mark.parametrize(
    "asked", ["relay.claimed", "relay.claimed:0", "relay.claimed:x", "relay:1"]
)
def test_a_crash_that_cannot_happen_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="CRASH_AT"):
        bound({**SANDBOX, "CRASH_AT": asked})


def test_without_a_wish_the_points_are_calls_of_one_empty_function() -> None:
    assert bound({}) is bound(SANDBOX) is bound({"CRASH_AT": "relay.claimed:1"})


def points_in_code() -> Iterator[str]:
    """The name in every call of `crash_point`."""
    for folder in ("services", "shared"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "crash_point":
                    (name,) = node.args
                    assert isinstance(name, ast.Constant)
                    yield str(name.value)


def test_every_listed_point_stands_in_the_code_once_and_no_other_does() -> None:
    assert Counter(points_in_code()) == Counter(CRASH_POINTS)
