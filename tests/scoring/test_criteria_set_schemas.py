"""The published schemas say what the reader does: same files accepted, same files refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.scoring.domain import (
    InvalidData,
    parse_criteria_set,
    parse_inputs,
    parse_printed_results,
)
from services.scoring.domain.rules import ALL_RULES
from services.scoring.domain.schemas import SCHEMAS
from tests.scoring.engine_cases import DATA, HALF_UP, RULEBOOKS, a_set, leaf, load, scored
from tests.scoring.test_engine_rule_kinds import TABLE

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"
RATIO = {"kind": "ratio"}


def fits(schema: dict[str, Any], data: Any, root: dict[str, Any]) -> bool:
    """The part of JSON Schema 2020-12 that these schemas use."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return (
        fits_words(schema, data)
        and fits_parts(schema, data, root)
        and fits_kind(schema, data)
        and fits_inside(schema, data, root)
    )


def fits_words(schema: dict[str, Any], data: Any) -> bool:
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return allowed is None or any(data == word and isinstance(data, type(word)) for word in allowed)


def fits_parts(schema: dict[str, Any], data: Any, root: dict[str, Any]) -> bool:
    if "anyOf" in schema and not any(fits(part, data, root) for part in schema["anyOf"]):
        return False
    return "oneOf" not in schema or sum(fits(part, data, root) for part in schema["oneOf"]) == 1


def fits_kind(schema: dict[str, Any], data: Any) -> bool:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return not kinds or any(is_a(kind, data) for kind in kinds)


def fits_inside(schema: dict[str, Any], data: Any, root: dict[str, Any]) -> bool:
    match data:
        case dict():
            return fits_object(schema, data, root)
        case list():
            items = schema.get("items", {})
            return within(schema, len(data), "Items") and all(fits(items, x, root) for x in data)
        case str():
            found = re.search(schema["pattern"], data) if "pattern" in schema else True
            return bool(found) and within(schema, len(data), "Length")
        case int() if not isinstance(data, bool):
            below = data < schema.get("exclusiveMaximum", data + 1)
            return below and schema.get("minimum", data) <= data <= schema.get("maximum", data)
    return True


def fits_object(schema: dict[str, Any], data: dict[str, Any], root: dict[str, Any]) -> bool:
    known = schema.get("properties", {})
    if any(name not in data for name in schema.get("required", [])):
        return False
    if not within(schema, len(data), "Properties"):
        return False
    for name, value in data.items():
        rest = schema.get("additionalProperties", True)
        if name in known:
            if not fits(known[name], value, root):
                return False
        elif rest is False or (isinstance(rest, dict) and not fits(rest, value, root)):
            return False
    return True


def within(schema: dict[str, Any], size: int, what: str) -> bool:
    return bool(schema.get(f"min{what}", 0) <= size <= schema.get(f"max{what}", size))


def is_a(kind: str, data: Any) -> bool:
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    if kind == "integer":
        return isinstance(data, int) and not isinstance(data, bool)
    return isinstance(data, types[kind])


