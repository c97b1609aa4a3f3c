"""What is refused in inputs: never a guess, always with the criterion named."""

from typing import Any

import pytest

from services.scoring.domain import (
    InvalidCriteriaSet,
    InvalidInputs,
    evaluate,
    parse_criteria_set,
    parse_inputs,
)
from services.scoring.domain.problems import MAX_PROBLEMS
from tests.scoring.engine_cases import a_set, leaf, line_of

RATIO = {"kind": "ratio"}


def refusal(rule: dict[str, Any], value: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInputs) as refused:
        line_of(rule, value)
    (problem,) = refused.value.problems
    assert problem.params["criterion"] == "1"
    assert problem.message("vi").startswith("Tiêu chí 1: ")
    assert problem.message("en").startswith("Criterion 1: ")
    return problem.code, problem.pointer


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (85, "decimal_as_number"),
        (85.5, "decimal_as_number"),
        (True, "expected_decimal"),
        (None, "expected_decimal"),
        ([], "expected_decimal"),
        ({}, "expected_decimal"),
        ("-1", "negative_number"),
        ("-0", "negative_number"),
        ("−5", "negative_number"),
        ("+1", "not_a_decimal"),
        ("", "not_a_decimal"),
        (" 1", "not_a_decimal"),
        ("1 ", "not_a_decimal"),
        ("1\n", "not_a_decimal"),
        ("1,5", "not_a_decimal"),
        ("1.000,5", "not_a_decimal"),
        ("1.2.3", "not_a_decimal"),
        (".5", "not_a_decimal"),
        ("5.", "not_a_decimal"),
        ("1e3", "not_a_decimal"),
        ("1E-400", "not_a_decimal"),
        ("NaN", "not_a_decimal"),
        ("Infinity", "not_a_decimal"),
        ("1/2", "not_a_decimal"),
        ("1_000", "not_a_decimal"),
        ("0x10", "not_a_decimal"),
        ("85%", "not_a_decimal"),
        ("０１", "not_a_decimal"),
        ("٣", "not_a_decimal"),
        ("²", "not_a_decimal"),
        ("9" * 25, "too_many_digits"),
        ("0." + "1" * 13, "too_many_digits"),
        ("9" * 1_000_000, "too_many_digits"),
    ],
    ids=lambda part: repr(part)[:20],
)
def test_only_plain_decimal_strings_are_numbers(number: Any, code: str) -> None:
    assert refusal(RATIO, {"percent": number}) == (code, "/values/1/percent")


@pytest.mark.parametrize("number", ["0", "00.50", "1", "007", "99.999999999999", "9" * 24])
def test_plain_decimal_strings_are_accepted(number: str) -> None:
    assert line_of(RATIO, {"percent": number})["status"] == "scored"


@pytest.mark.parametrize(
    ("count", "code"),
    [
        ("1.5", "expected_count"),
        ("1.0", "expected_count"),
        (1.0, "expected_count"),
        (True, "expected_count"),
        ("-1", "expected_count"),
        (-1, "negative_number"),
        ("", "expected_count"),
        ("1" * 13, "expected_count"),
        (10**12, "expected_count"),
        (None, "expected_count"),
    ],
    ids=lambda part: repr(part)[:20],
)
def test_a_count_is_a_whole_number(count: Any, code: str) -> None:
    assert refusal({"kind": "zero_if_any"}, {"count": count}) == (code, "/values/1/count")


CHOICE = {"kind": "choice", "options": [{"key": "a", "points": "1"}]}
CHECKLIST = {"kind": "checklist", "items": [{"key": "a", "points": "1"}]}
EXPRESSION = {"kind": "expression", "formula": "a", "variables": ["a"]}
BEST = {
    "kind": "best_of",
    "alternatives": [{"key": "x", "rule": RATIO}, {"key": "y", "rule": {"kind": "boolean"}}],
}


