"""What is the value of a formula, and by which steps?"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.decimals import rounded
from services.scoring.domain.formulas.syntax import Formula
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
)

_MAX_BITS = 512


class DividedByZero(ArithmeticError):
    """A denominator of the formula is zero."""


class FormulaTooLarge(ArithmeticError):
    """A number on the way has more digits than the language allows."""


@dataclass(frozen=True, slots=True)
class FormulaStep:
    """One calculation: the words of the formula and what they gave."""

    text: str
    value: Fraction | bool


def evaluate_formula(
    formula: Formula, variables: Mapping[str, Fraction]
) -> tuple[Fraction, list[FormulaStep]]:
    """The exact value and every step, in the order in which they were taken.

    Only the branch of an `if` that applies is calculated; `and` and `or` stop once decided.

    :raises DividedByZero: when a denominator that is needed is zero.
    :raises FormulaTooLarge: when a number outgrows the limit.
    """
    run = _Run(variables)
    return run.number(formula.root), run.steps


class _Run:
    def __init__(self, variables: Mapping[str, Fraction]) -> None:
        self.variables = variables
        self.steps: list[FormulaStep] = []

    def number(self, node: Node) -> Fraction:
        match node:
            case Number():
                return node.value
            case Variable():
                return self.variables[node.text]
            case Negated():
                value = -self.number(node.operand)
            case Calculated():
                value = _calculate(node.operator, self.number(node.left), self.number(node.right))
            case Called():
                value = self.call(node)
            case _:
                raise TypeError("a condition stands where the parser let only numbers through")
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_BITS:
            raise FormulaTooLarge(node.text)
        self.steps.append(FormulaStep(node.text, value))
        return value

    def call(self, node: Called) -> Fraction:
        if node.function == "if":
            condition, when_true, when_false = node.arguments
            return self.number(when_true if self.condition(condition) else when_false)
        values = [self.number(argument) for argument in node.arguments]
        match node.function:
            case "min":
                return min(values)
            case "max":
                return max(values)
            case "abs":
                return abs(values[0])
            case "round":
                return rounded(values[0], places=int(values[1]), mode="half_up")
            case _:
                return rounded(values[0], places=int(values[1]), mode="down")

    def condition(self, node: Node) -> bool:
        match node:
            case Compared():
                holds = _compare(node.operator, self.number(node.left), self.number(node.right))
            case Joined(word="and"):
                holds = self.condition(node.left) and self.condition(node.right)
            case Joined():
                holds = self.condition(node.left) or self.condition(node.right)
            case Opposite():
                holds = not self.condition(node.operand)
            case _:
                raise TypeError("a number stands where the parser let only conditions through")
        self.steps.append(FormulaStep(node.text, holds))
        return holds


def _calculate(operator: str, left: Fraction, right: Fraction) -> Fraction:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            if right == 0:
                raise DividedByZero
            return left / right


def _compare(operator: str, left: Fraction, right: Fraction) -> bool:
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[operator]
