"""What does an API document offer? Read for tests that must cover every operation there will be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.api import Api

VERBS = ("get", "post", "put", "patch", "delete")
SERVICES = ("plans", "scoring", "notifications")
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A place where a caller puts a value: a parameter, or a path of keys into the body."""

    place: str  # path | query | header | body
    name: tuple[str | int, ...]
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """One operation with everything it refers to written out."""

    service: str
    path: str
    verb: str
    raw: Mapping[str, Any]
    components: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["operationId"])

    @property
    def label(self) -> str:
        return f"{self.service}.{self.id}"

    @property
    def public(self) -> bool:
        """Whether it is meant for machines without a key."""
        return "/v1/" not in self.path

    @property
    def parameters(self) -> list[Schema]:
        return list(self.raw.get("parameters", ()))

    @property
    def body_type(self) -> str | None:
        content = self.raw.get("requestBody", {}).get("content", {})
        return next(iter(content), None)

    @property
    def body_schema(self) -> Schema:
        """The body's schema with its definitions beside it, so that a validator can follow."""
        schema = self.raw["requestBody"]["content"][self.body_type]["schema"]
        return {**schema, "components": {"schemas": self.components}}

    @property
    def example(self) -> Any:
        return self.raw["requestBody"]["content"][self.body_type].get("example")

    def url(self, **values: str) -> str:
        """The path with its parameters filled: from the values, else from the examples."""
        url = self.path
        for parameter in self.parameters:
            if parameter["in"] == "path":
                value = values.get(parameter["name"], str(parameter.get("example", "x")))
                url = url.replace("{" + parameter["name"] + "}", value)
        return url

    def query(self) -> dict[str, str]:
        """The query parameters that have an example."""
        return {
            p["name"]: str(p["example"])
            for p in self.parameters
            if p["in"] == "query" and "example" in p
        }

    def fields(self) -> Iterator[Field]:
        """Every place for a value, down into the body."""
        for parameter in self.parameters:
            yield Field(parameter["in"], (parameter["name"],), self.resolve(parameter["schema"]))
        if self.body_type == "application/json":
            yield from self._body_fields(self.body_schema, ())

    def _body_fields(self, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Field]:
        schema = self.resolve(schema)
        yield Field("body", path, schema)
        if len(path) > 4:
            return
        for name, inner in schema.get("properties", {}).items():
            yield from self._body_fields(inner, (*path, name))
        if "items" in schema:
            yield from self._body_fields(schema["items"], (*path, 0))

    def resolve(self, schema: Schema) -> Schema:
        """Follow a reference, and take the first of several shapes that says something."""
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        for key in ("anyOf", "oneOf", "allOf"):
            shapes = [s for s in schema.get(key, ()) if s.get("type") != "null"]
            if shapes:
                return self.resolve(shapes[0])
        return schema

    def valid(self, schema: Schema) -> Any:
        """A value that fits a schema, for the fields around the one that is bent."""
        schema = self.resolve(schema)
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type")
        if kind == "object":
            required = schema.get("required", ())
            return {
                n: self.valid(s) for n, s in schema.get("properties", {}).items() if n in required
            }
        if kind == "array":
            return [self.valid(schema["items"])] if schema.get("minItems") else []
        if kind == "integer":
            return schema.get("minimum", 1)
        formats = {"date": "2026-12-01", "date-time": "2026-12-01T08:00:00+07:00", "uuid": _ID}
        return {"boolean": False, "number": 1}.get(
            str(kind), formats.get(schema.get("format", ""), "X1")
        )


_ID = "01980000-0000-7000-8000-000000000000"


async def operations(admin: Api, *services: str) -> list[Operation]:
    """All operations of these services, or of all."""
    found = []
    for service in services or SERVICES:
        document = await admin.ok("GET", f"/{service}/openapi.json")
        schemas = document["components"]["schemas"]
        found += [
            Operation(service, path, verb, item[verb], schemas)
            for path, item in document["paths"].items()
            for verb in VERBS
            if verb in item
        ]
    return found