@pytest.mark.parametrize(
    ("rule", "value", "code", "pointer"),
    [
        (RATIO, {"numerator": "1"}, "key_missing", "/denominator"),
        (RATIO, {}, "key_missing", None),
        (RATIO, {"percent": "1", "numerator": "1", "denominator": "1"}, "share_given_twice", ""),
        (RATIO, {"percent": "1", "note": "x"}, "unknown_key", "/note"),
        (RATIO, {"Percent": "1", "percent": "1"}, "unknown_key", "/Percent"),
        (RATIO, "85", "expected_object", ""),
        (RATIO, None, "expected_object", ""),
        (RATIO, ["85"], "expected_object", ""),
        ({"kind": "boolean"}, {"answer": True}, "not_in_list", "/answer"),
        ({"kind": "boolean"}, {"answer": "Yes"}, "not_in_list", "/answer"),
        ({"kind": "boolean"}, {"answer": "yes", "count": 1}, "unknown_key", "/count"),
        (CHOICE, {"choice": "b"}, "not_in_list", "/choice"),
        (CHOICE, {"choice": ["a"]}, "not_in_list", "/choice"),
        (CHECKLIST, {"checked": "a"}, "expected_list", "/checked"),
        (CHECKLIST, {"checked": ["b"]}, "not_in_list", "/checked/0"),
        (CHECKLIST, {"checked": ["a", "a"]}, "repeated", "/checked/1"),
        ({"kind": "manual"}, {"points": "1"}, "key_missing", "/reason"),
        ({"kind": "manual"}, {"points": "1", "reason": "  "}, "text_empty", "/reason"),
        ({"kind": "manual"}, {"points": "1", "reason": "\ud800"}, "text_unprintable", "/reason"),
        ({"kind": "manual"}, {"points": "1", "reason": "a\x00"}, "text_unprintable", "/reason"),
        ({"kind": "manual"}, {"points": "1", "reason": "x" * 2001}, "text_too_long", "/reason"),
        (EXPRESSION, {"variables": {}}, "key_missing", "/variables/a"),
        (EXPRESSION, {"variables": {"a": "1", "b": "1"}}, "unknown_key", "/variables/b"),
        (BEST, {"alternatives": {}}, "no_alternative", "/alternatives"),
        (BEST, {"alternatives": {"z": {}}}, "unknown_key", "/alternatives/z"),
        (BEST, {"alternatives": {"y": {"answer": "?"}}}, "not_in_list", "/alternatives/y/answer"),
        (RATIO, {"not_applicable": False}, "only_true", "/not_applicable"),
        (RATIO, {"not_applicable": "yes"}, "only_true", "/not_applicable"),
        (RATIO, {"not_applicable": True, "percent": "1"}, "unknown_key", "/percent"),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_a_value_must_have_exactly_the_form_of_its_rule(
    rule: dict[str, Any], value: Any, code: str, pointer: str | None
) -> None:
    with pytest.raises(InvalidInputs) as refused:
        line_of(rule, value) if value is not None else parse_one({"1": None}, rule)
    first = refused.value.problems[0]
    assert (first.code, first.params["criterion"]) == (code, "1")
    if pointer is not None:
        assert first.pointer == f"/values/1{pointer}"


def parse_one(values: Any, rule: dict[str, Any] | None = None) -> None:
    criteria_set = parse_criteria_set(a_set(leaf("1", rule or RATIO)))
    parse_inputs({"unit": "A", "values": values}, criteria_set)


def test_an_aggregate_takes_no_value() -> None:
    data = a_set(leaf("1", {"kind": "aggregate_of_others", "over": ["2"]}), leaf("2", RATIO))
    criteria_set = parse_criteria_set(data)
    assert parse_inputs({"unit": "A", "values": {"1": {}}}, criteria_set)
    with pytest.raises(InvalidInputs):
        parse_inputs({"unit": "A", "values": {"1": {"percent": "1"}}}, criteria_set)


def test_a_value_for_a_group_or_for_nothing_is_refused() -> None:
    area = {"code": "1", "parent": None, "title": "A"}
    criteria_set = parse_criteria_set(a_set(area, leaf("1.1", RATIO, parent="1")))
    data = {"unit": "A", "values": {"1": {"percent": "1"}, "1.2": {"percent": "1"}}}
    with pytest.raises(InvalidInputs) as refused:
        parse_inputs(data, criteria_set)
    found = [(p.code, p.pointer, p.params["criterion"]) for p in refused.value.problems]
    assert found == [
        ("value_for_parent", "/values/1", "1"),
        ("unknown_criterion", "/values/1.2", "1.2"),
    ]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ("x", ""),
        (None, ""),
        ({}, "/unit"),
        ({"unit": "A"}, "/values"),
        ({"unit": "", "values": {}}, "/unit"),
        ({"unit": 5, "values": {}}, "/unit"),
        ({"unit": "A", "values": []}, "/values"),
        ({"unit": "A", "values": {}, "year": 2023}, "/year"),
        ({"unit": "A", "values": {}, "facts": {"x": True}}, "/facts/x"),
        ([{"unit": "A", "values": {}}, {"unit": "B"}], "/1/values"),
        ([[]], "/0"),
    ],
    ids=str,
)
def test_the_frame_of_the_inputs_is_checked_too(data: Any, pointer: str) -> None:
    criteria_set = parse_criteria_set(a_set(leaf("1", RATIO)))
    with pytest.raises(InvalidInputs) as refused:
        parse_inputs(data, criteria_set)
    assert refused.value.problems[0].pointer == pointer


