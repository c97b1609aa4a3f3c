"""The rules of scoring, pure: criteria sets, inputs, evaluation, ranking, printed tables.

criteria_set = parse_criteria_set(data)          # InvalidCriteriaSet
problems = lint_criteria_set(criteria_set)       # before it is published
for inputs in parse_inputs(values, criteria_set):  # InvalidInputs
    result = evaluate(criteria_set, inputs)
    result.as_json()
"""

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.criteria_set_format import parse_criteria_set
from services.scoring.domain.criterion import Criterion
from services.scoring.domain.decimals import fixed, plain, rounded
from services.scoring.domain.engine import evaluate
from services.scoring.domain.inputs import UnitInputs, parse_inputs
from services.scoring.domain.lines import Line
from services.scoring.domain.lints import lint_criteria_set
from services.scoring.domain.printed_results import check_printed_results
from services.scoring.domain.printed_table import PrintedResults, parse_printed_results
from services.scoring.domain.problems import (
    InvalidCriteriaSet,
    InvalidData,
    InvalidInputs,
    InvalidPrintedResults,
    Problem,
)
from services.scoring.domain.ranking import Ranked, RankEntry, rank
from services.scoring.domain.result import ENGINE_VERSION, Area, Result

__all__ = [
    "ENGINE_VERSION",
    "Area",
    "CriteriaSet",
    "Criterion",
    "InvalidCriteriaSet",
    "InvalidData",
    "InvalidInputs",
    "InvalidPrintedResults",
    "Line",
    "PrintedResults",
    "Problem",
    "RankEntry",
    "Ranked",
    "Result",
    "UnitInputs",
    "check_printed_results",
    "evaluate",
    "fixed",
    "lint_criteria_set",
    "parse_criteria_set",
    "parse_inputs",
    "parse_printed_results",
    "plain",
    "rank",
    "rounded",
]
