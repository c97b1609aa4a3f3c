"""all_of, any_of and conditional: what holds, for whom, and what nobody has decided."""

from typing import Any

import pytest

from services.scoring.domain import InvalidInputs
from tests.scoring.engine_cases import RULEBOOKS, line_of, load, scored

SHARE = {"numerator": "truc_tuyen", "denominator": "ho_so", "op": ">=", "percent": "30"}
NONE_LATE = {"measure": "qua_han", "is": "no"}


def measures(**named: str) -> dict[str, Any]:
    return {"measures": named}


@pytest.mark.parametrize(
    ("op", "value", "holds"),
    [
        ("<", "4.99", True),
        ("<", "5", False),
        ("<=", "5", True),
        ("<=", "5.01", False),
        (">", "5", False),
        (">", "5.0001", True),
        (">=", "5.0", True),
        (">=", "4", False),
        ("=", "5.000", True),
        ("=", "5.001", False),
        ("!=", "5", False),
        ("!=", "6", True),
    ],
)
def test_a_measure_is_compared_exactly(op: str, value: str, holds: bool) -> None:
    rule = {"kind": "all_of", "conditions": [{"measure": "x", "op": op, "value": "5"}]}
    line = line_of(rule, measures(x=value))
    assert line["points"] == ("1.00" if holds else "0.00")
    assert line["explanation"]["children"][0]["holds"] is holds


@pytest.mark.parametrize(
    ("kind", "online", "late", "points"),
    [
        ("all_of", "30", "no", "1.00"),
        ("all_of", "30", "yes", "0.00"),
        ("all_of", "29", "no", "0.00"),
        ("any_of", "29", "no", "1.00"),
        ("any_of", "30", "yes", "1.00"),
        ("any_of", "29", "yes", "0.00"),
    ],
)
def test_conditions_are_joined_by_and_or_by_or(
    kind: str, online: str, late: str, points: str
) -> None:
    rule = {"kind": kind, "conditions": [SHARE, NONE_LATE]}
    value = measures(truc_tuyen=online, ho_so="100", qua_han=late)
    assert line_of(rule, value)["points"] == points


@pytest.mark.parametrize(
    ("kind", "late", "points"),
    [
        ("all_of", "yes", "0.00"),
        ("any_of", "no", "1.00"),
        ("all_of", "no", "0.40"),
        ("any_of", "yes", "0.40"),
    ],
)
def test_a_zero_denominator_matters_only_when_nothing_else_decides(
    kind: str, late: str, points: str
) -> None:
    rule = {
        "kind": "best_of",
        "alternatives": [
            {"key": "a", "rule": {"kind": kind, "conditions": [SHARE, NONE_LATE]}},
            {"key": "b", "rule": {"kind": "survey"}, "max_points": "0.4"},
        ],
    }
    undecided = measures(truc_tuyen="0", ho_so="0", qua_han=late)
    tried = {"a": undecided} if points != "0.40" else {"a": undecided, "b": {"percent": "100"}}
    line = line_of(rule, {"alternatives": tried}, zero_denominator="not_allowed")
    assert line["points"] == points


def test_one_measure_may_be_compared_with_another() -> None:
    condition = {"measure": "thuc_te", "op": "<", "than": "quy_dinh"}
    rule = {"kind": "all_of", "conditions": [condition]}
    assert line_of(rule, measures(thuc_te="4", quy_dinh="5"))["points"] == "1.00"
    assert line_of(rule, measures(thuc_te="5", quy_dinh="5"))["points"] == "0.00"


# TT 01/2018/TT-VPCP indicator 5: "4 tại chỗ" for 20 % of procedures at a province, 50 % at a district,
# 100 % at a commune
BY_LEVEL = {
    "kind": "all_of",
    "conditions": [
        {
            "numerator": "bon_tai_cho",
            "denominator": "tthc",
            "op": ">=",
            "by_level": {"tinh": "20", "huyen": "50", "xa": "100"},
        }
    ],
}


@pytest.mark.parametrize(
    ("level", "done", "points"),
    [
        ("tinh", "20", "1.00"),
        ("tinh", "19", "0.00"),
        ("huyen", "49", "0.00"),
        ("huyen", "50", "1.00"),
        ("xa", "99", "0.00"),
        ("xa", "100", "1.00"),
    ],
)
def test_a_threshold_depends_on_the_level_of_the_unit(level: str, done: str, points: str) -> None:
    value = measures(bon_tai_cho=done, tthc="100")
    assert line_of(BY_LEVEL, value, level=level)["points"] == points


@pytest.mark.parametrize(("level", "code"), [(None, "level_missing"), ("so", "level_unknown")])
def test_a_unit_without_a_level_the_set_knows_is_refused_and_the_criterion_named(
    level: str | None, code: str
) -> None:
    with pytest.raises(InvalidInputs) as refused:
        line_of(BY_LEVEL, measures(bon_tai_cho="1", tthc="1"), level=level)
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["criterion"], problem.pointer) == (code, "1", "/values/1")


def indicator_9(**named: str) -> str:
    """The points of TT 01/2018/TT-VPCP indicator 9 by the rulebook."""
    values = {"9": measures(**named)}
    lines = scored(load(RULEBOOKS / "tt01-2018-vpcp-mot-cua.json"), values)["lines"]
    return str(lines[8]["points"])


@pytest.mark.parametrize(
    ("procedures", "online", "late", "points"),
    [
        ("20", "30", "no", "2.0"),
        ("20", "29.99", "no", "1.0"),
        ("1", "15", "no", "1.0"),
        ("50", "14.99", "no", "0.0"),
        ("50", "80", "yes", "0.0"),
        ("0", "80", "no", "0.0"),
    ],
)
def test_online_services_under_circular_01_2018(
    procedures: str, online: str, late: str, points: str
) -> None:
    shares = {"tthc_truc_tuyen": procedures, "tthc": "100", "ho_so_truc_tuyen": online}
    assert indicator_9(**shares, ho_so="100", qua_han=late) == points


def test_the_case_the_circular_forgot_is_refused_and_not_guessed() -> None:
    """At least 30 % of dossiers but less than 20 % of procedures online: the text says nothing."""
    with pytest.raises(InvalidInputs) as refused:
        indicator_9(
            tthc_truc_tuyen="10", tthc="100", ho_so_truc_tuyen="50", ho_so="100", qua_han="no"
        )
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["criterion"]) == ("no_case", "9")


def test_the_first_case_that_holds_gives_the_points_and_the_explanation_shows_those_before() -> (
    None
):
    cases = [
        {"when": {"measure": "x", "op": ">=", "value": "90"}, "points": "1"},
        {"when": {"measure": "x", "op": ">=", "value": "50"}, "points": "0.5"},
    ]
    rule = {"kind": "conditional", "cases": cases, "otherwise": "0.1"}
    line = line_of(rule, measures(x="60"))
    assert line["points"] == "0.50"
    assert [child["holds"] for child in line["explanation"]["children"]] == [False, True]
    assert line_of(rule, measures(x="10"))["points"] == "0.10"
