"""What would it bring? The worth of each lost point, found by running the engine again.

The worth of a line is more than its own points: lines that are computed from others (tiêu chí 1.2)
move with it, and so does the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from services.scoring.domain.engine import evaluate
from services.scoring.domain.lines import Line, score_lines
from services.scoring.domain.problems import Report
from services.scoring.domain.result import Result
from services.scoring.domain.rounds.layers import is_computed


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line would bring if it lost nothing: on the line, in the total, in the index."""

    line: Line
    lost: Fraction
    total: Fraction
    index: Fraction


def worth_of_lines(result: Result) -> list[Worth]:
    """Each line that could bring more, the dearest first; computed ones only follow others."""
    found = []
    for line in result.lines:
        if line.status == "not_applicable" or is_computed(line.criterion):
            continue
        best = _best(line)
        if best <= line.points:
            continue
        after = with_line(result, line.criterion.code, best)
        found.append(
            Worth(
                line,
                best - line.points,
                after.total - result.total,
                (after.index or Fraction(0)) - (result.index or Fraction(0)),
            )
        )
    return sorted(found, key=lambda worth: (-worth.total, -worth.lost, worth.line.criterion.code))


def with_line(result: Result, code: str, points: Fraction) -> Result:
    """The result if a line had these points; lines computed from others are computed again."""
    given = {line.criterion.code: line for line in result.lines if not is_computed(line.criterion)}
    given[code] = replace(
        given[code],
        status="scored",
        exact=points,
        points=points,
        max=given[code].criterion.scale_maximum,
    )
    return _evaluated(result, tuple(given.values()))


def _evaluated(result: Result, lines: Sequence[Line]) -> Result:
    inputs = result.inputs
    computed = score_lines(
        result.criteria_set,
        inputs.values,
        level=inputs.level,
        report=Report(),
        given={line.criterion.code: line for line in lines},
    )
    return evaluate(result.criteria_set, replace(inputs, lines=computed))


def _best(line: Line) -> Fraction:
    """The most a line can have: its maximum, or no penalty at all."""
    outside = 0 if line.criterion.rule is None else line.criterion.rule.outside_scale
    return Fraction(0) if outside < 0 else line.criterion.maximum
