"""Printed tables calculated again: what is found, and what is not."""

from typing import Any

import pytest

from services.scoring.domain import (
    InvalidPrintedResults,
    check_printed_results,
    parse_printed_results,
)
from services.scoring.domain.printed_formulas import check_formula
from services.scoring.domain.texts import said
from tests.scoring.engine_cases import DATA, load


def row(code: str, points: str, most: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "points": points, "max": most, **more}


def found(*rows: dict[str, Any], **more: Any) -> list[tuple[str, str, str | None]]:
    """(code, pointer, computed) of everything that does not add up."""
    problems = check_printed_results(parse_printed_results({"rows": list(rows), **more}))
    return [
        (
            p.code,
            p.pointer,
            None if "computed" not in p.params else said(p.params["computed"], "en"),
        )
        for p in problems
    ]


def test_in_the_report_of_ha_tinh_only_the_formula_of_1_2_does_not_add_up() -> None:
    """All six areas close; "(90.0*1.5)/100= 1.39" is 1.35 (features §0.2)."""
    problems = check_printed_results(
        parse_printed_results(load(DATA / "ha-tinh-2021.printed.json"))
    )
    (problem,) = problems
    assert (problem.code, problem.pointer) == ("formula_wrong", "/rows/1/formula")
    assert problem.message() == (
        "Tiêu chí 1.2: bản in ghi (90.0*1.5)/100= 1.39; tính lại được 1,35, không phải 1,39"
    )


LEDGER = [
    row("1", "9,03", "11", deductions=[{"points": p} for p in ("0.11", "0.11", "0.25", "1.50")]),
    row("2", "9.50", "10.25", deductions=[{"points": "0.25"}, {"points": "0.50"}]),
    row("4", "9.00", "10.00", deductions=[{"points": "1.00"}]),
    row("6", "8.00", "9.00", deductions=[{"points": "0.50"}, {"points": "0.50"}]),
    row("7.1", "7.78", "8.5", deductions=[{"points": p} for p in ("0.12", "0.30", "0.30")]),
    row("7.2", "4.75", "5.0", deductions=[{"points": "0.25"}]),
]


def test_the_six_ledgers_of_ha_tinh_close() -> None:
    assert found(*LEDGER) == []


@pytest.mark.parametrize("number", range(6))
def test_a_ledger_that_is_off_by_a_hundredth_is_found(number: int) -> None:
    wrong = [dict(entry) for entry in LEDGER]
    points = wrong[number]["deductions"]
    wrong[number]["deductions"] = [*points, {"points": "0.01"}]
    ((code, pointer, _),) = found(*wrong)
    assert (code, pointer) == ("deductions_do_not_close", f"/rows/{number}/deductions")


def test_no_deductions_means_full_points_and_no_list_means_nothing_is_said() -> None:
    assert found(row("1", "1", "2", deductions=[]))[0][0] == "deductions_do_not_close"
    assert found(row("1", "1", "2")) == []


def test_a_deduction_is_held_against_the_loss_of_its_criterion() -> None:
    deductions = [{"points": "0.5", "criterion": "1.1"}]
    rows = (row("1", "1.5", "2", deductions=deductions), row("1.1", "0.6", "1"))
    assert found(*rows) == [("deduction_is_not_the_loss", "/rows/0/deductions/0/points", "0.4")]


def test_children_add_up_to_their_parent_and_the_rows_to_the_total() -> None:
    rows = (
        row("1", "5", "6"),
        row("1.1", "2", "3", parent="1"),
        row("1.2", "3", "3", parent="1"),
        row("2", "4", "4"),
    )
    total = {"points": "9", "max": "10", "index": "90.00"}
    assert found(*rows, total=total) == []
    off = {"points": "9.5", "max": "11", "index": "90"}
    assert found(*rows, total=off) == [
        ("points_do_not_add_up", "/total/points", "9"),
        ("printed_maxima_do_not_add_up", "/total/max", "10"),
        ("index_wrong", "/total/index", "86"),
    ]
    assert found(row("1", "5.1", "6"), *rows[1:])[0] == (
        "points_do_not_add_up",
        "/rows/0/points",
        "5",
    )


def test_where_only_losses_are_listed_the_losses_add_up() -> None:
    rows = (row("1", "8", "10"), row("1.2", "1", "2", parent="1"), row("1.5", "0", "1", parent="1"))
    assert found(*rows, lists="deducted_only") == []
    assert found(row("1", "9", "10"), *rows[1:], lists="deducted_only") == [
        ("losses_do_not_add_up", "/rows/0/points", "2")
    ]


def test_the_table_of_binh_dinh_adds_up_to_54_34_of_60() -> None:
    printed = ["9,25/11", "3,5/4", "11/11", "6/7", "8,49/9", "5,1/6", "11/12"]
    codes = ["1", "2", "3", "4", "5", "6", "8"]
    rows = [row(code, *cell.split("/")) for code, cell in zip(codes, printed, strict=True)]
    assert found(*rows, total={"points": "54,34", "max": "60", "index": "90,57"}) == []


