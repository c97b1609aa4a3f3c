"""The form of a criteria set: what is read, what is refused, and where the problem is said to be."""

from fractions import Fraction
from typing import Any

import pytest

from services.scoring.domain import InvalidCriteriaSet, parse_criteria_set
from services.scoring.domain.criteria_set_format import MAX_CRITERIA
from services.scoring.domain.problems import MAX_PROBLEMS
from tests.scoring.engine_cases import HALF_UP, a_set, leaf

RATIO = {"kind": "ratio"}
ONE = leaf("1", RATIO)


def first_problem(data: Any) -> tuple[str, str]:
    with pytest.raises(InvalidCriteriaSet) as refused:
        parse_criteria_set(data)
    problem = refused.value.problems[0]
    return problem.code, problem.pointer


def test_a_whole_set_is_read_with_everything_it_says() -> None:
    read = parse_criteria_set(
        a_set(
            {"code": "1", "parent": None, "title": "Lĩnh vực", "max_points": "2", "rule": None},
            leaf(
                "1.1",
                {"kind": "ratio", "floor": "50"},
                most="2.00",
                parent="1",
                scored_by="self",
                evidence={"required": True, "note": "văn bản"},
                note="ghi chú",
            ),
            applies_to=["so"],
            years=[2023, 2024],
            supersedes="CU",
            notes=["mẫu"],
            ranking={"ties": "dense"},
            classes=[{"name": "Tốt", "min": "80", "gates": [{"fact": "ky_luat", "is": "no"}]}],
        )
    )
    area, child = read.criteria
    assert (area.rule, area.max_points, child.parent, child.max_points) == (None, 2, "1", 2)
    assert (child.na_policy, child.scored_by) == ("exclude", "self")
    assert (read.ties, read.years, read.supersedes, read.index_places) == (
        "dense",
        (2023, 2024),
        "CU",
        2,
    )
    assert read.classes[0].min == Fraction(80)


def test_what_may_be_left_out_has_a_default_and_null_is_the_same_as_absent() -> None:
    short = {"code": "A", "title": "B", "rounding": HALF_UP}
    sparse = {"code": "1", "title": "C", "max_points": "1", "rule": RATIO}
    read = parse_criteria_set({**short, "criteria": [sparse]})
    with_nulls = parse_criteria_set(
        {
            **short,
            "criteria": [{**sparse, "parent": None, "na_policy": None, "evidence": None}],
            "classes": None,
            "reference": None,
            "index_places": None,
        }
    )
    assert (read.index_places, read.classes, read.ties) == (2, (), "standard")
    assert read.hash == with_nulls.hash


