"""Which obligations does one written deadline make in a year, and when is each due?

SPEC §4: a recurring duty becomes one obligation per period of the scheme; of periods that close
together only the longest is owed ("Định kỳ hằng quý, 6 tháng, năm" = quý I, 6 tháng, quý III,
năm). Other deadlines give one obligation, or one per date. Written dates are never moved here.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.plans.domain.deadlines import Deadline, Recurrence
from services.plans.domain.periods import Label, Period, PeriodScheme

QUARTERLY = ("quarter",)

_FROM_TEXT = "text"
_FROM_SCHEME = "scheme"
_FROM_POLICY = "policy"
_PRECEDENCE = (_FROM_TEXT, _FROM_SCHEME, _FROM_POLICY)
_LAST_MONTH = 12
_LAST_DAY = 31


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time something is owed.

    `due_on` as written (None: a person must set it); `exclusive` when it says *trước* (before).
    `due_from`: the words of the plan (text), the scheme's row (scheme), or a check point nobody
    wrote (policy). `label` tells occurrences of one duty apart: "quý I năm 2026".
    """

    period: Period | None
    starts_on: date | None
    due_on: date | None
    exclusive: bool
    due_from: str
    label: Label


def occurrences(
    deadline: Deadline,
    *,
    year: int,
    scheme: PeriodScheme,
    issued_on: date | None,
    check_points: tuple[str, ...] = QUARTERLY,
) -> tuple[Occurrence, ...]:
    """The occurrences of a deadline in one year of the plan, by due date, undated ones last.

    `issued_on`: periodic occurrences due before that day are not made; None keeps all. Dates
    written out are kept even then, because somebody wrote them. `check_points`: kinds of period
    at which a continuous duty is looked at. Daily and weekly duties give none. What several parts
    of one cell ask for on one day, or without a day, is owed once: the first of them is kept.
    """
    found = [
        occurrence
        for part in _parts(deadline)
        for occurrence in _of_one_part(part, year=year, scheme=scheme, check_points=check_points)
    ]
    owed = _owed_once(occurrence for occurrence in found if occurrence.period is not None)
    owed = [o for o in owed if issued_on is None or o.due_on is None or o.due_on >= issued_on]
    owed += [occurrence for occurrence in found if occurrence.period is None]
    dated = {o.due_on: o for o in reversed(owed) if o.period is None}
    periodic = [o for o in owed if o.period is not None]
    return tuple(sorted([*periodic, *dated.values()], key=lambda o: o.due_on or date.max))


def reporting_cut_off(dated: Deadline | Occurrence, scheme: PeriodScheme) -> date | None:
    """The day the year's figures are taken, for a window that ends on 31/12; else None.

    Under the administrative year that is 14/12 (Nghị định 09/2019/NĐ-CP, Điều 12): what is done
    later counts in the task but not in the yearly report. None also where the scheme's year
    itself ends on 31/12. Shown beside the due date, never instead of it.
    """
    due = dated.due_on
    is_window = dated.starts_on is not None and not (isinstance(dated, Occurrence) and dated.period)
    if not is_window or due is None or (due.month, due.day) != (_LAST_MONTH, _LAST_DAY):
        return None
    cut_off = next(p.ends_on for p in scheme.periods(due.year) if p.kind == "year")
    return cut_off if cut_off < due else None


def _parts(deadline: Deadline) -> Iterator[Deadline]:
    if not deadline.parts:
        yield deadline
    for part in deadline.parts or ():
        yield from _parts(part)


def _of_one_part(
    deadline: Deadline, *, year: int, scheme: PeriodScheme, check_points: tuple[str, ...]
) -> Iterable[Occurrence]:
    if deadline.kind == "continuous":
        owed = _periods(check_points, scheme.periods(year))
        return [_on_scheme_date(period, period, due_from=_FROM_POLICY) for period in owed]
    if deadline.recurrence is not None:
        return _recurring(deadline, deadline.recurrence, year=year, scheme=scheme)
    if deadline.kind == "dates" and deadline.dates:
        return [_written(deadline, day, label=_date_label(day)) for day in deadline.dates]
    return [_written(deadline, deadline.due_on, label=Label(deadline.raw, deadline.raw))]


