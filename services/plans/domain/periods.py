"""Which reporting periods does a year have, what data do they cover, and when are they due?

A period scheme (chế độ báo cáo) is data: rows relative to a year, each citing its document. The
administrative year runs 15/12 to 14/12 (Nghị định 09/2019/NĐ-CP, Điều 12), statistics and the
law's own counting use calendar months; a province may add schemes of its own. This module only
reads such data and unfolds it for a year.
"""

import re
import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any

PERIOD_KINDS = ("month", "quarter", "half_year", "nine_months", "year")

_RELATIVE_DAY = re.compile(r"y(?P<shift>[+-]1)?/(?P<month>\d{2})/(?P<day>\d{2}|last)")


@dataclass(frozen=True, slots=True)
class Label:
    """A short name an official reads, in every language offered."""

    vi: str
    en: str

    def text(self, language: str = "vi") -> str:
        """The label in this language; Vietnamese for a language that is not offered."""
        return self.en if language == "en" else self.vi

    def in_year(self, year: int) -> "Label":
        """The label with its `{year}` filled in."""
        return Label(*(text.replace("{year}", str(year)) for text in (self.vi, self.en)))


@dataclass(frozen=True, slots=True)
class Period:
    """One period (kỳ báo cáo) of one year: data from `starts_on` to the cut-off `ends_on`.

    `due_exclusive` when the rule says *trước ngày* (before the day): `due_on` is kept as written.
    """

    scheme: str
    code: str
    kind: str
    starts_on: date
    ends_on: date
    due_on: date
    due_exclusive: bool
    label: Label
    document: str


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A day given relative to the year of the scheme; `day` None is the last of its month."""

    year_shift: int
    month: int
    day: int | None

    def in_year(self, year: int) -> date:
        """The date in this year; a day the month lacks is its last day."""
        year += self.year_shift
        last = monthrange(year, self.month)[1]
        return date(year, self.month, last if self.day is None else min(self.day, last))


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One row of a scheme, before it is placed in a year."""

    code: str
    kind: str
    label: Label
    starts: RelativeDay
    ends: RelativeDay
    due: RelativeDay
    due_exclusive: bool
    document: str


@dataclass(frozen=True, slots=True)
class PeriodScheme:
    """A dated set of periods with their due dates, and the document it comes from."""

    code: str
    title: Label
    document: str
    rows: tuple[PeriodRow, ...]

    def periods(self, year: int) -> tuple[Period, ...]:
        """All periods of the year, by data cut-off; of those that close together, shortest first.

        The year is the one the periods report on: 2026-M01 may begin on 15/12/2025.
        """
        unfolded = (self._unfold(row, year) for row in self.rows)
        return tuple(sorted(unfolded, key=lambda p: (p.ends_on, -p.starts_on.toordinal())))

    def _unfold(self, row: PeriodRow, year: int) -> Period:
        return Period(
            scheme=self.code,
            code=f"{year}-{row.code}",
            kind=row.kind,
            starts_on=row.starts.in_year(year),
            ends_on=row.ends.in_year(year),
            due_on=row.due.in_year(year),
            due_exclusive=row.due_exclusive,
            label=row.label.in_year(year),
            document=row.document,
        )


def scheme_from_data(data: Mapping[str, Any], *, kinds: Mapping[str, Any]) -> PeriodScheme:
    """One scheme from its data (shape: reference_data/period_schemes.toml).

    Every period has its row, so that no recurring duty is lost for want of one. Raises ValueError
    naming scheme and row: a period unknown, missing or given twice, a day that is not `y/06/14`,
    `y-1/12/15` or `y/02/last`, a period that ends before it starts or is due before its data end.
    """
    code = str(data["code"])
    rows = tuple(_row(entry, data=data, kinds=kinds) for entry in data["rows"])
    if sorted(row.code for row in rows) != sorted(kinds):
        raise ValueError(f"{code}: not one row for each of {', '.join(sorted(kinds))}")
    return PeriodScheme(
        code=code, title=Label(**data["title"]), document=data["document"], rows=rows
    )


def _row(
    entry: Mapping[str, Any], *, data: Mapping[str, Any], kinds: Mapping[str, Any]
) -> PeriodRow:
    where = f"{data['code']} {entry['code']}"
    period = kinds.get(entry["code"])
    if period is None or period["kind"] not in PERIOD_KINDS:
        raise ValueError(f"{where}: unknown period")
    row = PeriodRow(
        code=entry["code"],
        kind=period["kind"],
        label=Label(vi=period["vi"], en=period["en"]),
        starts=_relative_day(entry["starts"], where=where),
        ends=_relative_day(entry["ends"], where=where),
        due=_relative_day(entry["due"], where=where),
        due_exclusive=entry.get("due_exclusive", data.get("due_exclusive", False)),
        document=entry.get("document", data["document"]),
    )
    in_order = (row.starts.in_year(2000), row.ends.in_year(2000), row.due.in_year(2000))
    if list(in_order) != sorted(in_order):
        raise ValueError(f"{where}: start, end and due date are not in this order")
    return row


def _relative_day(text: str, *, where: str) -> RelativeDay:
    found = _RELATIVE_DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{where}: not a day of the year: {text!r}")
    day = None if found["day"] == "last" else int(found["day"])
    relative = RelativeDay(int(found["shift"] or 0), int(found["month"]), day)
    try:
        date(2000, relative.month, relative.day or 1)
    except ValueError:
        raise ValueError(f"{where}: not a day of the year: {text!r}") from None
    return relative


def _packaged_schemes() -> Mapping[str, PeriodScheme]:
    text = (
        files("services.plans").joinpath("reference_data", "period_schemes.toml").read_text("utf-8")
    )
    data = tomllib.loads(text)
    schemes = (scheme_from_data(entry, kinds=data["periods"]) for entry in data["schemes"])
    return MappingProxyType({scheme.code: scheme for scheme in schemes})


_SCHEMES = _packaged_schemes()
# what units report by unless their plan says otherwise
DEFAULT_SCHEME = "cchc-don-vi"


def load_schemes() -> Mapping[str, PeriodScheme]:
    """The schemes delivered with the product, by code; read-only."""
    return _SCHEMES