@pytest.mark.parametrize("data", [None, 5, "x", [], True], ids=repr)
def test_a_set_is_an_object(data: Any) -> None:
    assert first_problem(data) == ("expected_object", "")


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"code": ""}, "text_empty", "/code"),
        ({"code": 5}, "expected_text", "/code"),
        ({"title": None}, "expected_text", "/title"),
        ({"titel": "x"}, "unknown_key", "/titel"),
        ({"rounding": {"places": 2, "mode": "half_up"}}, "key_missing", "/rounding/stage"),
        ({"rounding": {**HALF_UP, "places": "2"}}, "expected_integer", "/rounding/places"),
        ({"rounding": {**HALF_UP, "places": 2.0}}, "expected_integer", "/rounding/places"),
        ({"rounding": {**HALF_UP, "places": True}}, "expected_integer", "/rounding/places"),
        ({"rounding": {**HALF_UP, "places": 11}}, "out_of_range", "/rounding/places"),
        ({"rounding": {**HALF_UP, "places": -1}}, "out_of_range", "/rounding/places"),
        ({"rounding": {**HALF_UP, "mode": "half_even"}}, "not_in_list", "/rounding/mode"),
        ({"rounding": {**HALF_UP, "stage": "area"}}, "not_in_list", "/rounding/stage"),
        ({"index_places": "2"}, "expected_integer", "/index_places"),
        ({"classes": {}}, "expected_list", "/classes"),
        ({"classes": [{"name": "Tốt", "min": 80}]}, "decimal_as_number", "/classes/0/min"),
        ({"classes": [{"name": "Tốt"}]}, "key_missing", "/classes/0/min"),
        (
            {"classes": [{"name": "T", "min": "8", "gates": [{}]}]},
            "key_missing",
            "/classes/0/gates/0/percent",
        ),
        ({"criteria": []}, "wrong_length", "/criteria"),
        ({"criteria": {}}, "expected_list", "/criteria"),
        ({"criteria": [5]}, "expected_object", "/criteria/0"),
        ({"years": ["2023"]}, "expected_integer", "/years/0"),
        ({"ranking": {"ties": "random"}}, "not_in_list", "/ranking/ties"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_the_frame_of_a_set_is_checked(change: dict[str, Any], code: str, pointer: str) -> None:
    assert first_problem({**a_set(ONE), **change}) == (code, pointer)


@pytest.mark.parametrize("key", ["code", "title", "rounding", "criteria"])
def test_what_a_set_cannot_do_without_must_be_there(key: str) -> None:
    data = a_set(ONE)
    del data[key]
    assert first_problem(data) == ("key_missing", f"/{key}")


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"max_points": 2}, "decimal_as_number", "/max_points"),
        ({"max_points": 0.5}, "decimal_as_number", "/max_points"),
        ({"max_points": "-1"}, "negative_number", "/max_points"),
        ({"max_points": "1,5"}, "not_a_decimal", "/max_points"),
        ({"na_policy": "skip"}, "not_in_list", "/na_policy"),
        ({"zero_denominator": 0}, "not_in_list", "/zero_denominator"),
        ({"parent": 1}, "expected_text", "/parent"),
        ({"weight": "1"}, "unknown_key", "/weight"),
        ({"scored_by": "me"}, "not_in_list", "/scored_by"),
        ({"rule": "ratio"}, "expected_object", "/rule"),
        ({"rule": {}}, "unknown_rule_kind", "/rule/kind"),
        ({"rule": {"kind": "Ratio"}}, "unknown_rule_kind", "/rule/kind"),
        ({"rule": {"kind": ["ratio"]}}, "unknown_rule_kind", "/rule/kind"),
        ({"rule": {"kind": "ratio", "flor": "5"}}, "unknown_key", "/rule/flor"),
        ({"rule": {"kind": "ratio", "floor": 80}}, "decimal_as_number", "/rule/floor"),
        ({"rule": {"kind": "bands"}}, "key_missing", "/rule/bands"),
        ({"rule": {"kind": "bands", "bands": []}}, "wrong_length", "/rule/bands"),
        (
            {"rule": {"kind": "bands", "bands": [{"from": "1"}]}},
            "key_missing",
            "/rule/bands/0/points",
        ),
        (
            {"rule": {"kind": "choice", "options": [{"key": "a", "points": "1"}] * 2}},
            "repeated",
            "/rule/options/1",
        ),
        ({"rule": {"kind": "checklist", "items": []}}, "wrong_length", "/rule/items"),
        (
            {"rule": {"kind": "external_scale", "scale_max": "0"}},
            "must_be_positive",
            "/rule/scale_max",
        ),
        (
            {"rule": {"kind": "external_scale", "scale_max": "0.00"}},
            "must_be_positive",
            "/rule/scale_max",
        ),
        ({"rule": {"kind": "ratio_to_target", "target": "0"}}, "must_be_positive", "/rule/target"),
        (
            {"rule": {"kind": "interpolate", "from": "5", "to": "5"}},
            "from_not_below_to",
            "/rule/to",
        ),
        ({"rule": {"kind": "growth", "up": "1", "same": "1"}}, "key_missing", "/rule/down"),
        ({"rule": {"kind": "capped_count", "per": "1"}}, "key_missing", "/rule/cap"),
        ({"rule": {"kind": "aggregate_of_others", "over": []}}, "wrong_length", "/rule/over"),
        ({"rule": {"kind": "aggregate_of_others", "over": ["1", "1"]}}, "repeated", "/rule/over/1"),
        ({"rule": {"kind": "all_of", "conditions": []}}, "wrong_length", "/rule/conditions"),
        (
            {
                "rule": {
                    "kind": "all_of",
                    "conditions": [{"measure": "x", "op": "=>", "value": "1"}],
                }
            },
            "not_in_list",
            "/rule/conditions/0/op",
        ),
        (
            {"rule": {"kind": "all_of", "conditions": [{"measure": "x", "op": ">="}]}},
            "key_missing",
            "/rule/conditions/0/value",
        ),
        (
            {"rule": {"kind": "any_of", "conditions": [{"measure": "tỷ lệ", "is": "yes"}]}},
            "not_a_name",
            "/rule/conditions/0/measure",
        ),
        ({"rule": {"kind": "best_of", "alternatives": []}}, "wrong_length", "/rule/alternatives"),
        (
            {
                "rule": {
                    "kind": "best_of",
                    "alternatives": [
                        {"key": "a", "rule": RATIO},
                        {"key": "b", "rule": {"kind": "aggregate_of_others", "over": ["1"]}},
                    ],
                }
            },
            "unknown_rule_kind",
            "/rule/alternatives/1/rule/kind",
        ),
    ],
    ids=lambda part: str(part)[:50],
)
def test_a_criterion_is_checked_and_named(change: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(InvalidCriteriaSet) as refused:
        parse_criteria_set(a_set(ONE, {**leaf("1.7", RATIO), **change}))
    problem = refused.value.problems[0]
    assert (problem.code, problem.pointer) == (code, f"/criteria/1{pointer}")
    assert problem.params["criterion"] == "1.7"
    assert problem.message("vi").startswith("Tiêu chí 1.7: ")


def test_a_measure_cannot_be_a_figure_and_an_answer_at_once() -> None:
    conditions = [{"measure": "x", "is": "yes"}, {"measure": "x", "op": ">", "value": "1"}]
    data = a_set(leaf("1", {"kind": "all_of", "conditions": conditions}))
    assert first_problem(data) == ("measure_used_both_ways", "/criteria/0/rule")


def test_conditions_nested_without_end_are_refused() -> None:
    condition: dict[str, Any] = {"measure": "x", "is": "yes"}
    for _ in range(500):
        condition = {"all_of": [condition]}
    data = a_set(leaf("1", {"kind": "all_of", "conditions": [condition]}))
    assert first_problem(data)[0] == "conditions_too_deep"


def test_every_problem_is_listed_and_the_list_stays_bounded() -> None:
    wrong = [leaf(str(number), {"kind": "?"}, most=5) for number in range(400)]  # type: ignore[arg-type]
    with pytest.raises(InvalidCriteriaSet) as refused:
        parse_criteria_set(a_set(*wrong))
    assert len(refused.value.problems) == MAX_PROBLEMS


def test_a_set_has_a_largest_size() -> None:
    many = [leaf(str(number), RATIO) for number in range(MAX_CRITERIA + 1)]
    assert first_problem(a_set(*many)) == ("wrong_length", "/criteria")
    aggregates = [
        leaf(str(n), {"kind": "aggregate_of_others", "over": ["0"]}) for n in range(1, 32)
    ]
    assert first_problem(a_set(leaf("0", RATIO), *aggregates))[0] == "too_many_aggregates"


def test_the_hash_follows_what_the_set_says_and_not_how_it_is_written() -> None:
    data = a_set(leaf("1", RATIO, most="2.50"))
    same = a_set(leaf("1", dict(reversed(RATIO.items())), most="2.5"))
    assert parse_criteria_set(data).hash == parse_criteria_set(same).hash
    for other in (
        a_set(leaf("1", RATIO, most="2.51")),
        a_set(leaf("1", {"kind": "survey"}, most="2.50")),
        a_set(leaf("1", RATIO, most="2.50", zero_denominator="full")),
        a_set(leaf("1", RATIO, most="2.50"), title="khác"),
    ):
        assert parse_criteria_set(other).hash != parse_criteria_set(data).hash
