"""Is a body that is not strict JSON refused with a plain 400, and never a fault?"""

import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st

from shared.web.strict_json import MAX_DEPTH, parse
from tests.support.api import Api

NOTES = "/plans/v1/notes"
JSON = {"Content-Type": "application/json"}


async def send(api: Api, body: bytes, path: str = NOTES, **headers: str) -> tuple[int, str]:
    answer = await api.http.post(path, content=body, headers=JSON | headers)
    assert answer.headers["content-type"] == "application/problem+json" or answer.is_success
    return answer.status_code, answer.json().get("code", "")


def note(title: str, more: str = "") -> bytes:
    return b'{"unit_code":"T","title":%s%s}' % (title.encode(), more.encode())


NOT_JSON = {
    "empty text": b" ",
    "trailing comma": note('"a",'),
    "comment": note('"a" /* b */'),
    "single quotes": b"{'unit_code':'T'}",
    "two documents": note('"a"') * 2,
    "cut off": note('"a"')[:-1],
    "NaN": note('"a"', ',"rank":NaN'),
    "Infinity": note('"a"', ',"rank":-Infinity'),
    "number out of range": note('"a"', ',"rank":1e999'),
    "5 000 digits": note('"a"', ',"rank":' + "9" * 5000),
    "1 000 digits": note('"a"', ',"rank":' + "9" * 1000),
    "leading zero": note('"a"', ',"rank":007'),
    "hexadecimal": note('"a"', ',"rank":0x10'),
    "underscore": note('"a"', ',"rank":1_000'),
    "full width digit": note('"a"', ',"rank":１'),
    "repeated key": note('"a"', ',"title":"b"'),
    "repeated key deep down": note('"a"', ',"x":[{"y":1,"y":2}]'),
    "lone high surrogate": note(r'"\ud800"'),
    "lone low surrogate": note(r'"\udfff"'),
    "swapped surrogates": note(r'"\ude00\ud83d"'),
    "surrogate in a key": b'{"\\ud800":1}',
    "raw control character": note('"a\x01b"'),
    "raw newline": note('"a\nb"'),
    "bytes FF": b'{"title":"\xff"}',
    "overlong NUL": b'{"title":"\xc0\x80"}',
    "UTF-8 surrogate": b'{"title":"\xed\xa0\x80"}',
    "beyond Unicode": b'{"title":"\xf5\x80\x80\x80"}',
    "cut character": b'{"title":"\xe1\xba"}',
    "UTF-16": note('"a"').decode().encode("utf-16"),
    "UTF-32": note('"a"').decode().encode("utf-32"),
    "deep list": note('"a"', ',"x":' + "[" * 33 + "]" * 33),
    "very deep list": b"[" * 100_000,
    "very deep object": b'{"a":' * 50_000,
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_what_is_not_strict_json_is_malformed(boss: Api, body: bytes) -> None:
    assert await send(boss, body) == (400, "malformed_body")
    assert await send(boss, body, "/plans/v1/numbers:double") == (400, "malformed_body")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"5", b"true", b"{}", b"[[]]", b""])
async def test_json_that_is_no_object_of_ours_is_invalid(boss: Api, body: bytes) -> None:
    assert await send(boss, body) == (422, "invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + note('"BOM"'),
        note(r'"\ud83d\ude00"'),
        note('"😀"'),
        b"\r\n\t " + note('"spaces"') + b" \n",
        note(r'"\u1ebf"'),
        note('"' + "{[" * 200 + '"'),
        note(r'"\\\" }} ]]"'),
        note('"a"', ',"rank":1.0'),
    ],
)
async def test_unusual_but_proper_json_is_accepted(boss: Api, body: bytes) -> None:
    assert (await send(boss, body))[0] == 201


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        ("", 415),
        ("text/plain", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json-seq", 415),
        ("application/vnd.api+json", 415),
        ("application/xml", 415),
        ("multipart/form-data; boundary=x", 422),
        ("multipart/form-data", 422),
        ("nonsense", 415),
        ("application/json, text/plain", 415),
    ],
)
async def test_only_json_is_taken_where_json_is_asked_for(
    boss: Api, content_type: str, status: int
) -> None:
    """Anything else would let a form on a foreign page send commands."""
    answer = await boss.http.post(
        NOTES, content=note('"a"'), headers={"Content-Type": content_type}
    )
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("body", [b"", b"{}", b"--x\r\n", b"--x--\r\n", b"rubbish", b"\x00" * 100])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data"])
async def test_a_damaged_form_is_refused(boss: Api, body: bytes, kind: str) -> None:
    answer = await boss.http.post("/plans/v1/uploads", content=body, headers={"Content-Type": kind})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"malformed_body", "invalid"}


async def test_json_where_a_file_is_asked_for_is_invalid(boss: Api) -> None:
    assert await send(boss, b"{}", "/plans/v1/uploads") == (422, "invalid")


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_whatever_json_can_say_is_understood_as_it_was_said(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=60) | st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace")))
def test_no_bytes_at_all_cause_anything_but_a_refusal(body: bytes) -> None:
    try:
        value = parse(body)
    except RequestValidationError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(("depth", "accepted"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_the_depth_limit_is_exact(depth: int, accepted: bool) -> None:
    body = b"[" * depth + b"]" * depth
    try:
        parse(body)
    except RequestValidationError:
        assert not accepted
    else:
        assert accepted
