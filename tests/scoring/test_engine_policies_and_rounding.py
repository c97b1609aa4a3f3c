"""Not applicable, missing, rounding of lines or of the total, index, class: SPEC §5 to the letter."""

from typing import Any

import pytest

from services.scoring.domain import InvalidInputs
from tests.scoring.engine_cases import EXACT_UNTIL_TOTAL, HALF_UP, a_set, leaf, line_of, scored

NO = {"not_applicable": True, "reason": "Sở chỉ có 01 đơn vị sự nghiệp"}
MANUAL = {"kind": "manual"}
RATIO = {"kind": "ratio"}


def given(points: str) -> dict[str, str]:
    return {"points": points, "reason": "chấm"}


@pytest.mark.parametrize(
    ("policy", "points", "most"),
    [("exclude", "0.00", "0"), ("full", "2.00", "2"), ("zero", "0.00", "2")],
)
def test_a_criterion_that_does_not_apply_follows_its_policy(
    policy: str, points: str, most: str
) -> None:
    line = line_of(MANUAL, NO, most="2", na_policy=policy)
    assert (line["points"], line["max"], line["status"]) == (points, most, "not_applicable")
    assert NO["reason"] in line["explanation"]["vi"]


@pytest.mark.parametrize("policy", ["not_allowed", None])
def test_a_criterion_that_must_apply_refuses_not_applicable(policy: str | None) -> None:
    with pytest.raises(InvalidInputs) as refused:
        line_of(MANUAL, NO, na_policy=policy)
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["criterion"]) == ("not_applicable_not_allowed", "1")


@pytest.mark.parametrize("policy", ["not_allowed", None])
def test_a_zero_denominator_the_set_does_not_decide_is_refused(policy: str | None) -> None:
    with pytest.raises(InvalidInputs) as refused:
        line_of(RATIO, {"numerator": "1", "denominator": "0"}, zero_denominator=policy)
    (problem,) = refused.value.problems
    assert (problem.code, problem.pointer) == ("zero_denominator_not_allowed", "/values/1")


def test_an_excluded_zero_denominator_is_shown_as_not_applicable_and_a_full_one_as_scored() -> None:
    nothing = {"numerator": "0", "denominator": "0"}
    assert line_of(RATIO, nothing, zero_denominator="exclude")["status"] == "not_applicable"
    assert line_of(RATIO, nothing, zero_denominator="full")["status"] == "scored"


def test_a_line_without_a_value_is_missing_and_keeps_its_maximum() -> None:
    result = scored(
        a_set(leaf("1", MANUAL, most="4"), leaf("2", MANUAL, most="6")), {"1": given("4")}
    )
    missing = result["lines"][1]
    assert (missing["points"], missing["max"], missing["status"]) == ("0.00", "6", "missing")
    assert (result["applicable_max"], result["index"]) == ("10", "40.00")


THIRDS = {str(n): {"numerator": "1", "denominator": "3"} for n in (1, 2, 3)}


def thirds(rounding: dict[str, Any]) -> dict[str, Any]:
    data = a_set(*(leaf(code, RATIO) for code in THIRDS), rounding=rounding)
    return scored(data, THIRDS)


def test_with_stage_line_rounded_leaves_are_added() -> None:
    result = thirds(HALF_UP)
    assert (result["total"], result["index"]) == ("0.99", "33.00")
    assert "exact" not in result["lines"][0]


def test_with_stage_total_exact_leaves_are_added_and_lines_show_both() -> None:
    result = thirds(EXACT_UNTIL_TOTAL)
    assert (result["total"], result["index"]) == ("1.00", "33.33")
    assert (result["lines"][0]["points"], result["lines"][0]["exact"]) == ("0.33", "1/3")
    assert (result["areas"][0]["points"], result["areas"][0]["exact"]) == ("0.33", "1/3")


def with_aggregate(rounding: dict[str, Any]) -> dict[str, Any]:
    rule = {"kind": "aggregate_of_others", "over": ["1", "2", "3"]}
    data = a_set(*(leaf(c, RATIO) for c in THIRDS), leaf("4", rule, most="100"), rounding=rounding)
    line: dict[str, Any] = scored(data, THIRDS)["lines"][3]
    return line


def test_with_stage_line_an_aggregate_adds_rounded_leaves() -> None:
    assert with_aggregate(HALF_UP)["points"] == "33.00"


def test_with_stage_total_an_aggregate_adds_exact_leaves() -> None:
    line = with_aggregate(EXACT_UNTIL_TOTAL)
    assert (line["points"], line["exact"]) == ("33.33", "100/3")


@pytest.mark.parametrize(
    ("mode", "percent", "points"),
    [
        ("half_up", "0.5", "0.01"),
        ("half_up", "0.499999999999", "0.00"),
        ("down", "0.999999999999", "0.00"),
        ("down", "1", "0.01"),
        ("half_up", "12.5", "0.13"),
        ("half_up", "11.5", "0.12"),
        ("half_up", "99.5", "1.00"),
    ],
)
def test_halves_go_up_never_to_the_even_digit_and_down_cuts_off(
    mode: str, percent: str, points: str
) -> None:
    rounding = {"places": 2, "mode": mode, "stage": "line"}
    assert line_of({"kind": "survey"}, {"percent": percent}, rounding=rounding)["points"] == points


