"""What of last year's plan stands in this year's? The words with the year moved, the dates moved.

Every year a unit starts from last year's plan. Written dates move by whole years; a number that is
not a year stays as it is.
"""

import re


def move_year(text: str, *, from_year: int, to_year: int) -> str:
    """A passage in which the plan's own year is replaced; other numbers stay.

    "được giao năm 2023" becomes "được giao năm 2026"; 12023 and 2023.5 are no years.
    """
    return re.sub(rf"(?<![\d.,]){from_year}(?![\d]|[.,]\d)", str(to_year), text)
