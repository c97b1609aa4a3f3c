"""Is this a JSON document that can be read without guessing? Bytes in, plain data out.

Refused beside broken JSON: bytes that are not UTF-8, NaN and Infinity, a key that appears twice in
one object, endless nesting and endless numbers.
"""

import json
from typing import Any

from services.scoring.domain.problems import InvalidData, Problem, printable

MAX_MEGABYTES = 20
_MAX_NUMBER = 400


class InvalidJson(InvalidData):
    """The bytes are not a JSON document; there is one problem, at the root."""


def read_json(raw: bytes) -> object:
    """The data of a JSON document.

    :raises InvalidJson: when it is none.
    """
    if len(raw) > MAX_MEGABYTES * 1024 * 1024:
        raise _invalid("too_big", most=MAX_MEGABYTES)
    try:
        text = raw.decode("utf-8-sig")
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_short_integer,
            object_pairs_hook=_without_repeats,
        )
    except UnicodeDecodeError as error:
        raise _invalid("not_utf8") from error
    except json.JSONDecodeError as error:
        raise _invalid("not_json", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise _invalid("json_too_deep") from error


def _refuse_constant(_name: str) -> object:
    raise _invalid("not_a_json_number")


def _short_integer(digits: str) -> int:
    # int() of thousands of digits is slow, and refused by Python without saying where
    if len(digits) > _MAX_NUMBER:
        raise _invalid("json_too_many_digits")
    return int(digits)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _invalid("json_repeated_key", key=printable(key))
            seen.add(key)
    return found


def _invalid(code: str, **params: object) -> InvalidJson:
    return InvalidJson([Problem("", code, params)])
