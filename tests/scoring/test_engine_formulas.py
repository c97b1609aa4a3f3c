"""The closed formula language: exact, traced, bounded, and nothing else in it."""

import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain import InvalidCriteriaSet, InvalidInputs, parse_criteria_set
from services.scoring.domain.formulas import (
    DividedByZero,
    FormulaError,
    FormulaTooLarge,
    evaluate_formula,
    parse_formula,
)
from tests.scoring.engine_cases import a_set, leaf, line_of


def value_of(text: str, **variables: str) -> Fraction:
    known = {name: Fraction(value) for name, value in variables.items()}
    return evaluate_formula(parse_formula(text), known)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("12 / 2 / 3", "2"),
        ("-2 * -3", "6"),
        ("1/3 + 1/3 + 1/3", "1"),
        ("0.1 + 0.2", "0.3"),
        ("round(2.675, 2)", "2.68"),
        ("round(0 - 2.675, 2)", "-2.68"),
        ("rounddown(2.679, 2)", "2.67"),
        ("min(3, 1, 2)", "1"),
        ("max(3, 1, 2)", "3"),
        ("abs(1 - 3)", "2"),
        ("if(0.1 + 0.2 == 0.3, 1, 0)", "1"),
        ("if(1 < 2 and 2 <= 2, 5, 6)", "5"),
        ("if(1 > 2 or 2 >= 3, 5, 6)", "6"),
        ("if(not 1 != 1, 5, 6)", "5"),
        ("if(not (1 == 1 and 2 == 3) or 1 == 2, 5, 6)", "5"),
        ("if(1 == 1, if(2 == 1, 1, 2), 3)", "2"),
    ],
)
def test_a_formula_is_calculated_exactly(text: str, value: str) -> None:
    assert value_of(text) == Fraction(value)


def test_bands_can_be_written_as_a_formula() -> None:
    bands = "if(tl >= 0.8, 1, if(0.5 <= tl and tl < 0.8, 0.5, 0))"
    assert [value_of(bands, tl=tl) for tl in ("0.8", "0.79999", "0.5", "0.4999")] == [
        Fraction(1),
        Fraction("0.5"),
        Fraction("0.5"),
        Fraction(0),
    ]


def test_only_the_branch_that_applies_is_calculated() -> None:
    assert value_of("if(b == 0, 0, a / b)", a="1", b="0") == 0
    assert value_of("if(b != 0 and a / b > 1, 1, 2)", a="1", b="0") == 2
    assert value_of("if(b == 0 or a / b > 1, 1, 2)", a="1", b="0") == 1


def test_every_step_is_traced_in_order() -> None:
    _, steps = evaluate_formula(parse_formula("if(a > 1, (a + 1) * 2, 0)"), {"a": Fraction(3, 2)})
    assert [(step.text, step.value) for step in steps] == [
        ("a > 1", True),
        ("a + 1", Fraction(5, 2)),
        ("(a + 1) * 2", Fraction(5)),
        ("if(a > 1, (a + 1) * 2, 0)", Fraction(5)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "a.b",
        "a[0]",
        "__import__('os')",
        "(lambda: 1)()",
        "9 ** 9 ** 9",
        "9 ^ 9",
        "1 // 2",
        "1 % 2",
        "1e9",
        "0x10",
        "1_000",
        "1.",
        ".5",
        "1.2.3",
        "'x' * 999",
        '"x"',
        "[1] * 9",
        "{1}",
        "x := 1",
        "a = 1",
        "1 < 2 < 3",
        "1 < 2",
        "not 1",
        "1 and 2",
        "(1 < 2) + 1",
        "if(1, 2, 3)",
        "if(1 < 2, 2)",
        "if(1 < 2, 2 < 3, 3)",
        "min()",
        "sum(1, 2)",
        "exec(1)",
        "if",
        "and",
        "min",
        "round(1, a)",
        "round(1, 1.5)",
        "round(1, 13)",
        "1 ＋ 1",
        "１ + 1",
        "α + 1",
        "a\x00b",
        "1 + \ud800",
        "#1",
        "1; 2",
        "1 if 1 < 2 else 2",
        "a(1)",
        "max(1, 2,)",
    ],
)
def test_anything_outside_the_language_is_refused(text: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse_formula(text)
    assert refused.value.position >= 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 100_000, "formula_too_long"),
        ("(" * 1000 + "1" + ")" * 999, "formula_too_deep"),
        ("-" * 1000 + "1", "formula_too_deep"),
        ("if(" + "not " * 400 + "1 < 2, 1, 2)", "formula_too_deep"),
        ("1" + "+1" * 900, "formula_too_large"),
        ("1 $ 2", "formula_unknown_sign"),
        ("1 + * 2", "formula_unexpected"),
        ("1 + ", "formula_incomplete"),
        ("f(1)", "formula_unknown_function"),
        ("abs(1, 2)", "formula_wrong_arguments"),
    ],
    ids=lambda part: part[:20],
)
def test_a_refusal_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse_formula(text)
    assert refused.value.code == code


