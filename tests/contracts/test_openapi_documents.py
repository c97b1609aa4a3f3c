"""Is the API document valid, complete, and readable in both languages? (SPEC §7)"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.support.api_document import SERVICES, VERBS, Operation, operations
from tests.support.sample_world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("documents")]
OFFICIAL = json.loads(Path(__file__).with_name("openapi-3.1.schema.json").read_text())
VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
every_service = pytest.mark.parametrize("service", SERVICES)
Document = dict[str, Any]
# what the first start leaves none of
MADE_LATER = {
    "position",
    "key_id",
    "job_id",
    "message_id",
    "preference_id",
    "digest_id",
    "storm_id",
    "escalation_id",
}


async def document(world: World, service: str, language: str = "vi") -> Document:
    headers = {"Accept-Language": language}
    return dict(await world.admin.ok("GET", f"/{service}/openapi.json", headers=headers))


def of(document_: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document_["paths"].items():
        for verb in VERBS:
            if verb in item:
                yield path, verb, item[verb]


def differs(vietnamese: str, english: str) -> bool:
    """English is English, but for Vietnamese words it quotes."""
    own_words = re.sub(r'"[^"]*"|“[^”]*”|\([^)]*\)', "", english)
    return (
        bool(vietnamese and english) and vietnamese != english and not VIETNAMESE.search(own_words)
    )


@every_service
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_document_follows_the_official_schema(
    world: World, service: str, language: str
) -> None:
    found = await document(world, service, language)
    jsonschema_rs.validator_for(OFFICIAL).validate(found)
    assert found["openapi"].startswith("3.1.")


@every_service
async def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(
    world: World, service: str
) -> None:
    found = await document(world, service)
    schemas = found["components"]["schemas"]
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate(schema)
        assert schema, name
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(found)))
    assert references <= set(schemas)
    assert references >= set(schemas) - {"ProblemDetails"}, "no schema is left over"


@every_service
async def test_operations_have_names_of_their_own(world: World, service: str) -> None:
    names = Counter(
        operation["operationId"] for *_, operation in of(await document(world, service))
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert all(re.fullmatch("[a-z][a-z_]+", name) for name in names)


@every_service
async def test_every_operation_is_described_in_both_languages(world: World, service: str) -> None:
    vietnamese, english = [await document(world, service, lang) for lang in ("vi", "en")]
    silent = []
    for (path, verb, one), (*_, other) in zip(of(vietnamese), of(english), strict=True):
        silent += [
            f"{verb} {path} {one['operationId']}: {part}"
            for part in ("summary", "description")
            if not differs(one.get(part, ""), other.get(part, ""))
        ]
    assert silent == []


@every_service
async def test_every_tag_is_described_in_both_languages(world: World, service: str) -> None:
    documents = [await document(world, service, lang) for lang in ("vi", "en")]
    for found in documents:
        described = {tag["name"]: tag["description"] for tag in found["tags"]}
        used = {tag for *_, operation in of(found) for tag in operation["tags"]}
        assert used == set(described)
        assert all(operation["tags"] for *_, operation in of(found))
        assert all(described.values())
    for one, other in zip(documents[0]["tags"], documents[1]["tags"], strict=True):
        assert differs(one["description"], other["description"])


@every_service
async def test_every_parameter_is_described_in_both_languages(world: World, service: str) -> None:
    vietnamese, english = [await document(world, service, lang) for lang in ("vi", "en")]
    silent = set()
    for (_, _, one), (_, _, other) in zip(of(vietnamese), of(english), strict=True):
        pairs = zip(one.get("parameters", ()), other.get("parameters", ()), strict=True)
        for here, there in pairs:
            if not differs(here.get("description", ""), there.get("description", "")):
                silent.add(here["name"])
    assert silent == set()


@every_service
async def test_every_field_is_described_in_both_languages(world: World, service: str) -> None:
    """A missing one belongs into shared/texts/{vi,en}/fields.toml."""
    vietnamese, english = [
        (await document(world, service, lang))["components"]["schemas"] for lang in ("vi", "en")
    ]
    silent = set()
    for name, schema in vietnamese.items():
        for field, here in schema.get("properties", {}).items():
            there = english[name]["properties"][field]
            if not differs(here.get("description", ""), there.get("description", "")):
                silent.add(field)
    assert silent == set()


@every_service
async def test_no_english_stands_in_the_vietnamese_document(world: World, service: str) -> None:
    """Docstrings are for programmers; what an official reads comes from the catalogue."""
    found = await document(world, service)
    english = []

    def look(node: Any, place: str) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                words = isinstance(value, str) and key in {"summary", "description"}
                if words and not VIETNAMESE.search(value):
                    english.append(f"{place}: {value[:60]}")
                look(value, f"{place}/{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                look(value, f"{place}/{number}")

    look(found, "")
    assert english == []


@every_service
async def test_every_operation_tells_its_problems(world: World, service: str) -> None:
    for path, verb, operation in of(await document(world, service)):
        told = set(operation["responses"])
        wanted = {"400", "405", "408", "413", "500", "503"}
        if "/v1/" in path:
            wanted |= {"401", "403", "404"}
        if verb != "get":
            wanted |= {"409", "412", "415", "422", "428"}
        elif operation.get("parameters"):
            wanted |= {"422"}
        assert told >= wanted, f"{verb} {path}"
        for status, response in operation["responses"].items():
            if status[0] in "45" and (path, status) != (f"/{service}/health/ready", "503"):
                content = response["content"]["application/problem+json"]
                assert content["schema"]["$ref"].endswith("/ProblemDetails"), f"{verb} {path}"


@every_service
async def test_every_success_says_what_it_looks_like(world: World, service: str) -> None:
    shapeless = []
    for path, verb, operation in of(await document(world, service)):
        good = {s: r for s, r in operation["responses"].items() if s[0] == "2"}
        assert good, f"{verb} {path}"
        for status, response in good.items():
            schemas = [c.get("schema", {}) for c in response.get("content", {}).values()]
            said = [s for s in schemas if s.keys() - {"title", "description"}]
            if status != "204" and len(said) != max(len(schemas), 1):
                shapeless.append(f"{verb} {path} {status}")
    assert shapeless == []


@every_service
async def test_every_operation_but_the_public_ones_asks_for_a_key(
    world: World, service: str
) -> None:
    """Swagger sends the key only where the document asks for it."""
    found = await document(world, service)
    assert found["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    for operation in await operations(world.admin, service):
        asked = operation.raw.get("security", [])
        assert asked == ([] if operation.public else [{"ApiKey": []}]), operation.label


def is_command(operation: Operation) -> bool:
    return any(p["name"] == "Idempotency-Key" for p in operation.parameters)


@every_service
async def test_commands_and_changes_show_their_headers(world: World, service: str) -> None:
    for operation in await operations(world.admin, service):
        names = {p["name"] for p in operation.parameters}
        if operation.verb in {"put", "patch", "delete"}:
            assert "If-Match" in names, operation.label
            assert is_command(operation), operation.label
        if operation.verb == "get":
            assert not names & {"If-Match", "Idempotency-Key"}, operation.label


@every_service
async def test_every_body_has_an_example_that_fits(world: World, service: str) -> None:
    for operation in await operations(world.admin, service):
        if operation.body_type == "application/json":
            assert operation.example is not None, operation.label
            jsonschema_rs.validator_for(operation.body_schema).validate(operation.example)
        for parameter in operation.parameters:
            if "example" in parameter:
                resolved = {
                    **parameter["schema"], "components": {"schemas": operation.components}
                }  # fmt: skip
                jsonschema_rs.validator_for(resolved).validate(parameter["example"])
            elif parameter["in"] == "path":
                assert parameter["name"] in MADE_LATER, (
                    f"{operation.label}: {parameter['name']} has no example"
                )


@every_service
async def test_unknown_fields_are_refused_by_schema_and_by_service(
    world: World, service: str
) -> None:
    for operation in await operations(world.admin, service):
        if operation.body_type != "application/json":
            continue
        schema = operation.resolve(operation.body_schema)
        if schema.get("additionalProperties") is not False:
            continue
        body = {**operation.example, "khong_co_truong_nay": 1}
        assert not jsonschema_rs.validator_for(operation.body_schema).is_valid(body)
        answer = await world.admin.http.request(
            operation.verb, operation.url(), json=body, headers={"If-Match": "*"}
        )
        assert answer.status_code == 422, operation.label
        # where there is no example id yet, the path is refused too
        assert "extra_forbidden" in {error["code"] for error in answer.json()["errors"]}
