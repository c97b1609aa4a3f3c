"""What does a written deadline mean? `cchc deadline parse`, without a running platform.

Terms in working days are counted on the delivered calendar of Vietnamese offices.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer

from services.plans.domain.calendar_seed import load_calendar_seed
from services.plans.domain.deadlines import Deadline, Recurrence, RelativeTerm, parse_deadline
from shared.working_calendar import WorkingCalendar

app = typer.Typer(
    help="Đọc thời hạn viết bằng chữ trong kế hoạch.",
    no_args_is_help=True,
    add_completion=False,
)

_YEARS = range(1900, 2200)
# Two years of which at most one can be right: what reads the same in both needs no year.
_TRIAL_YEARS = (2001, 2002)
_BAD_INPUT = 2
_PERIODS = {
    "day": "hằng ngày",
    "week": "hằng tuần",
    "month": "hằng tháng",
    "quarter": "hằng quý",
    "half_year": "6 tháng",
    "nine_months": "9 tháng",
    "year": "hằng năm",
}
_UNITS = {"day": "ngày", "working_day": "ngày làm việc", "month": "tháng"}
_UNDATED = {
    "continuous": "thường xuyên, không có hạn cuối",
    "as_prescribed": "theo quy định hoặc kế hoạch khác; cần người đặt hạn",
    "on_event": "khi có sự việc; chưa có hạn cho đến khi ghi nhận sự việc",
    "unset": "không ghi thời hạn",
    "unrecognised": "chưa hiểu được; cần người xem lại",
}

_Parse = Callable[[str], Deadline]
_Text = Annotated[
    str | None,
    typer.Argument(
        metavar="CÂU_CHỮ",
        help='Thời hạn như đã viết; "-" là đọc từ đầu vào chuẩn, mỗi dòng một câu.',
        show_default=False,
    ),
]
# Read as text, so that a refusal can be a Vietnamese sentence.
_Year = Annotated[
    str | None,
    typer.Option(
        "--year",
        metavar="NĂM",
        help="Năm của kế hoạch, dùng khi câu chữ không ghi năm.",
        show_default=False,
    ),
]
_IssuedOn = Annotated[
    str | None,
    typer.Option(
        "--issued-on",
        metavar="NGÀY",
        help="Ngày ban hành (2025-01-31 hoặc 31/01/2025), để tính hạn kể từ ngày ban hành.",
        show_default=False,
    ),
]
_AsJson = Annotated[
    bool, typer.Option("--json", help="In mỗi thời hạn thành một đối tượng JSON trên một dòng.")
]


@app.callback()
def deadline() -> None:
    """Đọc thời hạn viết bằng chữ trong kế hoạch."""


# A text may begin with a dash ("- Tháng 6") without being an option.
@app.command(context_settings={"ignore_unknown_options": True})
def parse(
    text: _Text = None,
    year: _Year = None,
    issued_on: _IssuedOn = None,
    *,
    as_json: _AsJson = False,
) -> None:
    """Cho biết một thời hạn viết bằng chữ nghĩa là gì (không cần nền tảng đang chạy)."""
    if text is None:
        raise _refused(
            'Thiếu câu chữ cần đọc. Ví dụ: cchc deadline parse "Trước ngày 30/6" --year 2025'
        )
    read = _reader(year=_year(year), issued_on=_day(issued_on))
    for phrase in _standard_input() if text == "-" else [_printable(text)]:
        found = read(phrase)
        line = json.dumps(found.as_json(), ensure_ascii=False) if as_json else _line(found)
        # Bytes: the answer is UTF-8 whatever the terminal was set to.
        typer.echo(line.encode("utf-8"))


def _reader(*, year: int | None, issued_on: date | None) -> _Parse:
    counting = WorkingCalendar(load_calendar_seed()).add_working_days
    read = partial(parse_deadline, issued_on=issued_on, add_working_days=counting)
    if year is not None:
        return partial(read, year=year)

    def without_year(text: str) -> Deadline:
        one, other = (read(text, year=trial) for trial in _TRIAL_YEARS)
        if one != other:
            raise _refused(f"“{text}” không ghi năm: hãy thêm --year, ví dụ --year 2025.")
        return one

    return without_year


def _standard_input() -> Iterator[str]:
    """The phrases of standard input, one a line, blank lines too; the line end is not theirs."""
    for line in typer.get_binary_stream("stdin"):
        yield line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")


def _printable(argument: str) -> str:
    """An argument whose bytes were not UTF-8, with those bytes replaced."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) in _YEARS):
        raise _refused(f"--year phải là năm từ {_YEARS[0]} đến {_YEARS[-1]}, không phải “{text}”.")
    return int(text)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise _refused(
        f"--issued-on phải là một ngày như 2025-01-31 hoặc 31/01/2025, không phải “{text}”."
    )


def _refused(sentence: str) -> typer.Exit:
    """Says the sentence on standard error; the caller raises what is returned."""
    typer.echo(_printable(sentence).encode("utf-8"), err=True)
    return typer.Exit(_BAD_INPUT)


def _line(deadline: Deadline) -> str:
    return f"{deadline.raw.strip() or '(trống)'} → {_meaning(deadline)}"


def _meaning(deadline: Deadline) -> str:
    """The deadline in one short Vietnamese clause."""
    if deadline.parts is not None:
        return "; và ".join(_meaning(part) for part in deadline.parts)
    before = "trước " if deadline.exclusive else ""
    if deadline.recurrence is not None:
        return f"lặp lại {_recurrence(deadline.recurrence, before)}"
    if deadline.relative is not None:
        known = f" (đến hết ngày {_date(deadline.due_on)})" if deadline.due_on else ""
        return _term(deadline.relative) + known
    if deadline.dates is not None:
        return f"{before}ngày " + ", ".join(_date(day) for day in deadline.dates)
    if deadline.starts_on is not None and deadline.due_on is not None:
        end = "trước" if deadline.exclusive else "hết"
        return f"từ ngày {_date(deadline.starts_on)} đến {end} ngày {_date(deadline.due_on)}"
    return _UNDATED[deadline.kind]


def _recurrence(recurrence: Recurrence, before: str) -> str:
    every = ", ".join(_PERIODS[period] for period in recurrence.every)
    month = f" tháng {recurrence.month}" if recurrence.month else ""
    last = " của tháng cuối kỳ" if recurrence.of else ""
    if recurrence.day:
        return f"{every}, {before}ngày {recurrence.day}{month}{last}"
    return f"{every}, trong{month or last.removeprefix(' của')}" if month or last else every


def _term(term: RelativeTerm) -> str:
    anchor = "ngày ban hành" if term.anchor == "issued_on" else "ngày xảy ra sự việc"
    joined = "kể từ" if term.direction == "after" else "trước"
    return f"{term.amount} {_UNITS[term.unit]} {joined} {anchor}"


def _date(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