def test_an_index_that_was_cut_off_is_told_from_a_wrong_one() -> None:
    """Nam Định: 62.62 of 70 printed as 89.45."""
    rows = (row("1", "62.62", "70"),)
    cut_off = {"points": "62.62", "max": "70", "index": "89.45"}
    assert found(*rows, total=cut_off) == [("index_cut_off", "/total/index", "89.46")]
    assert found(*rows, total=cut_off, rounding="down") == []


def test_points_above_the_maximum_are_found() -> None:
    assert found(row("1", "12", "11")) == [("printed_points_above_max", "/rows/0/points", None)]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("(90.0*1.5)/100=1.39", "wrong"),
        ("(90.0*1.5)/100=1.35", "right"),
        ("(92,67 × 1,5) : 100 = 1,39", "right"),
        ("85%*2.0/100=1.70", "right"),
        ("85% × 2,0 = 1,70", "right"),
        ("16/19 = 84%", "right"),
        ("16/19 = 85%", "wrong"),
        ("796/815 = 97,66%", "cut_off"),
        ("796/815 = 97,67%", "right"),
        ("796/815 = 97,68%", "wrong"),
        ("(7 + 2×0,5)/9 = 0,89", "right"),
        ("(7 + 2x0,5)/9 = 0,88", "cut_off"),
        ("[95.5 ÷ 104] × 1.5 = 1.377 = 1.38", "right"),
        ("95.5/104*1.5 = 1.377 = 1.39", "wrong"),
        ("10+4+8+7+5+9+1,5 +2+8+9+19+4+3+3+3 = 95,5", "right"),
        ("11 − 1,97 = 9,03", "right"),
        ("2*3 = 3*2 = 6", "right"),
        ("2*3 = 3*3", "wrong"),
        ("2*3 = 7 = 7", "wrong"),
        ("2*3 = 7 = 20/3 = 6,66", "wrong"),
        ("2/3 = 0,66 = 0,66", "cut_off"),
        ("1.39", "unreadable"),
        ("tổng = 5", "unreadable"),
        ("1/0 = 0", "unreadable"),
        ("= 5", "unreadable"),
        ("1 + = 5", "unreadable"),
        ("9" * 30 + " = 1", "unreadable"),
        ("__import__('os') = 1", "unreadable"),
    ],
)
def test_a_printed_formula_is_calculated_again(text: str, verdict: str) -> None:
    assert check_formula(text, "half_up").verdict == verdict


def test_a_table_that_cuts_off_may_say_so() -> None:
    assert check_formula("796/815 = 97,66%", "down").verdict == "right"
    assert check_formula("796/815 = 97,67%", "down").verdict == "wrong"


def test_a_formula_must_give_the_points_of_its_row() -> None:
    assert [code for code, _, _ in found(row("1", "1.4", "2", formula="2*0.75=1.5"))] == [
        "formula_is_not_points"
    ]
    assert found(row("1", "1.4", "2", workings=["2*0.75=1.5"])) == []


def test_the_last_result_of_a_chain_is_held_against_the_points() -> None:
    assert found(row("1", "1.38", "2", formula="95.5/104*1.5 = 1.377 = 1.38")) == []


def test_a_formula_nobody_can_read_is_a_warning() -> None:
    table = parse_printed_results({"rows": [row("1", "1", "2", formula="theo hướng dẫn")]})
    (problem,) = check_printed_results(table)
    assert (problem.severity, problem.code) == ("warning", "formula_unreadable")


@pytest.mark.parametrize(
    ("data", "code", "pointer"),
    [
        ([], "expected_object", ""),
        ({}, "key_missing", "/rows"),
        ({"rows": []}, "wrong_length", "/rows"),
        ({"rows": [row("1", "-1", "2")]}, "not_printed_decimal", "/rows/0/points"),
        ({"rows": [row("1", "1.000,5", "2")]}, "not_printed_decimal", "/rows/0/points"),
        ({"rows": [row("1", "１", "2")]}, "not_printed_decimal", "/rows/0/points"),
        (
            {"rows": [{"code": "1", "points": 1.5, "max": "2"}]},
            "expected_printed",
            "/rows/0/points",
        ),
        ({"rows": [row("1", "1", "2", parent="9")]}, "unknown_parent", "/rows/0/parent"),
        ({"rows": [row("1", "1", "2", parent="1")]}, "unknown_parent", "/rows/0/parent"),
        ({"rows": [row("1", "1", "2"), row("1", "1", "2")]}, "repeated", "/rows/1"),
        ({"rows": [row("1", "1", "2", note="x")]}, "unknown_key", "/rows/0/note"),
    ],
    ids=lambda part: str(part)[:50],
)
def test_a_table_is_read_strictly(data: Any, code: str, pointer: str) -> None:
    with pytest.raises(InvalidPrintedResults) as refused:
        parse_printed_results(data)
    problem = refused.value.problems[0]
    assert (problem.code, problem.pointer) == (code, pointer)
