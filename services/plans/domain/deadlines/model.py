"""What is a written deadline once it has been understood?

The object of SPEC §4, in Python and in JSON. Nothing here parses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

PERIODS = ("day", "week", "month", "quarter", "half_year", "nine_months", "year")
KINDS = (
    "date",
    "window",
    "dates",
    "recurring",
    "relative",
    "continuous",
    "as_prescribed",
    "on_event",
    "unset",
    "unrecognised",
    "parts",
)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A duty that returns (định kỳ): `every` period, on `day` of `month` or of its last month.

    `every` holds words of `PERIODS`; `of` is "last_month_of_period" only where the text says
    "tháng cuối quý", "tháng cuối kỳ báo cáo". A day the month lacks is for the reader to clamp.
    """

    every: tuple[str, ...]
    day: int | None
    month: int | None
    of: str | None

    def as_json(self) -> dict[str, object]:
        """The four keys of SPEC §4."""
        return {"every": list(self.every), "day": self.day, "month": self.month, "of": self.of}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`; raises KeyError for a missing key."""
        return cls(tuple(data["every"]), data["day"], data["month"], data["of"])


@dataclass(frozen=True, slots=True)
class RelativeTerm:
    """A counted term (thời hạn tính từ một mốc): amount of day | working_day | month.

    `direction` is "after" or "before"; `anchor` is "issued_on" (the plan's own date) or "event".
    """

    amount: int
    unit: str
    direction: str
    anchor: str

    def as_json(self) -> dict[str, object]:
        """The four keys of SPEC §4."""
        return {
            "amount": self.amount,
            "unit": self.unit,
            "direction": self.direction,
            "anchor": self.anchor,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`; raises KeyError for a missing key."""
        return cls(data["amount"], data["unit"], data["direction"], data["anchor"])


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline as written (`raw`) and as understood.

    `exclusive`: the text says *trước* (before). `dates` only for the kinds `date` and `dates`.
    `parts` only for the kind `parts`, whose own dates are all null. `confidence` is 1.0 for words
    that have one reading, 0.9 where a hedge (dự kiến), a clock time or a missing *hằng* was read
    over, 0 for what nobody should rely on.
    """

    raw: str
    kind: str
    starts_on: date | None
    due_on: date | None
    dates: tuple[date, ...] | None
    exclusive: bool
    recurrence: Recurrence | None
    relative: RelativeTerm | None
    parts: tuple["Deadline", ...] | None
    confidence: float

    def as_json(self) -> dict[str, object]:
        """The object of SPEC §4: the same keys in the same order, dates in ISO 8601."""
        return {
            "raw": self.raw,
            "kind": self.kind,
            "starts_on": _iso(self.starts_on),
            "due_on": _iso(self.due_on),
            "dates": None if self.dates is None else [day.isoformat() for day in self.dates],
            "exclusive": self.exclusive,
            "recurrence": self.recurrence and self.recurrence.as_json(),
            "relative": self.relative and self.relative.as_json(),
            "parts": None if self.parts is None else [part.as_json() for part in self.parts],
            "confidence": self.confidence,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`.

        Raises KeyError for a missing key and ValueError for a date that does not exist.
        """
        recurrence, relative = data["recurrence"], data["relative"]
        dates, parts = data["dates"], data["parts"]
        return cls(
            raw=data["raw"],
            kind=data["kind"],
            starts_on=_date(data["starts_on"]),
            due_on=_date(data["due_on"]),
            dates=None if dates is None else tuple(date.fromisoformat(day) for day in dates),
            exclusive=data["exclusive"],
            recurrence=None if recurrence is None else Recurrence.from_json(recurrence),
            relative=None if relative is None else RelativeTerm.from_json(relative),
            parts=None if parts is None else tuple(cls.from_json(part) for part in parts),
            confidence=float(data["confidence"]),
        )


def undated(raw: str, kind: str, *, confidence: float = 1.0) -> Deadline:
    """A deadline that has no date, no recurrence and no term of its own."""
    return Deadline(raw, kind, None, None, None, False, None, None, None, confidence)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
