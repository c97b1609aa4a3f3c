"""How does a formula of the set become points? expression.

The formula is in the closed language of `formulas`; besides its variables it knows `max_points`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Decimal, Field, Name, Schema
from services.scoring.domain.formulas import (
    FORMULA_WORDS,
    MAX_FORMULA_LENGTH,
    DividedByZero,
    Formula,
    FormulaError,
    FormulaTooLarge,
    evaluate_formula,
    parse_formula,
)
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.rules.base import Case, Note, Outcome, Refusal, Rule, Step
from services.scoring.domain.structures import ByName, Object, Record, Several

_MAXIMUM = "max_points"
_RESERVED = {*FORMULA_WORDS, _MAXIMUM}


class FormulaField(Field[Formula]):
    """A text of the formula language."""

    def read(self, data: object, at: Pointer, report: Report) -> Formula | None:
        if not isinstance(data, str):
            report.add(at, "expected_text")
            return None
        try:
            return parse_formula(data)
        except FormulaError as error:
            report.add(at, error.code, position=error.position)
            return None

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": MAX_FORMULA_LENGTH}


@dataclass(frozen=True)
class Variables:
    """The figures a formula is calculated with."""

    variables: Mapping[str, Fraction]


@dataclass(frozen=True)
class Expression(Rule):
    """The value of a formula of the set, clamped like any other."""

    kind: ClassVar[str] = "expression"
    formula: Formula
    variables: tuple[str, ...]

    @classmethod
    def parameters(cls) -> Field[Any]:
        names = Several(Name(), key=lambda name: name)
        record = Record(
            {"formula": FormulaField(), "variables": names}, constant={"kind": cls.kind}
        )
        return Object(cls, record, _check_names)

    @classmethod
    def value_schema(cls) -> Schema:
        return Record({"variables": ByName(Decimal())}).schema()

    def value_field(self) -> Field[Any]:
        variables = Record(dict.fromkeys(self.variables, Decimal()))
        return Object(Variables, Record({"variables": variables}))

    def score(self, value: Variables, case: Case, /) -> Outcome:
        known = {**value.variables, _MAXIMUM: case.max_points}
        try:
            exact, steps = evaluate_formula(self.formula, known)
        except DividedByZero:
            return Outcome(None, (Note("formula_of_zero", {"formula": self.formula.text}),))
        except FormulaTooLarge as error:
            raise Refusal("formula_number_too_large") from error
        trace = [_step(step.text, step.value) for step in steps]
        note = Note("expression", {"formula": self.formula.text, "points": exact})
        return Outcome(exact, (note,), tuple(trace))


def _step(text: str, value: Fraction | bool) -> Step:
    if isinstance(value, bool):
        key = "condition_holds" if value else "condition_fails"
        return Step("condition", (Note(key, {"condition": text}),), holds=value)
    return Step("calculation", (Note("calculation", {"text": text, "value": value}),), value)


def _check_names(rule: Expression, at: Pointer, report: Report) -> None:
    for index, name in enumerate(rule.variables):
        if name in _RESERVED:
            report.add((*at, "variables", index), "formula_name_reserved", name=name)
    for name in sorted(rule.formula.names - {*rule.variables, _MAXIMUM}):
        report.add((*at, "formula"), "formula_unknown_name", name=name)
    for name in sorted(set(rule.variables) - rule.formula.names - _RESERVED):
        report.add((*at, "variables"), "formula_unused_name", name=name)