@pytest.mark.parametrize(("places", "points"), [(0, "1"), (1, "0.7"), (5, "0.66667")])
def test_points_are_printed_with_all_their_places(places: int, points: str) -> None:
    rounding = {"places": places, "mode": "half_up", "stage": "line"}
    line = line_of(RATIO, {"numerator": "2", "denominator": "3"}, rounding=rounding)
    assert line["points"] == points


def test_maxima_are_never_rounded() -> None:
    data = a_set(leaf("1", MANUAL, most="1.125"), leaf("2", MANUAL, most="2.250"))
    result = scored(data, {})
    assert (result["applicable_max"], result["areas"][1]["max"]) == ("3.375", "2.25")


CLASSES = [{"name": "Tốt", "min": "80"}, {"name": "Khá", "min": "65"}]


@pytest.mark.parametrize(
    ("points", "name"),
    [("79.99", "Khá"), ("80", "Tốt"), ("65", "Khá"), ("64.99", None), ("0", None)],
)
def test_the_class_starts_at_its_minimum(points: str, name: str | None) -> None:
    data = a_set(leaf("1", MANUAL, most="100"), classes=CLASSES)
    assert scored(data, {"1": given(points)})["class"] == name


def test_the_class_is_taken_from_the_rounded_index() -> None:
    data = a_set(leaf("1", RATIO, most="300"), classes=CLASSES, rounding=EXACT_UNTIL_TOTAL)
    result = scored(data, {"1": {"percent": "79.995"}})
    assert (result["index"], result["class"]) == ("80.00", "Tốt")


def test_the_index_comes_from_exact_leaves_and_not_from_the_rounded_total() -> None:
    rounding = {"places": 0, "mode": "half_up", "stage": "total"}
    data = a_set(leaf("1", RATIO, most="3"), rounding=rounding)
    result = scored(data, {"1": {"percent": "50"}})
    assert (result["total"], result["index"]) == ("2", "50.00")


def test_without_an_applicable_maximum_there_is_no_index_and_no_class() -> None:
    data = a_set(leaf("1", MANUAL), classes=[{"name": "Yếu", "min": "0"}])
    result = scored(data, {"1": NO})
    assert (result["index"], result["class"]) == (None, None)
    assert (result["total"], result["applicable_max"]) == ("0.00", "0")


def test_a_parent_is_the_sum_of_its_children_at_every_level() -> None:
    data = a_set(
        {"code": "7", "parent": None, "title": "A", "max_points": "6"},
        {"code": "7.1", "parent": "7", "title": "B"},
        {"code": "7.1.1", "parent": "7.1", "title": "C"},
        leaf("7.1.1.7", RATIO, most="2", parent="7.1.1"),
        leaf("7.1.2", MANUAL, most="1", parent="7.1"),
        leaf("7.2", MANUAL, most="3", parent="7"),
    )
    values = {"7.1.1.7": {"percent": "85"}, "7.1.2": given("0.2"), "7.2": given("3")}
    assert scored(data, values)["areas"] == [{"code": "7", "points": "4.90", "max": "6"}]


def test_lines_and_areas_stand_in_the_order_of_the_set_whatever_depends_on_what() -> None:
    rule = {"kind": "aggregate_of_others", "over": ["2"]}
    result = scored(a_set(leaf("1", rule), leaf("2", MANUAL), leaf("3", MANUAL)), {})
    assert [line["code"] for line in result["lines"]] == ["1", "2", "3"]
    assert [area["code"] for area in result["areas"]] == ["1", "2", "3"]


def test_an_area_may_itself_be_a_leaf() -> None:
    result = scored(a_set(leaf("1", MANUAL, most="2")), {"1": given("1")})
    assert result["areas"] == [{"code": "1", "points": "1.00", "max": "2"}]


def test_a_class_gate_on_a_code_holds_that_code_to_its_share() -> None:
    gates = [{"percent": "50", "codes": ["2"]}]
    classes = [{"name": "Tốt", "min": "80", "gates": gates}, {"name": "Khá", "min": "0"}]
    data = a_set(leaf("1", MANUAL, most="90"), leaf("2", MANUAL, most="10"), classes=classes)
    assert scored(data, {"1": given("90"), "2": given("5")})["class"] == "Tốt"
    result = scored(data, {"1": given("90"), "2": given("4.99")})
    assert result["class"] == "Khá"
    tried = result["explanation"]["children"]
    assert [(node["rule"], node["holds"]) for node in tried] == [("class", False), ("class", True)]
    assert tried[0]["children"][0]["holds"] is False


def test_a_gate_on_what_does_not_apply_is_open() -> None:
    classes = [{"name": "Tốt", "min": "80", "gates": [{"percent": "50", "codes": ["2"]}]}]
    data = a_set(leaf("1", MANUAL, most="9"), leaf("2", MANUAL, most="1"), classes=classes)
    assert scored(data, {"1": given("9"), "2": NO})["class"] == "Tốt"


def test_a_figure_above_the_maximum_is_clamped_and_the_explanation_says_so() -> None:
    line = line_of(MANUAL, given("7"))
    assert line["points"] == "1.00"
    assert "vượt mức tối đa" in line["explanation"]["vi"]
    assert "above the maximum" in line["explanation"]["en"]
