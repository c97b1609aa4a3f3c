"""In which words does the engine explain itself? Two languages side by side, one table per purpose.

Each entry of a TOML file is a code with a sentence in `vi` and in `en`; `{name}` is a parameter.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from services.scoring.domain.decimals import fixed, shown

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, Language] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as it is printed: with all its decimals."""

    value: Fraction
    places: int
    unit: str = ""


def _load(name: str) -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


TABLES = {name: _load(name) for name in ("problems", "explanations", "schemas")}


def sentence(table: str, code: str, *, language: Language, params: Mapping[str, object]) -> str:
    """The sentence of a code with its parameters in the reader's notation (decimal comma in vi).

    :raises KeyError: for a code or a parameter the table does not have; that is a bug, not a state.
    """
    template = TABLES[table][code][language]
    return template.format_map({key: said(value, language) for key, value in params.items()})


def said(value: object, language: Language) -> str:
    """A parameter as words."""
    if isinstance(value, Fraction):
        return shown(value, comma=language == "vi")
    if isinstance(value, Published):
        text = fixed(value.value, value.places) + value.unit
        return text.replace(".", ",") if language == "vi" else text
    if isinstance(value, tuple | list):
        return ", ".join(said(item, language) for item in value) or "–"
    return str(value)
