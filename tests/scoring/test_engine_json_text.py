"""JSON documents are read without guessing, and the refusal says what is wrong."""

import pytest

from services.scoring.domain.json_text import MAX_MEGABYTES, InvalidJson, read_json


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[1,]", "not_json"),
        (b"{} {}", "not_json"),
        (b"\xff", "not_utf8"),
        ("đ".encode("utf-16"), "not_utf8"),
        (b"[NaN]", "not_a_json_number"),
        (b"-Infinity", "not_a_json_number"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "json_repeated_key"),
        (b"[" * 100_000, "json_too_deep"),
        (b"1" * 401, "json_too_many_digits"),
        (b"1" * 5000, "json_too_many_digits"),
        (b" " * (MAX_MEGABYTES * 1024 * 1024 + 1), "too_big"),
    ],
    ids=lambda part: repr(part)[:24],
)
def test_what_is_not_json_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        read_json(raw)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_syntax_error_is_placed() -> None:
    with pytest.raises(InvalidJson) as refused:
        read_json(b'{\n  "a": nope}')
    assert refused.value.problems[0].message() == "Không phải JSON (dòng 2, cột 8)"


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b'{"a": [1, "x", null, true]}', {"a": [1, "x", None, True]}),
        (b"\xef\xbb\xbf5", 5),
        ('"Đơn vị"'.encode(), "Đơn vị"),
        (b'{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
    ],
    ids=lambda part: repr(part)[:24],
)
def test_json_is_read(raw: bytes, data: object) -> None:
    assert read_json(raw) == data
