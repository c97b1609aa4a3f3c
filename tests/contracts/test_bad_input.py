"""Is no input whatever a fault of the server? (reliability-and-security.md §A.3 H1, §C)

Fields come from the API documents, values from the lists, so that new endpoints are covered by
themselves. Each run sends some values to every field; CCHC_BAD_VALUES=all sends all to all.
"""

import copy
import json
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from shared.ids import new_id
from tests.support import bad_values
from tests.support.api_document import SERVICES, Field, Operation, operations
from tests.support.raw_asgi import Answer, call
from tests.support.sample_world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("bad input"),
]
every_service = pytest.mark.parametrize("service", SERVICES)
SETTING = os.environ.get("CCHC_BAD_VALUES", "3")
CANARY = "CHIM-BAO-BAO"  # put beside bad values: it must never come back in a problem


def some(values: Sequence[Any], turn: int) -> list[Any]:
    """A part of the values that moves on with each field, so that together all are tried."""
    if SETTING == "all":
        return list(values)
    count = min(int(SETTING), len(values))
    return [values[(turn * count + n) % len(values)] for n in range(count)]


def assert_is_answered(
    operation: Operation, status: int, kind: str, content: bytes, bad: Any
) -> None:
    """Anything but a fault; and a refusal is a documented problem that does not echo."""
    place = f"{operation.label} with {str(bad)[:80]!r}: {status} {content[:300]!r}"
    assert status < 500, place
    if status < 400:
        return
    assert str(status) in operation.raw["responses"], f"undocumented: {place}"
    assert kind == "application/problem+json", place
    problem = json.loads(content)
    assert problem["status"] == status, place
    assert problem["code"], place
    assert problem["title"], place
    assert CANARY.encode() not in content, f"echo: {place}"
    assert len(content) < 30_000, place


def bent(body: Any, path: tuple[str | int, ...], bad: Any) -> Any:
    """A body with the bad value at a place; lists and objects on the way are made if need be."""
    if not path:
        return bad
    whole = {"root": copy.deepcopy(body)}
    node: Any = whole
    keys: list[str | int] = ["root", *path]
    for key, following in pairwise(keys):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(key, int):
            while len(node) <= key:
                node.append(copy.deepcopy(empty))
        if not isinstance(node[key] if isinstance(key, int) else node.get(key), type(empty)):
            node[key] = empty
        node = node[key]
    last = keys[-1]
    if isinstance(last, int):
        node.insert(last, bad)
    else:
        node[last] = bad
    return whole["root"]


async def send(world: World, operation: Operation, field: Field, bad: Any) -> httpx.Response:
    url, query = operation.url(), operation.query()
    headers = {"Idempotency-Key": str(new_id()), "If-Match": '"1"'}
    content: dict[str, Any] = {}
    if operation.body_type == "application/json":
        body = (
            bent(operation.example, field.name, bad) if field.place == "body" else operation.example
        )
        text = json.dumps(body)  # with \uXXXX escapes: surrogates and NUL travel as well
        content = {"content": text, "headers": headers | {"Content-Type": "application/json"}}
    else:
        content = {"headers": headers}
    if operation.body_type == "multipart/form-data":
        content["files"] = {"file": ("a.docx", f"not a document {CANARY}".encode())}
    written = bad if isinstance(bad, str) else json.dumps(bad)
    if field.place == "path":
        url = operation.url(**{str(field.name[0]): quote(written[:4000], safe="")})
    elif field.place == "query":
        query[str(field.name[0])] = written[:5000]
    elif field.place == "header":
        content["headers"][str(field.name[0])] = written[:8000].encode("latin-1", "replace")
    return await world.admin.http.request(operation.verb, url, params=query, **content)


@every_service
async def test_bad_values_in_every_place_are_no_fault(world: World, service: str) -> None:
    world.forget_everything()
    sent = 0
    for operation in await operations(world.admin, service):
        for field in operation.fields():
            for bad in some(bad_values.for_field(field.schema), sent):
                answer = await send(world, operation, field, bad)
                kind = answer.headers.get("content-type", "")
                assert_is_answered(
                    operation, answer.status_code, kind, answer.content, (field.name, bad)
                )
                sent += 1
    assert sent > 100


