"""Can an operator see and mend the flow of events from the command line?"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.damage import execute
from tests.support.worlds import ROOT, World, eventually

SINCE = "2000-01-01T00:00:00+07:00"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "var", CCHC_SAMPLE="0") as started:
        started.wait_ready()
        yield started


def cchc(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", *words],
        cwd=ROOT,
        env=world.environment | {"CCHC_URL": world.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said(world: World, *words: str, code: int = 0) -> str:
    done = cchc(world, *words)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_stuck_events_are_listed_tried_again_and_given_up(world: World) -> None:
    world.caller().post("/plans/v1/units", {"code": "A", "name": "Phòng A"})
    scoring = ("--service", "scoring")
    told = json.loads(said(world, "inbox", "status", "--json"))
    assert set(told) == {"plans", "scoring", "notifications"}
    execute(
        world,
        "scoring",
        "UPDATE inbox SET state = 'parked', last_error = 'thử' WHERE type LIKE '%unit%'",
    )
    assert "plans.unit" in said(world, "inbox", "list", *scoring)
    [stuck] = json.loads(said(world, "inbox", "list", *scoring, "--json"))
    again = said(world, "inbox", "replay", *scoring, "--reason", "đã sửa")
    assert "1 sự kiện" in again
    eventually(lambda: "không có" in said(world, "inbox", "list", *scoring))
    execute(world, "scoring", "UPDATE inbox SET state = 'parked' WHERE type LIKE '%unit%'")
    place = ("--position", str(stuck["position"]))
    assert cchc(world, "inbox", "skip", *scoring, *place).returncode == 2, "a reason is needed"
    said(world, "inbox", "skip", *scoring, *place, "--reason", "bỏ")
    assert "không có" in said(world, "inbox", "list", *scoring)
    assert "Không có dịch vụ" in cchc(world, "inbox", "list", "--service", "x").stderr
    assert "CCHC_BROKER_URL" in cchc(world, "inbox", "dead-letters").stderr


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_after_a_restore_the_operator_sees_what_was_forgotten(world: World) -> None:
    admin = world.caller()
    admin.post("/plans/v1/units", {"code": "A", "name": "Phòng A"})
    scoring = ("--service", "scoring")
    eventually(lambda: admin.get("/scoring/v1/events/status")["inbox"].get("done", 0) > 1)
    assert "được bên gửi biết" in said(world, "inbox", "orphans", *scoring, "--since", SINCE)
    execute(world, "plans", "DELETE FROM outbox WHERE type LIKE '%unit%'")
    assert "plans.unit" in said(world, "inbox", "orphans", *scoring, "--since", SINCE, code=1)

    why = ("--reason", "khôi phục")
    epoch = json.loads(said(world, "outbox", "begin-epoch", "--service", "plans", *why, "--json"))
    assert "units 1" in said(world, "reference", "republish", "--kind", "units")
    found = eventually(
        lambda: [
            event
            for event in admin.items("/scoring/v1/events/inbox", state="done", stream="plans.unit")
            if event["sequence"] > epoch["starts_after"]
        ]
    )
    assert len(found) == 1
    replay = ("outbox", "replay", "--service", "plans", "--since", SINCE, *why)
    assert "sự kiện" in said(world, *replay)
