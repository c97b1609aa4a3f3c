"""Can what one service knows of another always be made whole, without anything happening twice?"""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.damage import execute
from tests.support.distributed_world import DistributedWorld
from tests.support.worlds import Caller, World, eventually

BINH_DINH = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"
WHY = {"reason": "khôi phục dữ liệu"}


def issue_the_plan(admin: Caller) -> None:
    preview = admin.post(
        "/plans/v1/imports", files={"file": (BINH_DINH.name, BINH_DINH.read_bytes())}
    )
    admin.post(f"/plans/v1/imports/{preview['id']}:confirm", {})


def copies(admin: Caller) -> list[tuple[Any, ...]]:
    """What notifications knows of what is owed."""
    found = admin.items("/notifications/v1/obligations", limit=200)
    return sorted((o["id"], o["title"], o["revision"], o["due_on"]) for o in found)


def reminders(admin: Caller) -> list[tuple[Any, ...]]:
    found = admin.items("/notifications/v1/reminders", limit=200)
    return sorted((r["id"], r["state"], r["due_at"]) for r in found)


def quiet(admin: Caller) -> bool:
    """Whether nothing is on its way any more."""
    for service in ("plans", "scoring", "notifications"):
        flow = admin.get(f"/{service}/v1/events/status")
        if flow["outbox"].get("pending") or flow["inbox"].get("pending"):
            return False
    return True


def is_sent(admin: Caller) -> bool:
    waiting: int = admin.get("/plans/v1/events/status")["outbox"].get("pending", 0)
    return waiting < len(copies(admin))


def settled(admin: Caller, obligations: int) -> None:
    eventually(lambda: len(copies(admin)) == obligations and quiet(admin), seconds=60)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_copies_are_made_whole_and_sending_again_changes_nothing(
    world: World | DistributedWorld,
) -> None:
    admin = world.caller()
    issue_the_plan(admin)
    owed = len(admin.items("/plans/v1/obligations", limit=200))
    settled(admin, owed)
    right, planned = copies(admin), reminders(admin)
    assert owed > 8
    assert planned

    execute(world, "notifications", "UPDATE obligations SET title = 'hỏng', due_on = NULL")
    execute(world, "scoring", "DELETE FROM unit_nodes")
    execute(world, "scoring", "DELETE FROM calendar_days")
    assert copies(admin) != right
    job = admin.post("/plans/v1/reference:republish", {})
    done = eventually(lambda: finished(admin, job["id"]))
    assert done["result"]["sent"]["obligations"] == owed
    assert done["result"]["sent"]["calendar"] == 4
    eventually(lambda: copies(admin) == right and quiet(admin))
    assert reminders(admin) == planned

    told = admin.get("/notifications/v1/events/status")["inbox"]
    alone = threading.Event()
    living = threading.Thread(target=live_traffic, args=(world.caller(), alone))
    living.start()
    for _ in range(2):
        again = admin.post(
            "/plans/v1/events/outbox:replay", {"since": "2000-01-01T00:00:00+07:00", **WHY}
        )
        assert again["events"] >= owed
        eventually(lambda: is_sent(admin), seconds=60)
    alone.set()
    living.join(timeout=60)
    eventually(lambda: quiet(admin), seconds=60)
    assert (copies(admin), reminders(admin)) == (right, planned)
    now = admin.get("/notifications/v1/events/status")["inbox"]
    assert sum(now.values()) == sum(told.values()) + living_units(admin), "each came in once"


def finished(admin: Caller, job_id: str) -> Any:
    job = admin.get(f"/plans/v1/jobs/{job_id}")
    assert job["state"] != "failed", job
    return job if job["state"] == "succeeded" else None


def live_traffic(caller: Caller, until: threading.Event) -> None:
    """Commands go on while everything is sent again."""
    number = 0
    while not until.is_set() or number < 5:
        number += 1
        unit = {"code": f"MOI-{number}", "name": f"Đơn vị mới {number}"}
        caller.post("/plans/v1/units", unit)


def living_units(admin: Caller) -> int:
    units = admin.items("/plans/v1/units", limit=200)
    return sum(1 for unit in units if unit["code"].startswith("MOI-"))
