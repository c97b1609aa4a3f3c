"""What open points are worth, and what-if: against the engine, and over the API."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.embedded import Platform
from services.scoring.domain import Result, evaluate, parse_criteria_set, parse_inputs
from services.scoring.domain.rounds.what_if import with_line, worth_of_lines
from tests.scoring.engine_cases import DATA, a_set, leaf, load
from tests.scoring.round_world import RoundWorld, round_world
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

AGGREGATE = {"kind": "aggregate_of_others", "over": ["1", "2", "3"]}


def result_of(points: dict[str, str]) -> Result:
    """Three hand-scored lines of four points and one that is their share of two."""
    lines = [leaf(code, {"kind": "manual"}, most="4") for code in ("1", "2", "3")]
    criteria_set = parse_criteria_set(a_set(*lines, leaf("9", AGGREGATE, most="2")))
    values = {code: {"points": p, "reason": "x"} for code, p in points.items()}
    (inputs,) = parse_inputs({"unit": "A", "values": values}, criteria_set)
    return evaluate(criteria_set, inputs)


@settings(deadline=None, max_examples=60)
@given(st.tuples(*[st.integers(0, 400)] * 3), st.sampled_from(["1", "2", "3"]))
def test_the_worth_of_a_line_is_what_the_engine_gives_when_it_is_full(
    hundredths: tuple[int, int, int], code: str
) -> None:
    points = {str(n): f"{Decimal(h) / 100}" for n, h in enumerate(hundredths, start=1)}
    now, full = result_of(points), result_of(points | {code: "4"})
    assert with_line(now, code, Fraction(4)).total == full.total
    assert with_line(now, code, Fraction(4)).index == full.index
    worths = {worth.line.criterion.code: worth for worth in worth_of_lines(now)}
    if points[code] != "4":
        assert worths[code].total == full.total - now.total
        assert worths[code].total >= worths[code].lost
    assert "9" not in worths, "it only follows others"


def test_a_line_that_is_full_or_does_not_apply_is_worth_nothing_and_the_dearest_comes_first() -> (
    None
):
    worths = worth_of_lines(result_of({"1": "4", "2": "1", "3": "2"}))
    assert [(w.line.criterion.code, w.lost) for w in worths] == [("2", 3), ("3", 2)]


def test_the_dearest_points_of_ha_tinh_2021_are_its_initiatives() -> None:
    """1.7 lost 1.50 for lack of an initiative; with 1.2, which follows, it would bring more."""
    criteria_set = parse_criteria_set(load(DATA / "ha-tinh-2021.criteria.json"))
    (inputs,) = parse_inputs(load(DATA / "ha-tinh-2021.inputs.json"), criteria_set)
    first, second = worth_of_lines(evaluate(criteria_set, inputs))[:2]
    assert (first.line.criterion.code, first.lost) == ("1.7", Fraction("1.5"))
    assert first.total > first.lost
    assert (second.line.criterion.code, second.lost) == ("4.1.1", 1)


@pytest.fixture
async def world(running: Platform, admin: Api, clock: FrozenClock) -> RoundWorld:
    made = await round_world(running, admin, clock)
    await made.open()
    await made.submit_all({"SO-1": "90", "SO-2": "80", "SO-3": "60"})
    return made


async def values_of(api: Api, **query: Any) -> list[dict[str, Any]]:
    return await api.items("/scoring/v1/point-values", **query)


async def test_a_unit_sees_which_of_its_points_are_worth_most(world: RoundWorld) -> None:
    found = await values_of(world.admin, unit="SO-1", round_id=world.round_id)
    # self view: 1.1 2.70 of 3, 2.1 full, 2.2 and 2.3 not scored yet
    assert [(f["criterion"], f["worth_line"]) for f in found] == [
        ("2.2", "2.00"),
        ("2.3", "2.00"),
        ("1.1", "0.30"),
    ]
    # 2 of 9 more raises the share of 1.2 from 0.52 to 0.74
    assert (found[0]["worth_total"], found[0]["worth_index"]) == ("2.22", "22.20")
    assert await values_of(world.admin, unit="SO-1") == found
    assert await values_of(world.admin, unit="TINH") == []
    async with await world.person("viewer", "SO-2") as other:
        assert await values_of(other, unit="SO-1") == []
        own = await values_of(other)
        assert [f["worth_line"] for f in own if f["criterion"] == "1.1"] == ["0.60"]


async def test_a_change_is_computed_with_the_rank_it_would_bring_and_stores_nothing(
    world: RoundWorld,
) -> None:
    wanted = {"values": {"1.1": {"percent": "100"}}}
    path = f"{world.sheet('SO-3')}:simulate"
    found = await world.admin.ok("POST", path, wanted)
    assert (found["before"]["rank"], found["after"]["rank"]) == (3, 1)
    assert found["rank_basis"] == "provisional"
    assert (found["before"]["total"], found["after"]["total"]) == ("4.22", "5.56")
    assert [(m["criterion"], m["points_after"]) for m in found["lines"]] == [
        ("1.1", "3.00"),
        ("1.2", "0.56"),
    ]
    sheet = await world.admin.ok("GET", f"{world.sheet('SO-3')}/sheet")
    assert sheet["total"] == "4.22"
    wrong = await world.admin.post(path, {"values": {"1.1": {"choice": "x"}}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "inputs_invalid")
    async with await world.person("viewer", "SO-3") as own:
        mine = await own.ok("POST", path, wanted)
        assert (mine["rank_basis"], mine["after"]["rank"]) == (None, None)
        assert mine["after"]["total"] == "5.56"
