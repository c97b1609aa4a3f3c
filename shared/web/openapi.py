"""What does the API document say? What the code says, in Vietnamese or English, with real examples.

Summaries and descriptions come from the catalogue by operation id, fields by their name, and the
ids in the examples from the database, so that "Try it out" works when pressed.
"""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.context import ServiceContext
from shared.texts import catalogue
from shared.web.problem_details import MEDIA_TYPE, ProblemDetails

_EVERY = (400, 401, 403, 404, 405, 408, 413, 500, 503)
_COMMAND = (409, 412, 415, 422, 428)
_VERBS = ("get", "post", "put", "patch", "delete")


@cache
def _load(examples: Path | None) -> dict[str, Any]:
    return json.loads(examples.read_text()) if examples else {}


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
                _add_problems(item[verb], path, verb)
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
    operation["tags"] = [texts[f"tag_names.{tag}"] for tag in operation.get("tags", ())]
    for answer in operation["responses"].values():
        answer["description"] = texts["services.success"]
    for area in (f"operations_{name}", "operations_platform"):
        if f"{area}.{operation_id}.summary" in texts:
            operation["summary"] = texts[f"{area}.{operation_id}.summary"]
            operation["description"] = texts[f"{area}.{operation_id}.description"]
    example = examples.get(operation_id, {})
    for parameter in operation.get("parameters", ()):
        key = f"parameters.{parameter['name'].lower().replace('-', '_')}"
        parameter["description"] = texts.get(key, parameter.get("description", ""))
        value = example.get("parameters", {}).get(parameter["name"]) or ids.get(parameter["name"])
        if value is None and parameter["name"] == "If-Match":
            value = "*"
        if value is not None:
            parameter["example"] = value
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "body" in example:
            content["example"] = _fill(example["body"], ids)


def _fill(value: Any, ids: Mapping[str, str]) -> Any:
    """Replace "{plan_id}" in an example body by an id that exists."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return ids.get(value[1:-1], value)
    if isinstance(value, dict):
        return {key: _fill(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, ids) for item in value]
    return value


def _add_problems(operation: dict[str, Any], path: str, verb: str) -> None:
    statuses = _EVERY if verb == "get" else (*_EVERY, *_COMMAND)
    if verb == "get" and operation.get("parameters"):
        statuses = (*statuses, 422)
    public = "/v1/" not in path
    for status in sorted(statuses):
        if public and status in {401, 403, 404}:
            continue
        operation["responses"].setdefault(str(status), {})
        operation["responses"][str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }


def _describe_fields(schemas: dict[str, Any], texts: Mapping[str, str]) -> None:
    for schema in schemas.values():
        for field, definition in schema.get("properties", {}).items():
            if f"fields.{field}" in texts:
                definition["description"] = texts[f"fields.{field}"]
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
