"""By which hash are a criteria set, inputs and a result known again?

SHA-256 of a canonical JSON text: keys sorted, decimals in their shortest form, defaults left out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction

from services.scoring.domain.decimals import plain
from services.scoring.domain.formulas import Formula


def canonical(value: object) -> object:
    """The value as plain JSON data; what is absent or empty does not appear in objects."""
    match value:
        case Fraction():
            return plain(value)
        case None | bool() | int() | str():
            return value
        case Formula():
            return value.text
        case Mapping():
            return {str(key): canonical(entry) for key, entry in value.items()}
        case tuple() | list():
            return [canonical(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        kind = getattr(value, "kind", None)
        shape = {"kind": kind} if isinstance(kind, str) else {"shape": type(value).__name__}
        return shape | {
            name.rstrip("_"): canonical(entry)
            for name, entry in named.items()
            if entry is not None and entry not in ("", ())
        }
    raise TypeError(f"{type(value).__name__} has no canonical form")


def fingerprint(*values: object) -> str:
    """The hash of some values, in 64 hexadecimal digits."""
    text = json.dumps(
        [canonical(value) for value in values],
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()
