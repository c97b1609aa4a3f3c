"""Where does the delivered working calendar come from, and how is a year added?

The public-holiday library gives the days of the law and the swaps it knows; the tables below give
what it lacks, what it has wrong for offices, and the document behind each announcement. Run by
hand when a year is announced (`python -m services.plans.reference_data.seed_calendar`), review
the difference of `calendar_vn.json`, commit. Nothing calls it at run time.
A swap the library knows and SWAPS does not is an error: every row must cite its document.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import holidays

from shared.working_calendar import CalendarDay, DayKind

Swaps = Mapping[date, tuple[date, str]]

YEARS = range(2024, 2028)
CALENDAR_FILE = Path(__file__).with_name("calendar_vn.json")

_LABOUR_CODE = "Bộ luật Lao động 2019, Điều 112"
_COMPENSATION = "Bộ luật Lao động 2019, Điều 111 khoản 3"

# Tết and National Day are fixed each year by the Prime Minister (Điều 112 khoản 3).
_YEARLY_NOTICES = {
    2024: "Công văn 8662/VPCP-KGVX ngày 03/11/2023",
    2025: "Công văn 8726/VPCP-KGVX ngày 26/11/2024; Thông báo 6150/TB-BLĐTBXH năm 2024",
    2026: "Thông báo 9441/TB-BNV ngày 16/10/2025",
}
_FIXED_YEARLY = ("Tết Nguyên đán", "Quốc khánh")
_PROJECTED = " (dự kiến, chờ thông báo nghỉ lễ, Tết của năm)"

# Weekday off → the weekend day worked for it, and the document. The library lacks 2026-01-02.
SWAPS: Swaps = {
    date(2024, 4, 29): (date(2024, 5, 4), "Công văn 2450/VPCP-KGVX ngày 12/4/2024"),
    date(2025, 5, 2): (date(2025, 4, 26), _YEARLY_NOTICES[2025]),
    date(2026, 1, 2): (date(2026, 1, 10), "Công văn 12729/VPCP-KGVX ngày 25/12/2025"),
    date(2026, 8, 31): (date(2026, 8, 22), _YEARLY_NOTICES[2026]),
}

# The five days of Tết 2025 were 27–31/01: this Saturday is a plain weekend.
_NOT_A_HOLIDAY = {date(2025, 2, 1)}

# Announced as policy; the amendment of the Labour Code that would bind offices was not seen.
_PROVISIONAL = {
    "Ngày Văn hóa Việt Nam": "Nghị quyết 80-NQ/TW ngày 07/01/2026 (chờ sửa đổi Bộ luật Lao động)",
}


def calendar_days(swaps: Swaps = SWAPS) -> list[CalendarDay]:
    """Every row of the delivered calendar, by date; weekends without a holiday are not rows.

    Raises ValueError when the library knows a swap that `swaps` does not cite.
    """
    public = holidays.country_holidays("VN", years=YEARS, language="vi")
    rows = _swapped_days(swaps)
    for day, name in public.items():
        made_up_on = _swapped_with(name)
        if made_up_on is None and day not in _NOT_A_HOLIDAY:
            rows.append(_day_of_the_law(day, name))
        elif made_up_on is not None and swaps.get(day, (None,))[0] != made_up_on:
            raise ValueError(f"no document is cited for the swap of {day} with {made_up_on}")
    return sorted(rows, key=lambda row: row.date)


def _swapped_with(name: str) -> date | None:
    found = re.search(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})", name)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _swapped_days(swaps: Swaps) -> list[CalendarDay]:
    rows = []
    for off, (worked, document) in swaps.items():
        rows += [
            CalendarDay(
                off, DayKind.SWAPPED_OFF, f"Nghỉ hoán đổi, làm bù ngày {worked:%d/%m/%Y}", document
            ),
            CalendarDay(
                worked, DayKind.MAKEUP_WORKING, f"Làm bù cho ngày {off:%d/%m/%Y}", document
            ),
        ]
    return rows


def _day_of_the_law(day: date, library_name: str) -> CalendarDay:
    compensatory = library_name.endswith("(nghỉ bù)")
    # The library numbers the days around Tết, not always rightly; one name is always right.
    is_tet = "Tết" in library_name and library_name != "Tết Dương lịch"
    name = "Tết Nguyên đán" if is_tet else library_name
    announced = day.year in _YEARLY_NOTICES
    document = _COMPENSATION if compensatory else _LABOUR_CODE
    if name in _FIXED_YEARLY and announced:
        document = _YEARLY_NOTICES[day.year]
    document = _PROVISIONAL.get(name, document if announced else document + _PROJECTED)
    return CalendarDay(
        date=day,
        kind=DayKind.COMPENSATORY_OFF if compensatory else DayKind.HOLIDAY,
        name=name,
        document=document,
        provisional=not announced or name in _PROVISIONAL,
    )


def as_json(days: list[CalendarDay]) -> str:
    """The file's text: one row a line, so that a changed day is one changed line."""
    rows = ",\n".join(
        "  "
        + json.dumps(
            {
                "date": row.date.isoformat(),
                "kind": row.kind.value,
                "name": row.name,
                "document": row.document,
                "provisional": row.provisional,
            },
            ensure_ascii=False,
        )
        for row in days
    )
    return f'{{"country": "VN", "days": [\n{rows}\n]}}\n'


def main() -> None:
    """Write the calendar file anew."""
    CALENDAR_FILE.write_text(as_json(calendar_days()), encoding="utf-8")


if __name__ == "__main__":
    main()