def _recurring(
    deadline: Deadline, recurrence: Recurrence, *, year: int, scheme: PeriodScheme
) -> Iterator[Occurrence]:
    in_year = scheme.periods(year)
    owed = _periods(recurrence.every, in_year)
    named = _period_of_month(owed, recurrence.month)
    for period in owed:
        month = recurrence.month if period is named else None
        if recurrence.day is None or (named is not None and period is not named):
            row = _month_row(in_year, month) if month else period
            yield _on_scheme_date(period, row, due_from=_FROM_SCHEME)
            continue
        closing = period.ends_on
        due = _day_of_month(year if month else closing.year, month or closing.month, recurrence.day)
        yield Occurrence(
            period, period.starts_on, due, deadline.exclusive, _FROM_TEXT, period.label
        )


def _period_of_month(owed: list[Period], month: int | None) -> Period | None:
    """The one period a named month speaks of: it names one day a year.

    That is the period closing in this month or last before it ("năm, trước 15/12": the year;
    "6 tháng, trước 10/7": the first half); failing that, the first. The others keep the dates of
    the scheme.
    """
    if month is None or not owed:
        return None
    closed = [period for period in owed if period.ends_on.month <= month]
    return closed[-1] if closed else owed[0]


def _month_row(in_year: Iterable[Period], month: int) -> Period:
    return next(p for p in in_year if p.kind == "month" and p.ends_on.month == month)


def _periods(kinds: tuple[str, ...], in_year: Iterable[Period]) -> list[Period]:
    """The periods of these kinds, of those that close together only the longest; by closing."""
    longest: dict[date, Period] = {}
    for period in in_year:
        rival = longest.get(period.ends_on)
        if period.kind in kinds and (rival is None or period.starts_on < rival.starts_on):
            longest[period.ends_on] = period
    return [longest[closing] for closing in sorted(longest)]


def _owed_once(periodic: Iterable[Occurrence]) -> list[Occurrence]:
    """What several parts of one cell ask for at one closing is owed once, for the longest period.

    Days written for one and the same period ("10/7 và 10/12 hằng năm") are all owed: the last
    stands for the period, the others for their date. A yearly day in another month than the
    closing one is a matter of its own, not the report of what closes with the year.
    """
    groups = defaultdict(list)
    for occurrence in periodic:
        groups[_closing(occurrence)].append(occurrence)
    owed = []
    for group in groups.values():
        start = min(occurrence.starts_on or date.max for occurrence in group)
        longest = sorted((o for o in group if o.starts_on == start), key=_precedence)
        written = {o.due_on: o for o in longest if o.due_from == _FROM_TEXT}
        owed += list(written.values()) or longest[:1]
    last = {o.period: o.due_on for o in sorted(owed, key=lambda o: o.due_on or date.max)}
    return [o if o.due_on == last[o.period] else _by_date(o) for o in owed]


def _closing(occurrence: Occurrence) -> tuple[date | None, int | None]:
    """Where an occurrence closes, and the month it is due in where the words name another one."""
    period, due = occurrence.period, occurrence.due_on
    if period is None or due is None:
        return None, None
    elsewhere = occurrence.due_from == _FROM_TEXT and due.month != period.ends_on.month
    return period.ends_on, due.month if elsewhere else None


def _by_date(occurrence: Occurrence) -> Occurrence:
    label = _date_label(occurrence.due_on) if occurrence.due_on else occurrence.label
    return replace(occurrence, period=None, starts_on=None, label=label)


def _precedence(occurrence: Occurrence) -> int:
    return _PRECEDENCE.index(occurrence.due_from)


def _on_scheme_date(period: Period, row: Period, *, due_from: str) -> Occurrence:
    return Occurrence(
        period, period.starts_on, row.due_on, row.due_exclusive, due_from, period.label
    )


def _written(deadline: Deadline, due_on: date | None, *, label: Label) -> Occurrence:
    return Occurrence(None, deadline.starts_on, due_on, deadline.exclusive, _FROM_TEXT, label)


def _date_label(day: date) -> Label:
    return Label(vi=f"ngày {day.day}/{day.month}/{day.year}", en=day.isoformat())


def _day_of_month(year: int, month: int, day: int) -> date:
    """A day the month lacks (30 February) is its last day, as in Bộ luật Dân sự 2015, Điều 148."""
    return date(year, month, min(day, monthrange(year, month)[1]))
