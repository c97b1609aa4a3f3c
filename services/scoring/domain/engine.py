"""What is the score of a unit? Lines, areas, total, index and class, exact until published."""

from fractions import Fraction

from services.scoring.domain.classification import classify
from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.decimals import rounded, total_of
from services.scoring.domain.inputs import UnitInputs
from services.scoring.domain.result import Area, Result


def evaluate(criteria_set: CriteriaSet, inputs: UnitInputs) -> Result:
    """The result of one unit.

    Never fails for inputs that `parse_inputs` returned for the same set.

    :raises ValueError: when the inputs were read against another set.
    """
    if inputs.criteria_set_hash != criteria_set.hash:
        raise ValueError("these inputs were read against another criteria set")
    by_code = {line.criterion.code: line for line in inputs.lines}
    areas: list[Area] = []
    for area in criteria_set.outline.areas:
        below = [by_code[code] for code in criteria_set.outline.below[area.code]]
        points, most = total_of(x.points for x in below), total_of(x.max for x in below)
        areas.append(Area(area.code, points, most))
    # penalties may outweigh everything earned; a total below nothing is not published
    points = max(total_of(area.points for area in areas), Fraction(0))
    applicable = total_of(area.max for area in areas)
    index = _index(criteria_set, points, applicable)
    return Result(
        criteria_set,
        inputs,
        inputs.lines,
        tuple(areas),
        points,
        applicable,
        index,
        classify(criteria_set, index, lines=inputs.lines, facts=inputs.facts),
    )


def _index(criteria_set: CriteriaSet, points: Fraction, applicable: Fraction) -> Fraction | None:
    if applicable == 0:
        return None
    mode = criteria_set.rounding.mode
    return rounded(points * 100 / applicable, places=criteria_set.index_places, mode=mode)
