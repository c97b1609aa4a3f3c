"""A round over the API: prepared, scored, appraised, explained, made final, published, compared."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.embedded import Platform
from tests.scoring.round_world import PHASES, RoundWorld, criteria_set, round_world
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

RATIOS = {"SO-1": "90", "SO-2": "90", "SO-3": "60", "XA-1": "80", "XA-2": "30"}


@pytest.fixture
async def world(running: Platform, admin: Api, clock: FrozenClock) -> AsyncIterator[RoundWorld]:
    yield await round_world(running, admin, clock)


async def through_appraisal(world: RoundWorld) -> None:
    """Everything scored and accepted: 1.1 by ratio, 2.1 two, 2.2 one of two, 2.3 80 %."""
    await world.open()
    await world.submit_all(RATIOS)
    world.go_to("appraisal")
    await world.accept_all("1.1", "2.1")
    await world.put("2.2", {"points": "1", "reason": "Theo biên bản"})
    await world.put("2.3", {"percent": "80"}, layer="survey")


async def test_a_round_goes_from_sheets_to_a_published_ranking(world: RoundWorld) -> None:
    await through_appraisal(world)
    final = await world.finalise()
    assert final["state"] == "final"
    publication = await world.publish()
    ranking = await world.admin.items(f"{world.path}/ranking")
    places = [(r["unit_code"], r["rank"], r["rank_of"]) for r in ranking]
    # SO-1 and SO-2 are equal: 1, 1, 3; communes rank among themselves
    assert places == [("SO-1", 1, 3), ("SO-2", 1, 3), ("SO-3", 3, 3), ("XA-1", 1, 2), ("XA-2", 2, 2)]
    # 2.70 + 2 + 1 + 1.60 of 9, and 1.2 is their share of one point: 0.81
    assert (ranking[0]["total"], ranking[0]["applicable_max"]) == ("8.11", "10")
    assert [r["class_name"] for r in ranking] == ["Tốt", "Tốt", "Khá", "Đạt", "Đạt"]
    check = await world.admin.ok("GET", f"/scoring/v1/publications/{publication['id']}/verification")
    assert (check["holds"], check["differences"]) == (True, [])
