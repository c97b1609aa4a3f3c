"""Each kind of rule of SPEC §5: what a value gives, at and around its limits."""

from typing import Any

import pytest

from services.scoring.domain import InvalidInputs
from services.scoring.domain.rules import ALL_RULES
from tests.scoring.engine_cases import a_set, leaf, line_of, scored

BANDS = {
    "kind": "bands",
    "bands": [
        {"to": "50", "points": "0"},
        {"from": "50", "to": "70", "points": "0.5"},
        {"from": "70", "points": "1"},
    ],
}
CHOICE = {
    "kind": "choice",
    "options": [{"key": "tốt", "points": "1"}, {"key": "khá", "points": "0.5"}],
}
CHECKLIST = {
    "kind": "checklist",
    "items": [{"key": "a", "points": "0.5"}, {"key": "b", "points": "0.25"}],
}
GROWTH = {"kind": "growth", "up": "1", "same": "0.5", "down": "0.1"}

TABLE: list[tuple[dict[str, Any], Any, str]] = [
    ({"kind": "ratio"}, {"numerator": "1", "denominator": "3"}, "0.33"),
    ({"kind": "ratio"}, {"numerator": "2", "denominator": "3"}, "0.67"),
    ({"kind": "ratio"}, {"percent": "66.665"}, "0.67"),
    ({"kind": "ratio"}, {"numerator": "7", "denominator": "5"}, "1.00"),
    ({"kind": "ratio"}, {"percent": "250"}, "1.00"),
    ({"kind": "ratio", "floor": "80"}, {"percent": "79.999"}, "0.00"),
    ({"kind": "ratio", "floor": "80"}, {"percent": "80"}, "0.80"),
    ({"kind": "ratio", "floor": None}, {"percent": "1"}, "0.01"),
    (BANDS, {"percent": "0"}, "0.00"),
    (BANDS, {"percent": "49.999999"}, "0.00"),
    (BANDS, {"percent": "50"}, "0.50"),
    (BANDS, {"numerator": "7", "denominator": "10"}, "1.00"),
    (BANDS, {"percent": "130"}, "1.00"),
    ({"kind": "boolean"}, {"answer": "yes"}, "1.00"),
    ({"kind": "boolean"}, {"answer": "no"}, "0.00"),
    (CHOICE, {"choice": "khá"}, "0.50"),
    (CHECKLIST, {"checked": []}, "0.00"),
    (CHECKLIST, {"checked": ["b", "a"]}, "0.75"),
    ({"kind": "deduction_per_violation", "per": "0.25"}, {"count": 1}, "0.75"),
    ({"kind": "deduction_per_violation", "per": "0.25"}, {"count": "4"}, "0.00"),
    ({"kind": "deduction_per_violation", "per": "0.25"}, {"count": "999999"}, "0.00"),
    ({"kind": "zero_if_any"}, {"count": "0"}, "1.00"),
    ({"kind": "zero_if_any"}, {"count": 1}, "0.00"),
    (
        {"kind": "partial_credit_ratio", "credit": "0.5"},
        {"done": 7, "partial": 2, "total": 9},
        "0.89",
    ),
    (
        {"kind": "partial_credit_ratio", "credit": "0.5"},
        {"done": "9", "partial": "9", "total": "9"},
        "1.00",
    ),
    ({"kind": "external_scale", "scale_max": "104"}, {"points": "95.5"}, "0.92"),
    ({"kind": "external_scale", "scale_max": "104"}, {"points": "104.01"}, "1.00"),
    ({"kind": "survey"}, {"percent": "83.94"}, "0.84"),
    (GROWTH, {"current": "5", "previous": "4.999"}, "1.00"),
    (GROWTH, {"current": "5", "previous": "5.0"}, "0.50"),
    (GROWTH, {"current": "0", "previous": "5"}, "0.10"),
    ({"kind": "capped_count", "per": "0.2", "cap": "0.5"}, {"count": 2}, "0.40"),
    ({"kind": "capped_count", "per": "0.2", "cap": "0.5"}, {"count": 3}, "0.50"),
    ({"kind": "ratio_to_target", "target": "80"}, {"percent": "40"}, "0.50"),
    ({"kind": "ratio_to_target", "target": "80"}, {"percent": "80"}, "1.00"),
    ({"kind": "ratio_to_target", "target": "80"}, {"percent": "95"}, "1.00"),
    ({"kind": "interpolate", "from": "50", "to": "90"}, {"percent": "50"}, "0.00"),
    ({"kind": "interpolate", "from": "50", "to": "90"}, {"percent": "70"}, "0.50"),
    ({"kind": "interpolate", "from": "50", "to": "90"}, {"percent": "20"}, "0.00"),
    ({"kind": "interpolate", "from": "50", "to": "90"}, {"percent": "99"}, "1.00"),
    ({"kind": "lateness", "per": "25"}, {"count": 1}, "0.75"),
    ({"kind": "lateness", "per": "25"}, {"count": 5}, "0.00"),
    ({"kind": "manual"}, {"points": "0.4", "reason": "thiếu minh chứng"}, "0.40"),
    ({"kind": "manual"}, {"points": "7", "reason": "nhập quá"}, "1.00"),
    ({"kind": "peer_normalised"}, {"value": "12", "peer_max": "16"}, "0.75"),
    ({"kind": "peer_normalised"}, {"value": "16", "peer_max": "16"}, "1.00"),
]


