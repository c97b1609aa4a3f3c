"""Do the printed points add up? max − Σ deductions = points holds for every area (SPEC §5).

A calculation printed in a reason ("(90.0*1.5)/100= 1.39") is done again, too.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from services.plans.documents.criteria import Criterion, Score
from services.plans.documents.reading import Reading
from services.plans.domain.targets import decimal_of

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_PRODUCT = re.compile(
    rf"\(\s*{_NUMBER}\s*[*x×]\s*{_NUMBER}\s*\)\s*/\s*100\s*=\s*{_NUMBER}", re.IGNORECASE
)
_HUNDRED = Decimal(100)


def check_ledger(
    scores: Sequence[Score], criteria: Sequence[Criterion], *, where: str, reading: Reading
) -> None:
    """Warn of areas whose criteria lost more or less than the area did, and of wrong sums."""
    for score in scores:
        lost = [
            criterion.max - criterion.points
            for criterion in criteria
            if criterion.area == score.area
            and criterion.max is not None
            and criterion.points is not None
        ]
        if lost and sum(lost) != score.max - score.points:
            values = {"area": score.area, "points": score.points, "max": score.max}
            reading.notices.add("points_do_not_add_up", where, lost=sum(lost), **values)
    for criterion in criteria:
        for first, second, printed in _PRODUCT.findall(criterion.reason or ""):
            _check_product(first, second, printed=printed, where=where, reading=reading)


def _check_product(first: str, second: str, *, printed: str, where: str, reading: Reading) -> None:
    factors, shown = (decimal_of(first), decimal_of(second)), decimal_of(printed)
    if factors[0] is None or factors[1] is None or shown is None:
        return
    result = factors[0] * factors[1] / _HUNDRED
    places = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    if abs(result - shown) >= places:
        reading.notices.add("printed_sum_disagrees", where, result=result, printed=shown)
