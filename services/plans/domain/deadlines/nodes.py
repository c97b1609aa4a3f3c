"""What can the grammar read? The nodes between the words and the deadline.

Nodes hold what is written and nothing that is concluded: a missing year is None here.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from services.plans.domain.deadlines.tokens import Token

BEFORE = "before"
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Atom:
    """One written day or period.

    `unit`: day | month | quarter | months | year. `number`: the month of a day, the month, the
    quarter, or how many months ("6 tháng đầu năm"); `at_end`: those of the end of the year.
    A None is not written ("ngày 15", "tháng 6"). The tokens are where the year and the day stand.
    """

    unit: str
    day: int | None = None
    number: int | None = None
    year: int | None = None
    at_end: bool = False
    year_token: Token | None = None
    day_token: Token | None = None

    def bounds(self) -> tuple[date, date]:
        """First and last day. Raises ValueError for a day that does not exist, TypeError for one
        whose month or year is still missing.
        """
        if self.year is None:
            raise TypeError("the year is missing")
        if self.unit == "day":
            if self.day is None or self.number is None:
                raise TypeError("the day or month is missing")
            day = date(self.year, self.number, self.day)
            return day, day
        first, last = self._months()
        return date(self.year, first, 1), date(self.year, last, monthrange(self.year, last)[1])

    def _months(self) -> tuple[int, int]:
        if self.unit == "year" or self.number is None:
            return 1, 12
        if self.unit == "month":
            return self.number, self.number
        if self.unit == "quarter":
            return 3 * self.number - 2, 3 * self.number
        return (13 - self.number, 12) if self.at_end else (1, self.number)


@dataclass(frozen=True, slots=True)
class Points:
    """Written days or periods: one, a list, or (`ranged`) the two ends of a span.

    `limit`: BEFORE (trước), LATEST (chậm nhất) or None; on a span it belongs to its end.
    `apart`: named as occurrences (đợt 1, đợt 2), so that neighbours are not one window.
    """

    atoms: tuple[Atom, ...]
    limit: str | None = None
    ranged: bool = False
    apart: bool = False
    clocked: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """A recurrence: `every` word of `model.PERIODS`, and what completes it, if anything did.

    `elided`: no period has a word like hằng of its own; `implied`: nor do định kỳ or báo cáo
    stand before, only the list of periods says so.
    """

    every: tuple[str, ...]
    day: int | None = None
    month: int | None = None
    of_last_month: bool = False
    before: bool = False
    elided: bool = False
    implied: bool = False

    @property
    def is_bare(self) -> bool:
        return self.day is None and self.month is None and not self.of_last_month


@dataclass(frozen=True, slots=True)
class LastMonth:
    """A day of the last month (tháng cuối quý); `of` is a period of `model.PERIODS` or "period"."""

    of: str
    day: int | None
    before: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A counted term, as in `model.RelativeTerm`."""

    amount: int
    unit: str
    direction: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Plain:
    """continuous | as_prescribed | on_event.

    `weak`: only an emphasis beside another deadline; `conditional`: nếu, trường hợp.
    """

    kind: str
    weak: bool = False
    conditional: bool = False


Node = Points | Repeat | LastMonth | Term | Plain


@dataclass(frozen=True, slots=True)
class Clause:
    """One node with what stands around it; `start` and `end` are places among the tokens.

    `joiner`: the strongest sign between this and the clause before: "or", ";", "(", "and", ",",
    or "" for nothing. Of the words in between, `filled`: there are any; `named`: they name an
    action or a body, so that the two are two deadlines; `ordinal`: they number an occurrence
    (đợt 2). `reported`: báo cáo or định kỳ was read before.
    """

    node: Node
    start: int
    end: int
    joiner: str = ""
    filled: bool = False
    named: bool = False
    ordinal: bool = False
    reported: bool = False
