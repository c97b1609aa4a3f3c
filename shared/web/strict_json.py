"""Which JSON is accepted? What RFC 8259 allows and every consumer can store; the rest is refused.

NaN, Infinity, lone surrogates, repeated keys, absurd depth and absurd numbers become a clear 400
here instead of a 500 somewhere else.
"""

import json
import re
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request

MAX_DEPTH = 32
_MAX_DIGITS = 400
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class StrictRequest(Request):
    """A request whose JSON body is parsed strictly."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json


def parse(body: bytes) -> Any:
    """The value of a JSON document.

    :raises RequestValidationError: for anything that is not strict JSON (rendered as a 400).
    """
    try:
        if _depth(body) > MAX_DEPTH:
            raise ValueError("too deep")
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_refuse,
            parse_int=_integer,
            parse_float=_number,
            object_pairs_hook=_object,
        )
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate fails here
    except (ValueError, RecursionError) as error:
        raise RequestValidationError(
            [{"type": "json_invalid", "loc": ("body",), "msg": "", "input": None}]
        ) from error
    return value


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("out of range")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("repeated key")
    return result