@pytest.mark.parametrize(("rule", "value", "points"), TABLE, ids=lambda part: str(part)[:40])
def test_a_rule_gives_the_points_of_the_table(
    rule: dict[str, Any], value: dict[str, Any], points: str
) -> None:
    line = line_of(rule, value)
    assert (line["points"], line["max"], line["status"]) == (points, "1", "scored")
    assert line["explanation"]["rule"] == rule["kind"]


def test_a_percentage_above_every_band_counts_as_100() -> None:
    bands = [{"to": "100", "points": "0"}, {"from": "100", "to": "101", "points": "1"}]
    rule = {"kind": "bands", "bands": bands}
    assert line_of(rule, {"percent": "250"})["points"] == "1.00"


def test_a_percentage_no_band_names_is_refused_and_not_taken_for_nothing() -> None:
    rule = {"kind": "bands", "bands": [{"to": "50", "points": "0"}, {"from": "60", "points": "1"}]}
    with pytest.raises(InvalidInputs) as refused:
        line_of(rule, {"percent": "55"})
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["criterion"]) == ("no_band", "1")


def test_a_target_that_is_met_is_said_to_be_met() -> None:
    line = line_of({"kind": "ratio_to_target", "target": "80"}, {"percent": "95"})
    assert "đạt chỉ tiêu 80%" in line["explanation"]["vi"]


SHARE_KINDS = [
    {"kind": "ratio"},
    BANDS,
    {"kind": "ratio_to_target", "target": "80"},
    {"kind": "interpolate", "from": "50", "to": "90"},
]
WITHOUT_DENOMINATOR = [
    *((rule, {"numerator": "0", "denominator": "0"}) for rule in SHARE_KINDS),
    ({"kind": "partial_credit_ratio", "credit": "0.5"}, {"done": 0, "partial": 0, "total": 0}),
    ({"kind": "peer_normalised"}, {"value": "0", "peer_max": "0"}),
    (
        {"kind": "expression", "formula": "a/b", "variables": ["a", "b"]},
        {"variables": {"a": "1", "b": "0"}},
    ),
]


