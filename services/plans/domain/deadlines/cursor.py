"""Where in the phrase are we, and how does a grammar rule try something without losing its place?

A rule is a function of a cursor that returns what it read, or None and leaves the cursor where it
was. There is no other control flow: rules call rules.
"""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from services.plans.domain.deadlines.tokens import Token, words
from services.plans.domain.deadlines.vocabulary import PHRASES, SPOKEN

_words = cache(words)

P = ParamSpec("P")
T = TypeVar("T")


class Cursor:
    """A place among tokens. Its methods advance when they find what they are asked for."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.position = 0

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        """The token `ahead` places from here; None beyond either end."""
        place = self.position + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def next_is(self, *texts: str) -> bool:
        """Whether the next token is one of these; nothing is read."""
        token = self.peek()
        return token is not None and token.text in texts

    def previous_is(self, *texts: str) -> bool:
        """Whether the token just read is one of these."""
        token = self.peek(-1)
        return token is not None and token.text in texts

    def take(self, *texts: str) -> Token | None:
        """One token that is one of these."""
        token = self.peek()
        if token is None or token.text not in texts:
            return None
        self.position += 1
        return token

    def take_words(self, *phrases: str) -> bool:
        """The first of these phrases that stands here."""
        for phrase in phrases:
            wanted = _words(phrase)
            here = self.tokens[self.position : self.position + len(wanted)]
            if tuple(token.text for token in here) == wanted:
                self.position += len(wanted)
                return True
        return False

    def take_phrase(self, *categories: str) -> tuple[str, ...] | None:
        """The longest phrase of any of these categories of `fillers.toml`."""
        found = [PHRASES[category].longest(self.tokens, self.position) for category in categories]
        longest = max((phrase for phrase in found if phrase), key=len, default=None)
        self.position += len(longest) if longest else 0
        return longest

    def take_number(self, low: int, high: int, *, width: int = 2) -> Token | None:
        """A number from low to high written with at most `width` digits."""
        token = self.peek()
        if token is None or token.number is None:
            return None
        if token.width > width or not low <= token.number <= high:
            return None
        self.position += 1
        return token

    def take_spoken(self, low: int, high: int) -> int | None:
        """A number in words, from low to high: "sáu"."""
        start = self.position
        phrase = self.take_phrase("numerals.spoken")
        value = SPOKEN[phrase] if phrase else None
        if value is None or not low <= value <= high:
            self.position = start
            return None
        return value


def rule(
    read: Callable[Concatenate[Cursor, P], T | None],
) -> Callable[Concatenate[Cursor, P], T | None]:
    """Makes a function a rule: when it returns None, the cursor is where it was."""

    @wraps(read)
    def attempt(cursor: Cursor, /, *args: P.args, **kwargs: P.kwargs) -> T | None:
        start = cursor.position
        found = read(cursor, *args, **kwargs)
        if found is None:
            cursor.position = start
        return found

    return attempt
