"""Which JSON Schemas describe the files of the engine? Generated from the fields that read them.

The files in `docs/schemas` are the output of `cchc score schema NAME`; a test keeps them the same.
"""

from collections.abc import Callable, Iterable, Mapping

from services.scoring.domain.criteria_set_format import CRITERIA_SET
from services.scoring.domain.fields import MAX_NAME, Schema, Text, YesNo
from services.scoring.domain.inputs import MAX_UNITS, NOT_APPLICABLE
from services.scoring.domain.printed_table import PRINTED_RESULTS
from services.scoring.domain.rules import ALL_RULES, SIMPLE_RULES
from services.scoring.domain.rules.condition_format import ConditionField
from services.scoring.domain.structures import ByName
from services.scoring.domain.texts import TABLES

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DECIMAL: Schema = {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}
_FRACTION: Schema = {"type": "string", "pattern": "^-?[0-9]+/[0-9]+$"}
_TEXT: Schema = {"type": "string"}


def criteria_set_schema() -> Schema:
    """A criteria set: `criteria-set.schema.json`."""
    definitions: Schema = {"condition": ConditionField().schema()}
    for kind in ALL_RULES:
        about = " ".join((kind.__doc__ or "").split())
        definitions[f"rule_{kind.kind}"] = {"description": about, **kind.parameters().schema()}
    return _document("criteria-set", CRITERIA_SET.schema(), definitions)


def inputs_schema() -> Schema:
    """The inputs of one unit or of several: `inputs.schema.json`."""
    definitions: Schema = {
        f"value_{kind.kind}": {
            "description": f"A value for a rule of the kind {kind.kind}",
            **kind.value_schema(),
        }
        for kind in ALL_RULES
    }
    definitions["simple_value"] = {"anyOf": _refs(f"value_{k.kind}" for k in SIMPLE_RULES)}
    definitions["not_applicable"] = NOT_APPLICABLE.schema()
    definitions["unit_inputs"] = {
        "type": "object",
        "properties": {
            "unit": Text().schema(),
            "values": {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        {"$ref": "#/$defs/not_applicable"},
                        *_refs(f"value_{kind.kind}" for kind in ALL_RULES),
                    ]
                },
            },
            "level": {"anyOf": [Text(MAX_NAME).schema(), {"type": "null"}]},
            "facts": {"anyOf": [ByName(YesNo()).schema(), {"type": "null"}]},
        },
        "required": ["unit", "values"],
        "additionalProperties": False,
    }
    return _document("inputs", _one_or_many("unit_inputs", MAX_UNITS), definitions)


def result_schema() -> Schema:
    """The result of an evaluation: `result.schema.json`."""
    line = _record(
        {
            "code": _TEXT,
            "points": _DECIMAL,
            "max": _DECIMAL,
            "exact": _FRACTION,
            "status": {"enum": ["scored", "not_applicable", "missing"]},
            "explanation": {"$ref": "#/$defs/node"},
        },
        optional={"exact"},
    )
    area = _record(
        {"code": _TEXT, "points": _DECIMAL, "max": _DECIMAL, "exact": _FRACTION}, optional={"exact"}
    )
    result = _record(
        {
            "unit": _TEXT,
            "total": _DECIMAL,
            "applicable_max": _DECIMAL,
            "index": {"anyOf": [_DECIMAL, {"type": "null"}]},
            "class": {"type": ["string", "null"]},
            "areas": {"type": "array", "items": area},
            "lines": {"type": "array", "items": line},
            "explanation": {"$ref": "#/$defs/node"},
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        }
    )
    definitions: Schema = {"result": result, "node": _explanation_node()}
    return _document("result", _one_or_many("result", MAX_UNITS), definitions)


def printed_results_schema() -> Schema:
    """A printed table to be checked: `printed-results.schema.json`."""
    return _document("printed-results", PRINTED_RESULTS.schema(), {})


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "criteria-set": criteria_set_schema,
    "inputs": inputs_schema,
    "result": result_schema,
    "printed-results": printed_results_schema,
}


def _explanation_node() -> Schema:
    properties: Schema = {
        "vi": _TEXT,
        "en": _TEXT,
        "rule": {"type": "string", "description": "kind of the rule, or what the node is about"},
        "key": {"type": "string", "description": "alternative or criterion the node is about"},
        "inputs": {"description": "the value as it was put in; null when there is none"},
        "exact": {**_FRACTION, "description": "points before rounding, or the value of a step"},
        "points": _DECIMAL,
        "max": {**_DECIMAL, "description": "the maximum that applies"},
        "rounding": _record(
            {
                "places": {"type": "integer"},
                "mode": {"enum": ["half_up", "down"]},
                "stage": {"enum": ["line", "total"]},
            }
        ),
        "policy": _record(
            {
                "because": {"enum": ["not_applicable", "zero_denominator"]},
                "policy": {"enum": ["exclude", "full", "zero"]},
            }
        ),
        "holds": {"type": "boolean", "description": "whether a condition, gate or class is met"},
        "engine": {"type": "string", "description": "version of the engine, on the root"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    }
    node = _record(properties, optional=set(properties) - {"vi", "en", "rule"})
    return {"description": "inputs → rule → points → rounding, in both languages", **node}


def _record(properties: Schema, *, optional: set[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in (optional or set())],
        "additionalProperties": False,
    }


def _refs(names: Iterable[str]) -> list[Schema]:
    return [{"$ref": f"#/$defs/{name}"} for name in names]


def _one_or_many(name: str, most: int) -> Schema:
    one = {"$ref": f"#/$defs/{name}"}
    return {"anyOf": [one, {"type": "array", "items": one, "maxItems": most}]}


def _document(name: str, schema: Schema, definitions: Schema) -> Schema:
    about = TABLES["schemas"][name]
    return {
        "$schema": _DIALECT,
        "$id": f"{name}.schema.json",
        "description": f"{about['vi']} / {about['en']}",
        **schema,
        "$defs": definitions,
    }