@pytest.mark.parametrize(("rule", "value"), WITHOUT_DENOMINATOR, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize(
    ("policy", "points", "most"),
    [("full", "1.00", "1"), ("zero", "0.00", "1"), ("exclude", "0.00", "0")],
)
def test_a_zero_denominator_follows_the_policy_of_the_criterion(
    rule: dict[str, Any], value: dict[str, Any], policy: str, points: str, most: str
) -> None:
    line = line_of(rule, value, zero_denominator=policy)
    assert (line["points"], line["max"]) == (points, most)
    assert line["explanation"]["policy"] == {"because": "zero_denominator", "policy": policy}


def aggregate(**more: Any) -> dict[str, Any]:
    return {"kind": "aggregate_of_others", "over": ["1", "2"], "exclude": [], **more}


def two_areas(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return a_set(
        {"code": "1", "parent": None, "title": "A"},
        leaf("1.1", {"kind": "manual"}, most="4", parent="1"),
        leaf("1.2", rule, most="2", parent="1", **more),
        {"code": "2", "parent": None, "title": "B"},
        leaf("2.1", {"kind": "manual"}, most="6", parent="2"),
    )


def given(points: str) -> dict[str, str]:
    return {"points": points, "reason": "chấm"}


def points_of(result: dict[str, Any], code: str) -> str:
    return next(str(line["points"]) for line in result["lines"] if line["code"] == code)


def test_an_aggregate_takes_the_share_of_all_other_leaves_without_itself() -> None:
    result = scored(two_areas(aggregate()), {"1.1": given("3"), "2.1": given("4.5")})
    assert points_of(result, "1.2") == "1.50"


def test_an_aggregate_leaves_out_what_it_excludes() -> None:
    result = scored(two_areas(aggregate(exclude=["2"])), {"1.1": given("3"), "2.1": given("1")})
    assert points_of(result, "1.2") == "1.50"


def test_an_aggregate_counts_missing_lines_with_their_maximum() -> None:
    assert points_of(scored(two_areas(aggregate()), {"1.1": given("4")}), "1.2") == "0.80"


def test_an_aggregate_leaves_out_what_is_not_applicable() -> None:
    values = {"1.1": given("4"), "2.1": {"not_applicable": True, "reason": "không có"}}
    assert points_of(scored(two_areas(aggregate()), values), "1.2") == "2.00"


@pytest.mark.parametrize(
    ("policy", "points"), [("full", "2.00"), ("zero", "0.00"), ("exclude", "0.00")]
)
def test_an_aggregate_of_nothing_applicable_follows_its_zero_denominator_policy(
    policy: str, points: str
) -> None:
    no = {"not_applicable": True, "reason": "không có"}
    result = scored(two_areas(aggregate(), zero_denominator=policy), {"1.1": no, "2.1": no})
    assert points_of(result, "1.2") == points


def test_aggregates_may_depend_on_each_other_in_one_direction() -> None:
    data = a_set(
        leaf("1", aggregate(over=["2", "3"]), most="10"),
        leaf("2", aggregate(over=["3"]), most="10"),
        leaf("3", {"kind": "manual"}, most="10"),
    )
    result = scored(data, {"3": given("5")})
    assert [line["points"] for line in result["lines"]] == ["5.00", "5.00", "5.00"]


BEST = {
    "kind": "best_of",
    "alternatives": [
        {"key": "khảo sát", "rule": {"kind": "survey"}},
        {"key": "giải thưởng", "rule": {"kind": "boolean"}, "max_points": "0.5"},
        {"key": "tỷ lệ", "rule": {"kind": "ratio"}},
        {
            "key": "tuyên truyền",
            "rule": {"kind": "capped_count", "per": "0.1", "cap": "0.9"},
            "max_points": "0.3",
        },
    ],
}


@pytest.mark.parametrize(
    ("tried", "points"),
    [
        ({"khảo sát": {"percent": "40"}, "giải thưởng": {"answer": "yes"}}, "0.50"),
        ({"khảo sát": {"percent": "60"}, "giải thưởng": {"answer": "yes"}}, "0.60"),
        ({"khảo sát": {"percent": "30"}}, "0.30"),
        ({"tỷ lệ": {"numerator": "0", "denominator": "0"}, "khảo sát": {"percent": "1"}}, "0.01"),
        ({"tỷ lệ": {"numerator": "9", "denominator": "3"}, "khảo sát": {"percent": "1"}}, "1.00"),
        ({"tuyên truyền": {"count": 99}, "khảo sát": {"percent": "40"}}, "0.40"),
    ],
)
def test_best_of_takes_the_alternative_with_the_most_points(
    tried: dict[str, Any], points: str
) -> None:
    line = line_of(BEST, {"alternatives": tried})
    assert line["points"] == points
    assert {child["key"] for child in line["explanation"]["children"]} == set(tried)


def test_best_of_with_only_zero_denominators_follows_the_policy() -> None:
    value = {"alternatives": {"tỷ lệ": {"numerator": "0", "denominator": "0"}}}
    assert line_of(BEST, value, zero_denominator="full")["points"] == "1.00"


def with_extra(kind: str, **more: Any) -> dict[str, Any]:
    return a_set(
        leaf("1", {"kind": "manual"}, most="100"),
        leaf("2", {"kind": kind, **more}, most="5"),
    )


@pytest.mark.parametrize(
    ("kind", "points", "total", "index"),
    [
        ("bonus", "3", "83.00", "83.00"),
        ("bonus", "9", "85.00", "85.00"),
        ("penalty", "9", "75.00", "75.00"),
    ],
)
def test_bonus_and_penalty_change_the_points_within_their_cap_but_never_the_maximum(
    kind: str, points: str, total: str, index: str
) -> None:
    result = scored(with_extra(kind), {"1": given("80"), "2": given(points)})
    assert (result["total"], result["applicable_max"], result["index"]) == (total, "100", index)
    assert result["lines"][1]["max"] == "0"


def test_a_counted_penalty_takes_away_so_much_each_time() -> None:
    result = scored(with_extra("penalty", per="0.5"), {"1": given("80"), "2": {"count": 3}})
    assert (result["lines"][1]["points"], result["total"]) == ("-1.50", "78.50")


def test_penalties_never_push_the_total_below_nothing() -> None:
    result = scored(with_extra("penalty"), {"1": given("2"), "2": given("5")})
    assert (result["total"], result["index"]) == ("0.00", "0.00")


def test_a_bonus_never_enters_an_aggregate() -> None:
    data = a_set(
        leaf("1", {"kind": "manual"}, most="10"),
        leaf("2", {"kind": "bonus"}, most="5"),
        leaf("3", aggregate(over=["1", "2"]), most="10"),
    )
    assert points_of(scored(data, {"1": given("5"), "2": given("5")}), "3") == "5.00"


def test_every_kind_of_rule_is_tried_in_this_file() -> None:
    tried = {rule["kind"] for rule, _, _ in TABLE}
    tried |= {"aggregate_of_others", "best_of", "bonus", "penalty", "expression"}
    elsewhere = {"all_of", "any_of", "conditional"}  # test_engine_conditions
    assert {kind.kind for kind in ALL_RULES} == tried | elsewhere
