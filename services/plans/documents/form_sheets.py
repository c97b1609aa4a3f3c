"""Which records do the sheets of the platform's own workbook hold?

Sheets and columns are found by their words, not their place (docs/import-workbook.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.plans.documents.items import split_outside, tidy
from services.plans.documents.notices import in_sheet
from services.plans.documents.reading import Reading
from services.plans.documents.workbook import Sheet, Workbook
from services.plans.domain.targets.wording import fold

# The columns of each sheet: the key, and the folded words its header may have.
SHEETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "can cu": {
        "kind": ("loai van ban", "loai"),
        "number": ("so, ky hieu", "so ky hieu", "so"),
        "date": ("ngay ban hanh", "ngay"),
        "issuer": ("co quan ban hanh",),
        "title": ("trich yeu",),
    },
    "linh vuc": {
        "code": ("ma",),
        "title": ("linh vuc", "ten"),
        "objective": ("muc tieu",),
    },
    "chi tieu": {
        "number": ("tt", "stt"),
        "area": ("linh vuc",),
        "task": ("nhiem vu",),
        "text": ("chi tieu",),
        "operator": ("so sanh", "toan tu"),
        "value": ("gia tri",),
        "unit": ("don vi tinh", "don vi"),
        "numerator": ("tu so",),
        "denominator": ("mau so",),
    },
    "chi so": {
        "index": ("chi so",),
        "operator": ("so sanh", "toan tu"),
        "value": ("gia tri",),
        "unit": ("don vi tinh", "don vi"),
        "position": ("xep hang",),
        "of": ("trong so",),
        "ordinal": ("tt", "stt"),
        "title": ("tieu chi thanh phan",),
        "baseline": ("nam truoc",),
        "baseline_max": ("diem toi da",),
        "target": ("phan dau", "chi tieu"),
    },
    "nhiem vu": {
        "ordinal": ("tt", "stt"),
        "area": ("linh vuc",),
        "title": ("nhiem vu", "noi dung"),
        "lead": ("don vi chu tri", "chu tri"),
        "coordination": ("don vi phoi hop", "phoi hop"),
        "output": ("san pham", "ket qua"),
        "deadline": ("thoi han", "thoi gian"),
        "note": ("ghi chu",),
    },
    "trach nhiem": {
        "unit": ("don vi",),
        "text": ("noi dung", "nhiem vu"),
        "deadline": ("thoi han",),
        "report_to": ("bao cao ve",),
    },
    "ton tai": {
        "area": ("linh vuc",),
        "criterion": ("tieu chi",),
        "points": ("diem dat",),
        "max": ("diem toi da",),
        "reason": ("ly do",),
        "measure": ("giai phap",),
        "deadline": ("thoi han",),
        "unclear": ("chua ro thoi han",),
        "progress": ("tien do",),
        "note": ("ghi chu",),
    },
}
FACTS = "thong tin"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a sheet; `row` as Excel counts it."""

    sheet: str
    row: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The words of a column on one line; "" where nothing is written."""
        return " ".join(self.cells.get(key, "").split())

    def optional(self, key: str) -> str | None:
        return self[key] or None

    def lines(self, key: str) -> list[str]:
        """The lines of a cell as written."""
        return [line.strip() for line in self.cells.get(key, "").split("\n")]

    def block(self, key: str) -> str | None:
        """A cell of several lines, or None when nothing is written."""
        return "\n".join(line for line in self.lines(key) if line) or None

    def several(self, key: str) -> list[str]:
        """What a cell lists: one thing a line, or between semicolons."""
        parts = (part for line in self.lines(key) for part in split_outside(line, ";"))
        return [item for part in parts if (item := tidy(part))]


@dataclass(slots=True)
class FormSheets:
    """The sheets of a workbook by what they hold; `columns` are those a sheet really has."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def has(self, sheet: str, column: str | None = None) -> bool:
        """Whether the workbook has a sheet, or a column in it."""
        return sheet in self.records and (column is None or column in self.columns[sheet])

    def of(self, sheet: str) -> list[Record]:
        """The records of a sheet; none where it is missing."""
        return self.records.get(sheet, [])

    def warn(self, reading: Reading) -> None:
        """Warn of sheets and columns nobody reads."""
        for sheet, column in self.unknown:
            if column:
                reading.notices.add("column_not_read", in_sheet(sheet), column=column)
            else:
                reading.notices.add("sheet_not_read", in_sheet(sheet))


def read_sheets(book: Workbook) -> FormSheets:
    """The records of all sheets."""
    found = FormSheets()
    for sheet in book.sheets:
        key = fold(sheet.name).strip()
        if key == FACTS:
            found.facts.update(_facts(sheet))
        elif key in SHEETS and key not in found.records:
            columns = _columns(sheet, SHEETS[key], found)
            found.columns[key] = frozenset(columns.values())
            found.records[key] = list(_records(sheet, columns))
        else:
            found.unknown.append((sheet.name, ""))
    return found


def _facts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for number in sorted(sheet.rows):
        cells = sheet.rows[number]
        if len(cells) > 1 and cells[1].strip():
            yield fold(" ".join(cells[0].split())).rstrip(" :"), cells[1].strip()


def _columns(
    sheet: Sheet, wanted: Mapping[str, tuple[str, ...]], found: FormSheets
) -> dict[int, str]:
    """The key of each column by its header; the first column of a key is the one read."""
    columns: dict[int, str] = {}
    for place, label in enumerate(sheet.rows[min(sheet.rows)]):
        words = fold(" ".join(label.split()))
        key = next((key for key, labels in wanted.items() if words in labels), None)
        if key is not None and key not in columns.values():
            columns[place] = key
        elif words:
            found.unknown.append((sheet.name, label.strip()[:80]))
    return columns


def _records(sheet: Sheet, columns: Mapping[int, str]) -> Iterator[Record]:
    for number in sorted(sheet.rows)[1:]:
        cells = sheet.rows[number]
        own = {
            key: cells[place].replace("\r", "")
            for place, key in columns.items()
            if place < len(cells) and cells[place]
        }
        if own:
            yield Record(sheet.name, number + 1, own)
