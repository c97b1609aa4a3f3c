"""Which phrases does the grammar know, and where do they come from?

All of them stand in `fillers.toml`, read once at import. Lookups take the longest phrase.
"""

import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from services.plans.domain.deadlines.tokens import Token, words

_DATA: dict[str, Any] = tomllib.loads(
    files(__package__).joinpath("fillers.toml").read_text("utf-8"),
)
ROMAN: dict[str, int] = _DATA["numerals"]["roman"]
SPOKEN: dict[tuple[str, ...], int] = {
    words(phrase): value for phrase, value in _DATA["numerals"]["spoken"].items()
}
REPEATED: dict[tuple[str, ...], int] = SPOKEN | {
    words(phrase): value for phrase, value in _DATA["numerals"]["repeated"].items()
}


class Phrases:
    """A set of phrases, looked up by the tokens at a place."""

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self.all = frozenset(phrases)
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(self.all, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def longest(self, tokens: Sequence[Token], start: int) -> tuple[str, ...] | None:
        """The longest phrase that stands at `start`, or None."""
        if start >= len(tokens):
            return None
        for phrase in self._by_first.get(tokens[start].text, ()):
            here = tokens[start : start + len(phrase)]
            if len(here) == len(phrase) and all(
                token.text == word for token, word in zip(here, phrase, strict=True)
            ):
                return phrase
        return None


PHRASES: dict[str, Phrases] = {
    f"{section}.{name}": Phrases(words(phrase) for phrase in phrases)
    for section, lists in _DATA.items()
    for name, phrases in lists.items()
    if section != "numerals"
} | {"numerals.spoken": Phrases(SPOKEN), "numerals.repeated": Phrases(REPEATED)}
