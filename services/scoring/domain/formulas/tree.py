"""Of what does a formula consist? Nodes that know their type and their own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Operator = Literal["+", "-", "*", "/"]
Comparison = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, slots=True)
class Number:
    text: str
    value: Fraction
    is_condition = False


@dataclass(frozen=True, slots=True)
class Variable:
    text: str
    is_condition = False


@dataclass(frozen=True, slots=True)
class Negated:
    text: str
    operand: "Node"
    is_condition = False


@dataclass(frozen=True, slots=True)
class Calculated:
    text: str
    operator: Operator
    left: "Node"
    right: "Node"
    is_condition = False


@dataclass(frozen=True, slots=True)
class Compared:
    text: str
    operator: Comparison
    left: "Node"
    right: "Node"
    is_condition = True


@dataclass(frozen=True, slots=True)
class Joined:
    text: str
    word: Literal["and", "or"]
    left: "Node"
    right: "Node"
    is_condition = True


@dataclass(frozen=True, slots=True)
class Opposite:
    text: str
    operand: "Node"
    is_condition = True


@dataclass(frozen=True, slots=True)
class Called:
    text: str
    function: str
    arguments: tuple["Node", ...]
    is_condition = False


Node = Number | Variable | Negated | Calculated | Compared | Joined | Opposite | Called


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside a node."""
    match node:
        case Number() | Variable():
            return ()
        case Negated() | Opposite():
            return (node.operand,)
        case Calculated() | Compared() | Joined():
            return (node.left, node.right)
        case Called():
            return node.arguments


def all_nodes(root: Node) -> Iterator[Node]:
    """The node and everything inside it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(parts_of(node))