@every_service
async def test_every_problem_has_its_words_in_both_languages(world: World, service: str) -> None:
    world.forget_everything()
    for operation in await operations(world.admin, service):
        for field in list(operation.fields())[:3]:
            told = []
            for language in ("vi", "en"):
                world.admin.http.headers["Accept-Language"] = language
                bad = {"x" * 5: CANARY} if field.place == "body" else CANARY + "\x01"
                answer = await send(world, operation, field, bad)
                if answer.is_error:
                    told.append(answer.json())
            if told:
                assert told[0]["title"] != told[1]["title"], operation.label
                assert told[0]["code"] == told[1]["code"]
    del world.admin.http.headers["Accept-Language"]


@every_service
async def test_values_that_are_refused_are_not_repeated(world: World, service: str) -> None:
    world.forget_everything()
    for operation in await operations(world.admin, service):
        for field in operation.fields():
            for bad in ({"x": [CANARY]}, CANARY + "\x00" + "x" * 3000):
                if isinstance(bad, dict) and field.place != "body":
                    continue
                answer = await send(world, operation, field, bad)
                if not answer.is_error:
                    continue
                assert CANARY not in answer.text, (
                    f"{operation.label} {field.name}: {answer.text[:300]}"
                )


@every_service
async def test_sorts_and_cursors_are_checked(world: World, service: str) -> None:
    for operation in await operations(world.admin, service):
        names = {p["name"] for p in operation.parameters}
        for name, values in (("sort", bad_values.SORTS), ("cursor", bad_values.CURSORS)):
            for value in values if name in names else ():
                answer = await world.admin.get(operation.url(), params={name: value})
                assert answer.status_code in ({200, 422} if value in {"", "1"} else {422}), (
                    f"{operation.label} {name}={value!r}: {answer.status_code}"
                )


async def raw(world: World, operation: Operation, **request: Any) -> Answer:
    key = world.admin.http.headers["x-api-key"].encode()
    headers = [(b"x-api-key", key), *request.pop("headers", ())]
    path = request.pop("path", operation.url())
    return await call(
        world.app, request.pop("method", operation.verb.upper()), path, headers=headers, **request
    )


JSON = (b"content-type", b"application/json")
BODIES: dict[str, tuple[tuple[tuple[bytes, bytes], ...], bytes]] = {
    "nothing": ((), b""),
    "nothing as JSON": ((JSON,), b""),
    "null": ((JSON,), b"null"),
    "list": ((JSON,), b"[]"),
    "number": ((JSON,), b"5"),
    "NaN": ((JSON,), b'{"a":NaN}'),
    "repeated key": ((JSON,), b'{"a":1,"a":2}'),
    "deep": ((JSON,), b"[" * 10_000),
    "not UTF-8": ((JSON,), b'{"a":"\xff"}'),
    "surrogate": ((JSON,), b'{"a":"\\ud800"}'),
    "surrogate key": ((JSON,), b'{"\\ud800":1}'),
    "thousands of digits": ((JSON,), b'{"a":' + b"9" * 5_000 + b"}"),
    "many keys": ((JSON,), json.dumps({str(n): n for n in range(5_000)}).encode()),
    "long key": ((JSON,), json.dumps({"k" * 100_000: 1}).encode()),
    "too large": ((JSON,), b" " * 1_000_001),
    "no type": ((), b"{}"),
    "text": (((b"content-type", b"text/plain"),), b"{}"),
    "gzip": ((JSON, (b"content-encoding", b"gzip")), b"\x1f\x8b\x08\x00"),
    "form without boundary": (((b"content-type", b"multipart/form-data"),), b"--x\r\n"),
    "broken form": (((b"content-type", b"multipart/form-data; boundary=x"),), b"--x\r\nrubbish"),
    "form for a value": (
        ((b"content-type", b"multipart/form-data; boundary=x"),),
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--\r\n',
    ),
    "negative length": ((JSON, (b"content-length", b"-1")), b"{}"),
    "absurd length": ((JSON, (b"content-length", b"9" * 4400)), b"{}"),
}


@every_service
async def test_bodies_of_every_bad_form_are_no_fault(world: World, service: str) -> None:
    world.forget_everything()
    everything = list(BODIES.items())
    for turn, operation in enumerate(await operations(world.admin, service)):
        # where a body is read all are tried, elsewhere some
        tried = everything if operation.body_type else some(everything, turn)
        for name, (headers, body) in tried:
            answer = await raw(
                world, operation, headers=[*headers, (b"if-match", b"*")], chunks=[body]
            )
            kind = answer.headers.get("content-type", "")
            assert_is_answered(operation, answer.status, kind, answer.body, name)


