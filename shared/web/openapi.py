"""What does the API document say? What the code says, in Vietnamese or English, with real examples.

Summaries and descriptions come from the catalogue by operation id, fields by their name, and the
ids in the examples from the database, so that "Try it out" works when pressed.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.context import ServiceContext
from shared.texts import catalogue
from shared.web.problem_details import MEDIA_TYPE, ProblemDetails

_EVERY = (400, 401, 403, 404, 405, 408, 413, 500, 503)
_COMMAND = (409, 412, 415, 422, 428)
UNPROCESSABLE = 422
_VERBS = ("get", "post", "put", "patch", "delete")


_PLATFORM_EXAMPLES = Path(__file__).parent / "platform_examples.json"


@cache
def _load(examples: Path | None) -> dict[str, Any]:
    """A service's own examples beside those of the endpoints every service has."""
    files = [_PLATFORM_EXAMPLES, *([examples] if examples else [])]
    return {key: value for file in files for key, value in json.loads(file.read_text()).items()}


async def document(
    app: FastAPI, name: str, context: ServiceContext, examples: Path | None, language: str
) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a service."""
    texts = catalogue(language)
    result = get_openapi(
        title=texts[f"services.{name}.title"],
        version=app.version,
        description=texts[f"services.{name}.description"],
        routes=app.routes,
    )
    ids = await _example_ids(context)
    for path, item in result["paths"].items():
        for verb in _VERBS:
            if verb in item:
                _describe(item[verb], name, texts, _load(examples), ids)
                _offer_csv(item[verb])
                _add_problems(item[verb], path, verb)
                for status, answer in item[verb]["responses"].items():
                    answer["description"] = texts[f"statuses.{status}"]
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas |= schemas["ProblemDetails"].pop("$defs", {})
    _describe_fields(schemas, texts)
    scheme = result["components"].get("securitySchemes", {}).get("ApiKey")
    if scheme:
        scheme["description"] = texts["services.api_key"]
    result["tags"] = _tags(result, texts)
    return result


def _describe(
    operation: dict[str, Any],
    name: str,
    texts: Mapping[str, str],
    examples: Mapping[str, Any],
    ids: Mapping[str, str],
) -> None:
    operation_id = operation["operationId"]
    ids = {**ids, **_own(ids, operation_id)}
    operation["tags"] = [texts[f"tag_names.{tag}"] for tag in operation.get("tags", ())]
    for area in (f"operations_{name}", "operations_platform"):
        if f"{area}.{operation_id}.summary" in texts:
            operation["summary"] = texts[f"{area}.{operation_id}.summary"]
            operation["description"] = texts[f"{area}.{operation_id}.description"]
    example = examples.get(operation_id, {})
    for parameter in operation.get("parameters", ()):
        word = parameter["name"].lower().replace("-", "_")
        for key in (f"parameters.{word}", f"parameters.{operation_id}.{word}"):
            if key in texts:
                parameter["description"] = texts[key]
        shown = _fill(example.get("parameters", {}).get(parameter["name"]), ids)
        value = shown or ids.get(parameter["name"])
        if value is None and parameter["name"] == "If-Match":
            value = "*"
        if value is not None:
            parameter["example"] = value
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "body" in example:
            content["example"] = _fill(example["body"], ids)


def _own(ids: Mapping[str, str], operation_id: str) -> dict[str, str]:
    """Ids named "operation.parameter" are for that operation alone: it needs another state."""
    prefix = f"{operation_id}."
    return {k.removeprefix(prefix): v for k, v in ids.items() if k.startswith(prefix)}


def _fill(value: Any, ids: Mapping[str, str]) -> Any:
    """Replace "{plan_id}" in an example body by an id that exists; "{name|other}": else the other."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        name, _, otherwise = value[1:-1].partition("|")
        return ids.get(name, otherwise or value)
    if isinstance(value, dict):
        return {key: _fill(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, ids) for item in value]
    return value


def _offer_csv(operation: dict[str, Any]) -> None:
    """Any list is also a spreadsheet."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").startswith("#/components/schemas/Page_"):
        content["text/csv"] = {"schema": {"type": "string"}}


def _add_problems(operation: dict[str, Any], path: str, verb: str) -> None:
    statuses = _EVERY if verb == "get" else (*_EVERY, *_COMMAND)
    if verb == "get" and operation.get("parameters"):
        statuses = (*statuses, 422)
    public = "/v1/" not in path
    for status in sorted(statuses):
        if public and status in {401, 403, 404}:
            continue
        if status == UNPROCESSABLE or str(status) not in operation["responses"]:
            # instead of the framework's own; what an endpoint declares for itself stays
            schema = {"$ref": "#/components/schemas/ProblemDetails"}
            operation["responses"][str(status)] = {"content": {MEDIA_TYPE: {"schema": schema}}}


def _describe_fields(schemas: dict[str, Any], texts: Mapping[str, str]) -> None:
    """Fields by their name; where one name means two things, by "Schema.name"."""
    for name, schema in schemas.items():
        schema.pop("description", None)  # the docstring, which is for programmers
        for field, definition in schema.get("properties", {}).items():
            for key in (f"fields.{field}", f"fields.{name}.{field}"):
                if key in texts:
                    definition["description"] = texts[key]
            definition.pop("title", None)


def _tags(result: dict[str, Any], texts: Mapping[str, str]) -> list[dict[str, str]]:
    """The groups in the order of their first operation, what all services have last."""
    used: dict[str, None] = {}
    for item in result["paths"].values():
        for verb in _VERBS:
            used.update(dict.fromkeys(item.get(verb, {}).get("tags", ())))
    described = {
        texts[key]: texts[f"tags.{key.removeprefix('tag_names.')}"]
        for key in texts
        if key.startswith("tag_names.")
    }
    common = texts["tag_names.platform"]
    return [
        {"name": name, "description": described[name]}
        for name in sorted(used, key=lambda name: name == common)
    ]


async def _example_ids(context: ServiceContext) -> dict[str, str]:
    found: dict[str, str] = {}
    async with context.database.reading() as session:
        for name, statement in context.example_ids.items():
            value = await session.scalar(statement.limit(1))
            if value is not None:
                found[name] = str(value)
    return found
