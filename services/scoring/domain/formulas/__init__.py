"""The closed formula language of criteria sets: numbers, names, + - * /, comparisons, if/min/max…

Nothing else exists in it: no attributes, no indexing, no text, no loops, no powers. Numbers are
exact rationals, every step is traced, and length, depth and size of numbers are limited.
"""

from services.scoring.domain.formulas.evaluation import (
    DividedByZero,
    FormulaStep,
    FormulaTooLarge,
    evaluate_formula,
)
from services.scoring.domain.formulas.syntax import (
    FORMULA_WORDS,
    MAX_FORMULA_LENGTH,
    Formula,
    FormulaError,
    parse_formula,
)

__all__ = [
    "FORMULA_WORDS",
    "MAX_FORMULA_LENGTH",
    "DividedByZero",
    "Formula",
    "FormulaError",
    "FormulaStep",
    "FormulaTooLarge",
    "evaluate_formula",
    "parse_formula",
]
