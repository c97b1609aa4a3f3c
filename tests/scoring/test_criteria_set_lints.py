"""What an author is told before a criteria set is published."""

from typing import Any

import pytest

from services.scoring.domain import Problem, lint_criteria_set, parse_criteria_set
from tests.scoring.engine_cases import a_set, leaf

RATIO = {"kind": "ratio"}


def lints(*criteria: dict[str, Any], **more: Any) -> list[Problem]:
    return lint_criteria_set(parse_criteria_set(a_set(*criteria, **more)))


def found(*criteria: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    return [(p.severity, p.code, p.pointer) for p in lints(*criteria, **more)]


def area(code: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"code": code, "parent": parent, "title": "Nhóm", **more}


def test_a_sound_set_has_nothing_to_complain_about() -> None:
    bands = [{"to": "50", "points": "0"}, {"from": "50", "points": "1"}]
    tree = (
        area("1", max_points="3"),
        leaf("1.1", RATIO, parent="1"),
        leaf("1.2", {"kind": "bands", "bands": bands}, most="2", parent="1"),
        leaf("2", {"kind": "aggregate_of_others", "over": ["1"]}),
        leaf("3", {"kind": "bonus"}, most="5"),
    )
    classes = [{"name": "Tốt", "min": "80"}, {"name": "Khá", "min": "0"}]
    assert found(*tree, classes=classes) == []


def test_codes_must_be_unique() -> None:
    assert found(leaf("1", RATIO), leaf("1", RATIO))[0] == (
        "error",
        "duplicate_code",
        "/criteria/1/code",
    )


def test_parents_must_exist_and_not_go_round_in_circles() -> None:
    assert found(leaf("1", RATIO, parent="9"))[0] == (
        "error",
        "unknown_parent",
        "/criteria/0/parent",
    )
    circle = (area("1", "2"), area("2", "1"), leaf("3", RATIO))
    assert {code for _, code, _ in found(*circle)} >= {"parent_cycle"}
    assert found(area("1", "1"), leaf("2", RATIO))[0][1] == "parent_cycle"


def test_only_leaves_have_rules_and_every_leaf_has_one_with_a_maximum() -> None:
    assert found(leaf("1", RATIO), leaf("1.1", RATIO, parent="1"))[0] == (
        "error",
        "rule_on_parent",
        "/criteria/0/rule",
    )
    assert [code for _, code, _ in found(area("1"))] == ["leaf_without_rule", "leaf_without_max"]


def aggregate(*over: str, **more: Any) -> dict[str, Any]:
    return {"kind": "aggregate_of_others", "over": list(over), **more}


def test_an_aggregate_may_only_name_codes_of_the_set() -> None:
    rule = aggregate("1", "8", exclude=["9"])
    problems = lints(leaf("1", RATIO), leaf("2", rule))
    assert [(p.code, p.params["code"], p.params["criterion"]) for p in problems] == [
        ("unknown_code", "8", "2"),
        ("unknown_code", "9", "2"),
    ]


def test_aggregates_that_need_each_other_are_a_cycle_and_only_they_are_named() -> None:
    (problem,) = lints(
        leaf("1", aggregate("2", "4")),
        leaf("2", aggregate("1")),
        leaf("3", aggregate("1")),
        leaf("4", RATIO),
    )
    assert (problem.code, problem.params["codes"]) == ("aggregate_cycle", ["1", "2"])


def test_excluding_each_other_breaks_the_cycle() -> None:
    assert not found(
        leaf("1", aggregate("1", "2", "3", exclude=["2"])),
        leaf("2", aggregate("1", "2", "3", exclude=["1"])),
        leaf("3", RATIO),
    )


def test_an_aggregate_of_nothing_is_an_error() -> None:
    assert found(leaf("1", aggregate("1")))[0] == (
        "error",
        "aggregate_of_nothing",
        "/criteria/0/rule/over",
    )


def test_the_maximum_of_a_parent_is_held_against_its_children() -> None:
    (problem,) = lints(
        area("1", max_points="3"), leaf("1.1", RATIO, parent="1"), leaf("1.2", RATIO, parent="1")
    )
    assert (problem.severity, problem.code) == ("error", "maxima_do_not_add_up")
    assert problem.message() == "Tiêu chí 1: điểm tối đa ghi 3 nhưng tổng các tiêu chí con là 2"


def test_a_parent_without_a_maximum_counts_as_the_leaves_below_it() -> None:
    tree = (
        area("1", max_points="3"),
        area("1.1", "1"),
        leaf("1.1.1", RATIO, parent="1.1"),
        leaf("1.2", RATIO, most="2", parent="1"),
    )
    assert found(*tree) == []


def bands(*edges: tuple[str | None, str | None]) -> list[tuple[str, str, str]]:
    made = [
        {"points": "1", **({"from": low} if low else {}), **({"to": high} if high else {})}
        for low, high in edges
    ]
    return found(leaf("1", {"kind": "bands", "bands": made}))


@pytest.mark.parametrize(
    ("edges", "code", "place"),
    [
        ([(None, "50"), ("60", None)], "bands_gap", "/1"),
        ([("10", None)], "bands_gap", "/0"),
        ([(None, "50"), ("40", None)], "bands_overlap", "/1"),
        ([(None, None), (None, None)], "bands_overlap", "/1"),
        ([(None, "50"), ("50", "100")], "bands_end_early", ""),
        ([(None, "50")], "bands_end_early", ""),
        ([(None, "50"), ("50", "50"), ("50", None)], "band_empty", "/1"),
    ],
)
def test_bands_cover_the_range_without_gap_or_overlap(
    edges: list[tuple[str | None, str | None]], code: str, place: str
) -> None:
    assert bands(*edges)[0] == ("error", code, f"/criteria/0/rule/bands{place}")


@pytest.mark.parametrize(
    "edges",
    [
        [(None, None)],
        [("0", "50"), ("50", None)],
        [("90", None), (None, "70"), ("70", "90")],
        [(None, "100"), ("100", "100.01")],
    ],
)
def test_bands_that_cover_the_range_in_any_order_are_sound(
    edges: list[tuple[str | None, str | None]],
) -> None:
    assert bands(*edges) == []


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"kind": "choice", "options": [{"key": "a", "points": "1.5"}]}, "/options/0/points"),
        ({"kind": "bands", "bands": [{"points": "2"}]}, "/bands/0/points"),
        ({"kind": "growth", "up": "9", "same": "0", "down": "0"}, "/up"),
        ({"kind": "capped_count", "per": "0.5", "cap": "2"}, "/cap"),
        (
            {
                "kind": "conditional",
                "cases": [{"when": {"measure": "x", "is": "yes"}, "points": "3"}],
                "otherwise": "0",
            },
            "/cases/0/points",
        ),
    ],
    ids=lambda part: str(part)[:30],
)
def test_points_above_the_maximum_are_an_error(rule: dict[str, Any], place: str) -> None:
    assert found(leaf("1", rule))[0] == ("error", "points_above_max", f"/criteria/0/rule{place}")