def valid(name: str, data: Any) -> bool:
    schema = load(PUBLISHED / f"{name}.schema.json")
    return fits(schema, data, schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_file_is_what_the_reader_says(name: str) -> None:
    assert load(PUBLISHED / f"{name}.schema.json") == SCHEMAS[name]()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_reference_of_a_schema_leads_somewhere(name: str) -> None:
    text = (PUBLISHED / f"{name}.schema.json").read_text(encoding="utf-8")
    definitions = load(PUBLISHED / f"{name}.schema.json")["$defs"]
    assert set(re.findall(r"#/\$defs/(\w+)", text)) <= set(definitions)


def test_every_rule_kind_is_published_with_its_parameters_and_its_value() -> None:
    sets, inputs = SCHEMAS["criteria-set"](), SCHEMAS["inputs"]()
    for kind in ALL_RULES:
        assert f"rule_{kind.kind}" in sets["$defs"]  # type: ignore[operator]
        assert f"value_{kind.kind}" in inputs["$defs"]  # type: ignore[operator]


FILES = [*sorted(RULEBOOKS.glob("*.json")), DATA / "ha-tinh-2021.criteria.json"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_real_criteria_sets_fit_the_schema(file: Path) -> None:
    assert valid("criteria-set", load(file))


def test_real_inputs_and_their_result_fit_their_schemas() -> None:
    data, inputs = (
        load(DATA / "ha-tinh-2021.criteria.json"),
        load(DATA / "ha-tinh-2021.inputs.json"),
    )
    assert valid("inputs", inputs)
    assert valid("inputs", [inputs, inputs])
    assert valid("result", scored(data, inputs["values"]))


def test_a_real_printed_table_fits_its_schema() -> None:
    assert valid("printed-results", load(DATA / "ha-tinh-2021.printed.json"))


@pytest.mark.parametrize(("rule", "value", "_points"), TABLE, ids=lambda part: str(part)[:30])
def test_each_kind_fits_the_schemas_from_the_set_to_the_result(
    rule: dict[str, Any], value: dict[str, Any], _points: str
) -> None:
    data = a_set(leaf("1", rule), rounding={**HALF_UP, "stage": "total"})
    assert valid("criteria-set", data)
    assert valid("inputs", {"unit": "A", "values": {"1": value}})
    assert valid("result", scored(data, {"1": value}))


WRONG_SETS = [
    a_set(leaf("1", {"kind": "ratio", "flor": "1"})),
    a_set(leaf("1", {"kind": "ratios"})),
    a_set(leaf("1", RATIO, most=1)),  # type: ignore[arg-type]
    a_set(leaf("1", RATIO, most="-1")),
    a_set(leaf("1", RATIO, na_policy="skip")),
    a_set(leaf("1", {"kind": "external_scale", "scale_max": "0.0"})),
    a_set(leaf("1", {"kind": "bands", "bands": []})),
    a_set(leaf("1", RATIO), rounding={"places": 2, "mode": "up", "stage": "line"}),
    a_set(leaf("1", RATIO), classes=[{"name": "A", "min": 80}]),
    a_set(),
    {**a_set(leaf("1", RATIO)), "extra": 1},
    [],
]


@pytest.mark.parametrize("data", WRONG_SETS, ids=lambda data: str(data)[80:140])
def test_what_the_reader_refuses_in_a_set_does_not_fit_the_schema(data: Any) -> None:
    with pytest.raises(InvalidData):
        parse_criteria_set(data)
    assert not valid("criteria-set", data)


WRONG_VALUES = [
    {"percent": 85},
    {"percent": "1,5"},
    {"numerator": "1"},
    {"percent": "1", "numerator": "1", "denominator": "1"},
    {"not_applicable": False},
    {"answer": True},
    {"unknown": "1"},
    None,
]


@pytest.mark.parametrize("value", WRONG_VALUES, ids=str)
def test_what_the_reader_refuses_in_inputs_does_not_fit_the_schema(value: Any) -> None:
    criteria_set = parse_criteria_set(a_set(leaf("1", RATIO)))
    data = {"unit": "A", "values": {"1": value}}
    with pytest.raises(InvalidData):
        parse_inputs(data, criteria_set)
    assert not valid("inputs", data)


WRONG_TABLES: list[Any] = [
    {},
    {"rows": []},
    {"rows": [{"code": "1", "points": 9.03, "max": "11"}]},
    {"rows": [{"code": "1", "points": "9.03"}]},
    {"rows": [{"code": "1", "points": "9.03", "max": "11", "score": "1"}]},
    {"rows": [{"code": "1", "points": "1.000,5", "max": "11"}]},
    {"rows": [{"code": "1", "points": "1", "max": "11"}], "lists": "some"},
]


@pytest.mark.parametrize("data", WRONG_TABLES, ids=str)
def test_what_the_reader_refuses_in_a_table_does_not_fit_the_schema(data: Any) -> None:
    with pytest.raises(InvalidData):
        parse_printed_results(data)
    assert not valid("printed-results", data)