def odd_headers() -> Iterator[tuple[str, list[tuple[bytes, bytes]]]]:
    for value in (b"", b" ", b"x" * 256, b"\xc3\xa9", b'"', b"a b", b"a\x00b", b"\xff\xfe"):
        yield "idempotency-key", [(b"idempotency-key", value)]
    for value in (
        b"",
        b'W/"1"',
        b"1",
        b'"1", "2"',
        b'""',
        b"x" * 500,
        b"\xff",
        b'"9999999999999999999999"',
    ):
        yield "if-match", [(b"if-match", value)]
    for value in (b"", b"x" * 10_000, b"\xff", b"en;q=" + b"9" * 400, b";;,,;q=", b"en\x00"):
        yield "accept-language", [(b"accept-language", value)]
    for value in (b"", b"text/csv", b"*/*;q=x", b"\xff", b"application/xml", b"x" * 10_000):
        yield "accept", [(b"accept", value)]
    yield "traceparent", [(b"traceparent", b"00-" + b"g" * 32)]
    yield "host", [(b"host", b"evil.example/../x")]
    yield "two hosts", [(b"host", b"a"), (b"host", b"b")]
    yield "forwarded", [(b"x-forwarded-for", b"1.1.1.1, " * 500)]
    yield "cookies", [(b"cookie", b"a=b")] * 200
    yield "range", [(b"range", b"bytes=0-" + b",0-" * 500)]
    yield "if-none-match", [(b"if-none-match", b"\xff" * 100)]
    yield "prefer", [(b"prefer", b"\xff" * 101)]


@every_service
async def test_headers_of_every_bad_form_are_no_fault(world: World, service: str) -> None:
    world.forget_everything()
    everything = list(odd_headers())
    for turn, operation in enumerate(await operations(world.admin, service)):
        body = (
            json.dumps(operation.example).encode()
            if operation.body_type == "application/json"
            else b""
        )
        kind = [JSON] if body else []
        for name, headers in some(everything, turn):
            answer = await raw(world, operation, headers=[*kind, *headers], chunks=[body])
            shown = answer.headers.get("content-type", "")
            if answer.status != 304:
                assert_is_answered(
                    operation, answer.status, shown, answer.body, (name, headers[:1])
                )


@every_service
async def test_raw_bytes_in_path_and_query_are_no_fault(world: World, service: str) -> None:
    world.forget_everything()
    for operation in await operations(world.admin, service):
        queries = [p["name"].encode() for p in operation.parameters if p["in"] == "query"]
        for turn, name in enumerate(queries):
            for value in some(bad_values.RAW, turn):
                answer = await raw(world, operation, query=name + b"=" + value)
                assert_is_answered(
                    operation, answer.status, answer.headers["content-type"], answer.body, value
                )
        for value in bad_values.RAW:
            if "{" in operation.path:
                path = operation.path[: operation.path.index("{")] + value.decode("latin-1")
                answer = await raw(world, operation, path=path)
                assert answer.status < 500, (operation.label, value)
        for query in (
            b"&&&==;",
            b"a=b&" * 2000,
            b"limit=1&limit=2",
            b"limit[]=1",
            b"\xff\xfe=\x00",
            b"?" * 500,
        ):
            answer = await raw(world, operation, query=query)
            assert answer.status < 500, (operation.label, query[:40])


@every_service
async def test_odd_methods_and_slashes_are_refused_by_name(world: World, service: str) -> None:
    for operation in await operations(world.admin, service):
        for method in ("TRACE", "PROPFIND", "CONNECT", "get", "", "G E T", "X" * 300):
            answer = await raw(world, operation, method=method)
            if answer.status != 404:
                assert answer.status == 405, (operation.label, method)
                assert operation.verb.upper() in answer.headers["allow"], operation.label
        for path in (
            operation.url() + "/",
            "/" + operation.url(),
            operation.url() + "//",
            operation.url() + "/.",
        ):
            answer = await raw(world, operation, path=path)
            assert answer.status in {404, 405}, (operation.label, path)
            assert answer.headers["content-type"] == "application/problem+json"
