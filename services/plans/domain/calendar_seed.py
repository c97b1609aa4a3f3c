"""Which working days does a new installation start with?

The rows of `reference_data/calendar_vn.json`, read once when imported. They fill an empty
calendar table; from then on the table is the truth, because administrators add each year's swaps.
"""

import json
from datetime import date
from importlib.resources import files

from shared.working_calendar import CalendarDay, DayKind


def _packaged_days() -> tuple[CalendarDay, ...]:
    text = files("services.plans").joinpath("reference_data", "calendar_vn.json").read_text("utf-8")
    return tuple(
        CalendarDay(
            date=date.fromisoformat(row["date"]),
            kind=DayKind(row["kind"]),
            name=row["name"],
            document=row["document"],
            provisional=row["provisional"],
        )
        for row in json.loads(text)["days"]
    )


_DAYS = _packaged_days()


def load_calendar_seed() -> tuple[CalendarDay, ...]:
    """The delivered calendar of Vietnamese offices, 2024–2027, by date."""
    return _DAYS
