"""What holds for every criteria set; a naive interpreter of SPEC §5 is the oracle."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain import evaluate, parse_criteria_set, parse_inputs
from tests.scoring.naive_interpreter import naive
from tests.scoring.random_worlds import worlds

Json = dict[str, Any]
EXAMPLES = settings(max_examples=80, deadline=None)


def run(data: Json, values: Json) -> Any:
    criteria_set = parse_criteria_set(data)
    (unit,) = parse_inputs({"unit": "A", "values": values}, criteria_set)
    return evaluate(criteria_set, unit)


@given(worlds())
@settings(max_examples=250, deadline=None)
def test_the_engine_agrees_with_a_naive_interpreter_of_the_specification(
    world: tuple[Json, Json],
) -> None:
    result, expected = run(*world).as_json(), naive(*world)
    lines = {x["code"]: (Fraction(x["points"]), Fraction(x["max"])) for x in result["lines"]}
    assert lines == expected["lines"]
    assert Fraction(result["total"]) == expected["total"]
    assert Fraction(result["applicable_max"]) == expected["applicable_max"]
    assert (None if result["index"] is None else Fraction(result["index"])) == expected["index"]
    assert result["class"] == expected["class"]


@given(worlds())
@EXAMPLES
def test_exact_points_stay_between_nothing_and_the_maximum_of_the_criterion(
    world: tuple[Json, Json],
) -> None:
    for line in run(*world).lines:
        assert 0 <= line.exact <= line.criterion.maximum
        assert line.max in {Fraction(0), line.criterion.maximum}


@given(worlds())
@EXAMPLES
def test_areas_add_up_to_the_total_and_the_maximum(world: tuple[Json, Json]) -> None:
    result = run(*world)
    assert sum(area.points for area in result.areas) == result.points
    assert sum(area.max for area in result.areas) == result.applicable_max


@given(worlds(), st.randoms(use_true_random=False))
@EXAMPLES
def test_the_order_of_criteria_and_of_keys_changes_no_figure(
    world: tuple[Json, Json], random: Any
) -> None:
    data, values = world
    criteria, codes = list(data["criteria"]), list(values)
    random.shuffle(criteria)
    random.shuffle(codes)
    before = run(data, values).as_json()
    after = run({**data, "criteria": criteria}, {code: values[code] for code in codes}).as_json()
    for key in ("total", "applicable_max", "index", "class"):
        assert before[key] == after[key]
    points = [{line["code"]: line["points"] for line in r["lines"]} for r in (before, after)]
    assert points[0] == points[1]


@given(worlds())
@EXAMPLES
def test_the_hash_knows_the_same_work_again_and_only_that(world: tuple[Json, Json]) -> None:
    data, values = world
    first = run(data, values)
    turned = {key: data[key] for key in reversed(data)}
    assert run(turned, dict(reversed(values.items()))).hash == first.hash
    criteria = [{**c, "na_policy": None} for c in data["criteria"]]
    assert parse_criteria_set({**data, "criteria": criteria}).hash != first.criteria_set.hash or (
        criteria == data["criteria"]
    )
    assert (
        run(data, {**values, "1.1": {"not_applicable": True, "reason": "khác"}}).hash != first.hash
    )
    moved = {**data, "rounding": {**data["rounding"], "places": data["rounding"]["places"] + 1}}
    assert run(moved, values).hash != first.hash


@given(worlds())
@EXAMPLES
def test_excluding_a_missing_criterion_takes_exactly_its_maximum_out_of_the_scale(
    world: tuple[Json, Json],
) -> None:
    data, values = world
    first = data["criteria"][1]
    values = {code: value for code, value in values.items() if code != first["code"]}
    data = {
        **data,
        "criteria": [
            {**c, "na_policy": "exclude"}
            for c in data["criteria"]
            if c.get("rule", {}).get("kind") != "aggregate_of_others"
        ],
    }
    missing = run(data, values)
    excluded = run(data, {**values, first["code"]: {"not_applicable": True}})
    assert excluded.points == missing.points
    assert missing.applicable_max - excluded.applicable_max == Fraction(first["max_points"])


@given(worlds())
@EXAMPLES
def test_every_explanation_ends_with_the_points_it_explains(world: tuple[Json, Json]) -> None:
    result = run(*world).as_json()
    for line in result["lines"]:
        node = line["explanation"]
        assert (node["points"], node["max"]) == (line["points"], line["max"])
        assert line["points"].replace(".", ",") in node["vi"]
        assert line["points"] in node["en"]