def test_an_alternative_is_held_to_its_own_maximum() -> None:
    alternatives = [
        {"key": "a", "rule": RATIO, "max_points": "2"},
        {"key": "b", "rule": {"kind": "bands", "bands": [{"points": "1"}]}, "max_points": "0.5"},
    ]
    problems = found(leaf("1", {"kind": "best_of", "alternatives": alternatives}))
    place = "/criteria/0/rule/alternatives"
    assert problems == [
        ("error", "points_above_max", f"{place}/0/max_points"),
        ("error", "points_above_max", f"{place}/1/rule/bands/0/points"),
    ]


@pytest.mark.parametrize(
    ("rule", "most", "place"),
    [
        ({"kind": "bands", "bands": [{"points": "0.125"}]}, "1", "/rule/bands/0/points"),
        ({"kind": "deduction_per_violation", "per": "0.333"}, "1", "/rule/per"),
        (RATIO, "1.005", "/max_points"),
    ],
    ids=lambda part: str(part)[:30],
)
def test_fixed_points_finer_than_the_places_are_an_error_when_lines_are_rounded(
    rule: dict[str, Any], most: str, place: str
) -> None:
    criterion = leaf("1", rule, most=most)
    assert found(criterion) == [("error", "points_too_fine", f"/criteria/0{place}")]
    assert found(criterion, rounding={"places": 2, "mode": "half_up", "stage": "total"}) == []


