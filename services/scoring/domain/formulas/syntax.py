"""Is this text a formula of the closed language, and what does it say?

formula    = condition or number expression
functions  = if(condition, a, b), min(a, …), max(a, …), abs(a), round(a, n), rounddown(a, n)
words      = and, or, not
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from services.scoring.domain.decimals import DECIMAL_PATTERN
from services.scoring.domain.formulas.tree import (
    Calculated,
    Called,
    Compared,
    Joined,
    Negated,
    Node,
    Number,
    Opposite,
    Variable,
    all_nodes,
)

MAX_FORMULA_LENGTH = 2000
_MAX_NODES = 200
_MAX_DEPTH = 40
_MAX_ARGUMENTS = 20
_MAX_ROUND_PLACES = 12

_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{DECIMAL_PATTERN}(?![0-9A-Za-z_.]))|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/(),<>]))",
    re.ASCII,
)
_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
_ARGUMENTS = {
    "if": (3, 3),
    "min": (1, _MAX_ARGUMENTS),
    "max": (1, _MAX_ARGUMENTS),
    "abs": (1, 1),
    "round": (2, 2),
    "rounddown": (2, 2),
}
FORMULA_WORDS = frozenset({*_ARGUMENTS, "and", "or", "not"})


class FormulaError(ValueError):
    """The text is not a formula; `position` counts characters from 1."""

    def __init__(self, code: str, position: int) -> None:
        super().__init__(f"{code} at {position}")
        self.code = code
        self.position = position


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was understood."""

    text: str
    root: Node

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        return frozenset(n.text for n in all_nodes(self.root) if isinstance(n, Variable))


def parse_formula(text: str) -> Formula:
    """The formula a text says; its value is a number.

    :raises FormulaError: for anything outside the language or beyond its limits.
    """
    if len(text) > MAX_FORMULA_LENGTH:
        raise FormulaError("formula_too_long", MAX_FORMULA_LENGTH)
    parser = _Parser(text)
    root = parser.number_of(parser.alternatives())
    if parser.index < len(parser.tokens):
        raise parser.unexpected()
    return Formula(text, root)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            blank = len(text[position:]) - len(text[position:].lstrip())
            raise FormulaError("formula_unknown_sign", position + blank + 1)
        kind = cast("str", match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind), match.end()))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.index = 0
        self.depth = 0
        self.nodes = 0

    def unexpected(self) -> FormulaError:
        if self.index < len(self.tokens):
            return FormulaError("formula_unexpected", self.tokens[self.index].start + 1)
        return FormulaError("formula_incomplete", len(self.text) + 1)

    def next_is(self, *words: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].text in words

    def take(self) -> _Token:
        if self.index >= len(self.tokens):
            raise self.unexpected()
        self.index += 1
        return self.tokens[self.index - 1]

    def expect(self, word: str) -> None:
        if not self.next_is(word):
            raise self.unexpected()
        self.index += 1

    def make(self, build: Callable[..., Node], start: int, *parts: Any) -> Node:
        self.nodes += 1
        if self.nodes > _MAX_NODES:
            raise FormulaError("formula_too_large", start + 1)
        return build(self.text[start : self.tokens[self.index - 1].end], *parts)

    def here(self) -> int:
        return self.tokens[self.index].start if self.index < len(self.tokens) else len(self.text)

    def number_of(self, node: Node) -> Node:
        if node.is_condition:
            raise FormulaError("formula_number_expected", self.here() + 1)
        return node

    def condition_of(self, node: Node) -> Node:
        if not node.is_condition:
            raise FormulaError("formula_condition_expected", self.here() + 1)
        return node

    def alternatives(self) -> Node:
        return self.joined("or", self.conjunction)

    def conjunction(self) -> Node:
        return self.joined("and", self.opposite)

    def joined(self, word: str, part: Callable[[], Node]) -> Node:
        start = self.here()
        node = part()
        while self.next_is(word):
            self.take()
            left, right = self.condition_of(node), self.condition_of(part())
            node = self.make(Joined, start, word, left, right)
        return node

    def opposite(self) -> Node:
        start = self.here()
        if not self.next_is("not"):
            return self.comparison()
        self.take()
        self.deeper(start)
        node = self.make(Opposite, start, self.condition_of(self.opposite()))
        self.depth -= 1
        return node

    def comparison(self) -> Node:
        start = self.here()
        node = self.sum()
        if self.next_is(*_COMPARISONS):
            left, operator = self.number_of(node), self.take().text
            node = self.make(Compared, start, operator, left, self.number_of(self.sum()))
        return node

    def sum(self) -> Node:
        return self.calculated(("+", "-"), self.product)

    def product(self) -> Node:
        return self.calculated(("*", "/"), self.factor)

    def calculated(self, signs: tuple[str, str], part: Callable[[], Node]) -> Node:
        start = self.here()
        node = part()
        while self.next_is(*signs):
            left, operator = self.number_of(node), self.take().text
            node = self.make(Calculated, start, operator, left, self.number_of(part()))
        return node

    def factor(self) -> Node:
        start = self.here()
        self.deeper(start)
        token = self.take()
        if token.text == "-":
            node = self.make(Negated, start, self.number_of(self.factor()))
        elif token.text == "(":
            node = self.alternatives()
            self.expect(")")
        elif token.kind == "number":
            node = self.make(Number, start, Fraction(token.text))
        elif token.kind == "name" and self.next_is("("):
            node = self.call(token.text, start)
        elif token.kind == "name" and token.text not in FORMULA_WORDS:
            node = self.make(Variable, start)
        else:
            self.index -= 1
            raise self.unexpected()
        self.depth -= 1
        return node

    def call(self, function: str, start: int) -> Node:
        if function not in _ARGUMENTS:
            raise FormulaError("formula_unknown_function", start + 1)
        self.expect("(")
        arguments = [self.alternatives()]
        while self.next_is(","):
            self.take()
            arguments.append(self.alternatives())
        self.expect(")")
        least, most = _ARGUMENTS[function]
        if not least <= len(arguments) <= most:
            raise FormulaError("formula_wrong_arguments", start + 1)
        for index, argument in enumerate(arguments):
            wants = self.condition_of if function == "if" and index == 0 else self.number_of
            wants(argument)
        if function in {"round", "rounddown"}:
            _check_places(arguments[1], start)
        return self.make(Called, start, function, tuple(arguments))

    def deeper(self, start: int) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise FormulaError("formula_too_deep", start + 1)


def _check_places(node: Node, start: int) -> None:
    whole = isinstance(node, Number) and node.value.denominator == 1
    if not whole or cast("Number", node).value > _MAX_ROUND_PLACES:
        raise FormulaError("formula_wrong_places", start + 1)
