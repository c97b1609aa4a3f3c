"""Who sees what of a round: the unit that holds it, those that take part, systems, strangers."""

import pytest

from services.embedded import Platform
from tests.scoring.round_world import RoundWorld, round_world
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock


@pytest.fixture
async def world(running: Platform, admin: Api, clock: FrozenClock) -> RoundWorld:
    """A round whose results were decided elsewhere and are published."""
    made = await round_world(running, admin, clock)
    lines = [
        {"criterion": "1.1", "value": {"percent": "90"}, "reason": "Chậm"},
        {"criterion": "2.1", "value": {"choice": "du"}},
        {"criterion": "2.2", "value": {"points": "2", "reason": "Đủ"}},
        {"criterion": "2.3", "value": {"percent": "100"}},
    ]
    units = [{"unit_code": u, "lines": lines} for u in ("SO-1", "SO-2", "SO-3", "XA-1", "XA-2")]
    decided = {"decision_number": "9/QĐ", "decided_on": "2026-01-31", "units": units}
    partly = decided | {"units": units[:-1]}
    incomplete = await admin.post(f"{made.path}:record", partly)
    assert incomplete.json()["code"] == "lines_not_appraised"
    await admin.ok("POST", f"{made.path}:record", decided)
    return made


async def test_those_who_take_part_see_the_ranking_and_of_the_lines_only_their_own(
    world: RoundWorld,
) -> None:
    [publication] = await world.admin.items(f"{world.path}/publications")
    path = f"/scoring/v1/publications/{publication['id']}"
    async with await world.person("officer", "SO-1") as officer:
        assert [r["code"] for r in await officer.items("/scoring/v1/rounds")] == ["CCHC-2026"]
        assert len(await officer.items(f"{world.path}/ranking")) == 5
        ledger = await officer.items(f"{world.path}/deductions")
        assert {d["unit_code"] for d in ledger} == {"SO-1"}
        assert (await officer.get(path)).status_code == 404
        assert (await officer.get(f"{path}/content")).status_code == 404
        assert (await officer.ok("GET", f"{path}/verification"))["holds"] is True
        compared = await officer.items(f"{world.path}/comparison", with_round=world.round_id)
        assert {u["unit_code"] for u in compared if u["lines"]} == {"SO-1"}
        [own] = await officer.items(f"{world.path}/units")
        assert (own["unit_code"], own["total"]) == ("SO-1", "9.67")
        refused = await officer.post(f"{world.path}:reopen", {})
        assert refused.status_code == 403


async def test_who_takes_no_part_does_not_know_of_the_round(world: RoundWorld) -> None:
    unit = {"code": "NGOAI", "name": "Ngoài đợt", "parent_code": "TINH"}
    await world.admin.ok("POST", "/plans/v1/units", unit)
    async with await world.person("coordinator", "NGOAI") as stranger:
        assert await stranger.items("/scoring/v1/rounds") == []
        for path in ("", "/ranking", "/publications", "/exemptions", "/units/SO-1/sheet"):
            assert (await stranger.get(f"{world.path}{path}")).status_code == 404, path


async def test_a_coordinator_adds_only_units_within_reach(world: RoundWorld) -> None:
    async with await world.person("coordinator", "SO-1") as coordinator:
        row = await world.admin.ok("GET", world.path)
        body = {key: row[key] for key in ("title", "year", "criteria_set_id")} | {
            "code": "RIENG",
            "unit_code": "SO-1",
            "phases": {
                p["phase"]: {"opens_at": p["opens_at"], "closes_at": p["closes_at"]}
                for p in row["phases"]
            },
            "peer_groups": [{"code": "K", "title": "K"}],
        }
        own = await coordinator.ok("POST", "/scoring/v1/rounds", body)
        wanted = {"peer_group": "K", "unit_codes": ["SO-1", "SO-2"], "keep_unknown": True}
        added = await coordinator.ok("POST", f"/scoring/v1/rounds/{own['id']}/units", wanted)
        assert [(o["unit_code"], o["outcome"]) for o in added["outcomes"]] == [
            ("SO-1", "added"),
            ("SO-2", "rejected"),
        ]
        foreign = await coordinator.post("/scoring/v1/rounds", body | {"code": "X", "unit_code": "SO-2"})  # fmt: skip
        assert foreign.status_code == 404


async def test_a_system_puts_scores_in_but_publishes_nothing(world: RoundWorld) -> None:
    system = {"name": "Hệ thống", "unit_code": "TINH", "scopes": ["rounds.write", "rounds.read"]}
    made = await world.admin.ok("POST", "/plans/v1/systems", system)
    key = await world.admin.ok("POST", f"/plans/v1/principals/{made['id']}/keys", {})
    await world.platform.settle()
    async with world.admin.as_key(key["key"]) as api:
        decision = {"decision_number": "1", "decided_on": "2026-01-31"}
        refused = await api.post(f"{world.path}:publish", decision)
        assert (refused.status_code, refused.json()["code"]) == (403, "people_only")