def test_a_number_that_outgrows_the_limit_is_refused_quickly() -> None:
    started = time.monotonic()
    with pytest.raises(FormulaTooLarge):
        value_of("*".join(["a"] * 90), a="9" * 24)
    assert time.monotonic() - started < 1


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_ever_breaks_the_parser(text: str) -> None:
    try:
        formula = parse_formula(text)
        evaluate_formula(formula, dict.fromkeys(formula.names, Fraction(1)))
    except (FormulaError, DividedByZero, FormulaTooLarge):
        return
    assert formula.text == text


SIGNS = st.sampled_from(["+", "-", "*", "/"])
NUMBERS = st.integers(0, 99).map(str)
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, SIGNS, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    max_leaves=15,
)


@given(SUMS)
@settings(max_examples=200, deadline=None)
def test_arithmetic_agrees_with_pythons_own_on_fractions(text: str) -> None:
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    source = " ".join(f"Fraction({w})" if w.isdigit() else w for w in words)
    try:
        expected = eval(source, {"Fraction": Fraction})  # noqa: S307 - made of digits and signs only
    except ZeroDivisionError:
        with pytest.raises(DividedByZero):
            value_of(text)
        return
    assert value_of(text) == expected


def expression(formula: str, *variables: str) -> dict[str, Any]:
    return {"kind": "expression", "formula": formula, "variables": list(variables)}


def test_an_expression_knows_the_maximum_and_is_clamped() -> None:
    rule = expression("max_points * done / total", "done", "total")
    half = line_of(rule, {"variables": {"done": "5", "total": "9"}}, most="2")
    assert (half["points"], half["explanation"]["exact"]) == ("1.11", "10/9")
    assert line_of(rule, {"variables": {"done": "50", "total": "9"}}, most="2")["points"] == "2.00"
    negative = line_of(expression("0 - a", "a"), {"variables": {"a": "1"}})
    assert negative["points"] == "0.00"


def test_the_explanation_of_an_expression_shows_inputs_and_steps() -> None:
    rule = expression("max_points * min(1, done / total)", "done", "total")
    node = line_of(rule, {"variables": {"done": "5", "total": "9"}})["explanation"]
    assert node["inputs"] == {"variables": {"done": "5", "total": "9"}}
    assert [(child["vi"], child["exact"]) for child in node["children"]] == [
        ("done / total = 0,5555…", "5/9"),
        ("min(1, done / total) = 0,5555…", "5/9"),
        ("max_points * min(1, done / total) = 0,5555…", "5/9"),
    ]


def test_an_expression_that_grows_too_large_is_refused_and_names_its_criterion() -> None:
    rule = expression("*".join(["a"] * 60), "a")
    with pytest.raises(InvalidInputs) as refused:
        line_of(rule, {"variables": {"a": "9" * 24}})
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["criterion"]) == ("formula_number_too_large", "1")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (expression("a + b", "a"), "formula_unknown_name"),
        (expression("a", "a", "b"), "formula_unused_name"),
        (expression("a + min", "a"), "formula_unexpected"),
        (expression("a", "a", "if"), "formula_name_reserved"),
        (expression("a", "a", "max_points"), "formula_name_reserved"),
        (expression("a", "a", "a"), "repeated"),
        (expression("a", "á"), "not_a_name"),
        (expression("a +", "a"), "formula_incomplete"),
        ({"kind": "expression", "formula": 5, "variables": []}, "expected_text"),
    ],
    ids=str,
)
def test_a_set_with_a_wrong_formula_is_refused_and_names_its_criterion(
    rule: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidCriteriaSet) as refused:
        parse_criteria_set(a_set(leaf("1", rule)))
    assert code in {problem.code for problem in refused.value.problems}
    assert {problem.params["criterion"] for problem in refused.value.problems} == {"1"}
