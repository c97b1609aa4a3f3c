"""No data, however broken, does anything but be refused with problems."""

import copy
import json
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain import (
    InvalidData,
    check_printed_results,
    evaluate,
    lint_criteria_set,
    parse_criteria_set,
    parse_inputs,
    parse_printed_results,
)
from services.scoring.domain.criteria_set_format import MAX_CRITERIA
from services.scoring.domain.json_text import InvalidJson, read_json
from tests.scoring.engine_cases import DATA, EXACT_UNTIL_TOTAL, RULEBOOKS, a_set, leaf, load

WORDS = st.sampled_from(
    ["1", "0", "-1", "yes", "ratio", "1.1", "kind", "percent", "over", "", "\ud800", "a" * 3000]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), WORDS
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, st.text()), inner, max_size=3)
    ),
    max_leaves=8,
)
SET = load(DATA / "ha-tinh-2021.criteria.json")
ONE_STOP = load(RULEBOOKS / "tt01-2018-vpcp-mot-cua.json")
INPUTS = load(DATA / "ha-tinh-2021.inputs.json")
PRINTED = load(DATA / "ha-tinh-2021.printed.json")


def spoilt(draw: st.DrawFn, whole: Any) -> Any:
    """A copy with a few of its parts replaced by junk."""
    data = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        place = data
        while isinstance(place, dict | list) and place:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = draw(st.sampled_from(list(keys)))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                place[key] = draw(JUNK)
                break
            place = place[key]
    return data


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_spoilt_set_is_refused_or_can_be_linted_and_used(data: st.DataObject) -> None:
    draw = data.draw
    try:
        criteria_set = parse_criteria_set(spoilt(draw, draw(st.sampled_from([SET, ONE_STOP]))))
        lint_criteria_set(criteria_set)
        for unit in parse_inputs({"unit": "A", "values": {}}, criteria_set):
            json.dumps(evaluate(criteria_set, unit).as_json(), ensure_ascii=False).encode()
    except InvalidData as refused:
        said_in_both_languages(refused)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_spoilt_inputs_are_refused_or_evaluated(data: st.DataObject) -> None:
    criteria_set = parse_criteria_set(SET)
    try:
        for unit in parse_inputs(spoilt(data.draw, INPUTS), criteria_set):
            evaluate(criteria_set, unit).as_json()
    except InvalidData as refused:
        said_in_both_languages(refused)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_spoilt_table_is_refused_or_checked(data: st.DataObject) -> None:
    try:
        for problem in check_printed_results(parse_printed_results(spoilt(data.draw, PRINTED))):
            problem.as_json()
    except InvalidData as refused:
        said_in_both_languages(refused)


@given(st.binary(max_size=40))
@settings(max_examples=80, deadline=None)
def test_bytes_are_json_or_are_refused(raw: bytes) -> None:
    try:
        read_json(raw)
    except InvalidJson as refused:
        said_in_both_languages(refused)


def said_in_both_languages(refused: InvalidData) -> None:
    assert refused.problems
    for problem in refused.problems:
        assert problem.message("vi").encode()
        assert problem.message("en").encode()
        assert len(problem.pointer) < 1000


def test_the_largest_set_with_the_longest_figures_is_still_calculated_in_seconds() -> None:
    numbers = range(1, MAX_CRITERIA - 1)
    data = a_set(
        {"code": "1", "parent": None, "title": "A"},
        *(leaf(f"1.{number}", {"kind": "ratio"}, parent="1") for number in numbers),
        leaf("2", {"kind": "aggregate_of_others", "over": ["1"]}),
        rounding=EXACT_UNTIL_TOTAL,
    )
    values = {
        f"1.{n}": {"numerator": "1", "denominator": f"{10**23 + n}.{10**11 + 7 * n}"}
        for n in numbers
    }
    criteria_set = parse_criteria_set(data)
    started = time.monotonic()
    (unit,) = parse_inputs({"unit": "A", "values": values}, criteria_set)
    result = evaluate(criteria_set, unit).as_json()
    assert time.monotonic() - started < 20
    assert result["total"] == "0.00"
    assert len(result["explanation"]["exact"]) > 4300, "more digits than Python converts by itself"