def test_ordinals_that_jump_are_warned_about() -> None:
    (problem,) = lints(*(leaf(code, RATIO) for code in ("1", "2", "6", "7")))
    assert (problem.severity, problem.code, problem.pointer) == (
        "warning",
        "ordinal_jump",
        "/criteria/2/code",
    )
    assert problem.message() == 'Tiêu chí 6: số thứ tự nhảy: sau "2" thiếu 3 mục'


def test_ordinals_are_looked_at_among_siblings_only() -> None:
    tree = (area("1"), leaf("1.1", RATIO, parent="1"), area("2"), leaf("2.1", RATIO, parent="2"))
    assert found(*tree) == []
    inner = (area("1"), leaf("1.1", RATIO, parent="1"), leaf("1.3", RATIO, parent="1"))
    assert found(*inner) == [("warning", "ordinal_jump", "/criteria/2/code")]
    assert [code for _, code, _ in found(leaf("2", RATIO), leaf("1", RATIO))] == [
        "ordinal_start",
        "ordinal_disorder",
    ]
    assert found(leaf("I", RATIO), leaf("IV", RATIO)) == []


@pytest.mark.parametrize(
    ("classes", "code"),
    [
        ([("A", "50"), ("B", "80"), ("C", "0")], "classes_not_descending"),
        ([("A", "80"), ("B", "80"), ("C", "0")], "classes_not_descending"),
        ([("A", "80"), ("A", "0")], "duplicate_class"),
        ([("A", "80"), ("B", "50")], "classes_leave_out_the_lowest"),
    ],
)
def test_classes_go_from_the_highest_to_the_lowest(
    classes: list[tuple[str, str]], code: str
) -> None:
    made = [{"name": name, "min": least} for name, least in classes]
    assert [c for _, c, _ in found(leaf("1", RATIO), classes=made)] == [code]


def test_a_gate_may_only_name_codes_of_the_set() -> None:
    classes = [{"name": "A", "min": "0", "gates": [{"percent": "50", "codes": ["1", "9"]}]}]
    assert found(leaf("1", RATIO), classes=classes) == [
        ("error", "unknown_gate_code", "/classes/0/gates/0/codes")
    ]


def test_policies_without_effect_are_pointed_out() -> None:
    tree = (area("1", na_policy="full"), leaf("1.1", RATIO, parent="1"))
    assert found(*tree) == [("warning", "policy_on_parent", "/criteria/0/na_policy")]
    bonus = leaf("1", {"kind": "bonus"}, na_policy="full")
    assert found(bonus) == [("error", "full_outside_scale", "/criteria/0/na_policy")]


def test_a_checklist_that_is_not_the_maximum_and_cases_without_an_end_are_warned_about() -> None:
    items = [{"key": "a", "points": "0.5"}]
    cases = [{"when": {"measure": "x", "is": "yes"}, "points": "1"}]
    assert found(
        leaf("1", {"kind": "checklist", "items": items}),
        leaf("2", {"kind": "conditional", "cases": cases}),
    ) == [
        ("warning", "checklist_is_not_max", "/criteria/0/rule/items"),
        ("warning", "cases_may_leave_a_gap", "/criteria/1/rule"),
    ]


def test_a_set_without_a_document_is_warned_about() -> None:
    assert found(leaf("1", RATIO), reference="") == [("warning", "no_reference", "/reference")]
