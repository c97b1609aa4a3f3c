"""What do the tables of a document hold, the ones that go on over a page put together?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.plans.documents.areas import is_known_area
from services.plans.documents.blocks import Table
from services.plans.documents.columns import Header, read_header, short_label
from services.plans.documents.finding_tables import read_findings
from services.plans.documents.index_tables import read_index_table
from services.plans.documents.notices import in_table
from services.plans.documents.outline import PlacedTable
from services.plans.documents.reading import Reading
from services.plans.documents.tasks import read_tasks
from services.plans.documents.unit_checks import check_names

_YEAR = re.compile(r"\bnăm (20\d\d)\b", re.IGNORECASE)


@dataclass(slots=True)
class TableReader:
    """The tables of a document with their headers; `years` are those its titles name."""

    placed: Sequence[PlacedTable]
    years: set[int]
    _known: list[tuple[PlacedTable, Header | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = [(table, read_header(table.table)) for table in _whole(self.placed)]

    @property
    def assign_tasks(self) -> bool:
        """Whether a table assigns the tasks, so that the prose only repeats them."""
        return any(header is not None and header.kind == "tasks" for _, header in self._known)

    def read(self, reading: Reading) -> None:
        """Note what each table holds; a table nobody understands is warned about."""
        for placed, header in self._known:
            if header is None:
                reading.notices.add("table_not_read", in_table(placed.table.number))
            elif header.kind == "tasks":
                read_tasks(placed.table, header, area=_area_above(placed), reading=reading)
            elif header.kind == "findings":
                read_findings(placed.table, header, reading=reading)
            else:
                read_index_table(placed.table, header, before=placed.before, reading=reading)
            if header is not None and header.kind != "index":
                self._check_years(placed.table, header, reading=reading)
        check_names(reading)

    def _check_years(self, table: Table, header: Header, *, reading: Reading) -> None:
        expected = self.years | {reading.year}
        for label in header.labels:
            for part in label:
                for found in _YEAR.findall(part):
                    if int(found) not in expected:
                        where = in_table(table.number, None, column=short_label(label))
                        years = ", ".join(str(year) for year in sorted(self.years) if year)
                        reading.notices.add("year_disagreement", where, found=found, year=years)


def _whole(placed: Sequence[PlacedTable]) -> Iterator[PlacedTable]:
    """The tables, each with the pieces that follow it under the same or no header."""
    current: PlacedTable | None = None
    for piece in placed:
        if current is not None and _goes_on(current, piece):
            rows = current.table.rows + piece.table.rows
            current = replace(current, table=Table(rows, current.table.number))
            continue
        if current is not None:
            yield current
        current = piece
    if current is not None:
        yield current


def _goes_on(table: PlacedTable, piece: PlacedTable) -> bool:
    if not piece.follows_table or piece.table.width != table.table.width:
        return False
    own, above = read_header(piece.table), read_header(table.table)
    return above is not None and (own is None or own.labels == above.labels)


def _area_above(placed: PlacedTable) -> tuple[str | None, str] | None:
    """The area whose heading stands over a table."""
    for heading in reversed(placed.headings):
        if is_known_area(heading.text):
            return heading.number, heading.text
    return None
