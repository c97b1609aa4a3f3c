"""In which words does the platform speak? One catalogue of texts, Vietnamese first, English beside.

Keys are dotted paths into the TOML files of `vi/` and `en/`; the file name is the first part.
"""

import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE = "vi"
current_language: ContextVar[str] = ContextVar("current_language", default=DEFAULT_LANGUAGE)

_HERE = Path(__file__).parent


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by dotted key."""
    texts: dict[str, str] = {}
    for file in sorted((_HERE / language).glob("*.toml")):
        with file.open("rb") as stream:
            _flatten(tomllib.load(stream), file.stem, texts)
    return texts


def _flatten(node: Mapping[str, Any], prefix: str, into: dict[str, str]) -> None:
    for key, value in node.items():
        path = f"{prefix}.{key}"
        if isinstance(value, Mapping):
            _flatten(value, path, into)
        else:
            into[path] = str(value)


def text(key: str, /, *, language: str | None = None, **values: Any) -> str:
    """The text of a key with its placeholders filled.

    :raises KeyError: for a key the catalogue does not have; a missing text is a bug, not a state.
    """
    template = catalogue(language or current_language.get())[key]
    return template.format_map(_Blank(values)) if values or "{" in template else template


def has_text(key: str) -> bool:
    """Whether the catalogue knows the key."""
    return key in catalogue(DEFAULT_LANGUAGE)


def preferred_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that the catalogue has; else Vietnamese."""
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        tag, _, parameters = part.strip().partition(";")
        name = tag.split("-")[0].lower()
        quality = parameters.strip().removeprefix("q=") or "1"
        known = name in LANGUAGES and quality.replace(".", "", 1).isdecimal()
        if known and float(quality) > 0:
            weighted.append((-float(quality), place, name))
    return min(weighted)[2] if weighted else DEFAULT_LANGUAGE


def chosen_language(query: Mapping[str, str]) -> str:
    """The language of a page: Vietnamese, unless `?lang=` says another.

    A browser's own language is no choice: offices run English Windows and read Vietnamese.
    """
    wanted = query.get("lang", DEFAULT_LANGUAGE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


class _Blank(dict[str, object]):
    """A placeholder without a value reads as an ellipsis instead of breaking the answer."""

    def __missing__(self, key: str) -> str:
        return "…"