def test_all_problems_of_all_units_are_listed_at_once() -> None:
    criteria_set = parse_criteria_set(a_set(leaf("1", RATIO), leaf("2", RATIO)))
    wrong = {"1": {"percent": "x"}, "2": {"percent": 5}}
    with pytest.raises(InvalidInputs) as refused:
        parse_inputs([{"unit": "A", "values": wrong}, {"unit": "B", "values": wrong}], criteria_set)
    pointers = [problem.pointer for problem in refused.value.problems]
    assert pointers == [f"/{unit}/values/{code}/percent" for unit in (0, 1) for code in (1, 2)]


def test_a_flood_of_problems_stays_bounded() -> None:
    with pytest.raises(InvalidInputs) as refused:
        parse_one({f"lạ{number}": {} for number in range(5000)})
    assert len(refused.value.problems) == MAX_PROBLEMS


def test_keys_are_escaped_shortened_and_made_printable_in_pointers() -> None:
    with pytest.raises(InvalidInputs) as refused:
        parse_one({"a/b~c": {}, "x" * 1000: {}, "\ud800\x1b[31m": {}})
    first, second, third = (problem.pointer for problem in refused.value.problems)
    assert first == "/values/a~1b~0c"
    assert len(second) < 100
    assert third.isprintable()


def test_what_was_typed_is_never_repeated_in_a_message() -> None:
    with pytest.raises(InvalidInputs) as refused:
        parse_one({"1": {"percent": "bí mật"}})
    (problem,) = refused.value.problems
    assert "bí mật" not in problem.message("vi") + problem.message("en") + str(refused.value)


def test_inputs_for_a_set_that_cannot_be_calculated_are_refused_with_the_faults_of_the_set() -> (
    None
):
    criteria_set = parse_criteria_set(
        a_set(leaf("1", {"kind": "aggregate_of_others", "over": ["9"]}))
    )
    with pytest.raises(InvalidCriteriaSet) as refused:
        parse_inputs({"unit": "A", "values": {}}, criteria_set)
    assert [problem.code for problem in refused.value.problems] == ["unknown_code"]


def test_inputs_read_against_one_set_are_not_evaluated_with_another() -> None:
    one, other = (parse_criteria_set(a_set(leaf("1", RATIO, most=m))) for m in ("1", "2"))
    (unit,) = parse_inputs({"unit": "A", "values": {}}, one)
    with pytest.raises(ValueError, match="another criteria set"):
        evaluate(other, unit)


def test_no_unit_gives_no_result() -> None:
    assert parse_inputs([], parse_criteria_set(a_set(leaf("1", RATIO)))) == []
