"""What value does a cell of the platform's workbook state: a comparison, a day, a whole number?"""

import re
from datetime import date
from typing import cast, get_args

from services.plans.documents.letterhead import calendar_day
from services.plans.domain.targets import Operator

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_OPERATORS = {"≥": ">=", "≤": "<=", "==": "="}


def operator_of(written: str) -> Operator | None:
    """A comparison as typed; None when it is none of those known."""
    found = _OPERATORS.get(written, written)
    return cast("Operator", found) if found in get_args(Operator) else None


def whole_of(written: str) -> int | None:
    """A whole number, or None."""
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else None


def year_of(written: str) -> int | None:
    """A year of this century, or None."""
    return int(written) if re.fullmatch(r"20[0-9]{2}", written) else None


def day_of(written: str) -> date | None:
    """A day written dd/mm/yyyy or ISO 8601, or None."""
    if match := _DAY.fullmatch(written.strip()):
        return calendar_day(match[3], match[2], match[1])
    match = _ISO_DAY.match(written.strip())
    return calendar_day(match[1], match[2], match[3]) if match else None
