"""Which shortcomings does a remediation table list, and which remedy belongs to which?

One row often holds a whole area: its criteria in one cell, measures, deadlines and progress in the
cells beside, told apart by blank lines only. Blocks that pair one to one with the criteria are
paired; a cell that does not fall into as many blocks stays whole, on every finding of its row, and
a person is asked.
"""

from collections.abc import Iterator

from services.plans.documents.blocks import Row, Table
from services.plans.documents.columns import Header, is_column_numbers, repeats_header
from services.plans.documents.criteria import Criterion, read_criteria
from services.plans.documents.items import blocks_of, rejoined, tidy
from services.plans.documents.ledger import check_ledger
from services.plans.documents.notices import in_table
from services.plans.documents.reading import Reading
from services.plans.documents.tasks import check_deadline, warn_of_jumps
from services.plans.domain.deadlines import Deadline
from services.plans.domain.document_content import Finding
from services.plans.domain.targets import decimal_of

Cells = dict[str, list[str]]
_PAIRED = ("measure", "deadline", "progress", "note")
_SHARED = (*_PAIRED, "unit")
_ROLES = ("ordinal", "criterion", "issue", "points", "max", "reason", *_SHARED)


def read_findings(table: Table, header: Header, *, reading: Reading) -> None:
    """Note the findings of a table; a row without ordinal goes on with the row above."""
    rows = _whole_rows(table, header)
    for cells in rows:
        _read_row(cells, table.number, header=header, reading=reading)
    for label in header.unknown():
        reading.notices.add("column_not_read", in_table(table.number), column=label)
    ordinals = [_first(cells["ordinal"]) for cells in rows]
    warn_of_jumps(ordinals, in_table(table.number), reading=reading)


def _whole_rows(table: Table, header: Header) -> list[Cells]:
    rows: list[Cells] = []
    for row in table.rows[header.data_from :]:
        if is_column_numbers(row) or repeats_header(row, header):
            continue
        own = {role: list(_lines(row, header, role=role, inherited=False)) for role in _ROLES}
        if not any(own.values()):
            continue
        if rows and "ordinal" in header.columns and not own["ordinal"] and not _begins(own):
            for role, lines in own.items():
                rows[-1][role] += lines
        else:
            rows.append(
                {
                    role: list(_lines(row, header, role=role, inherited=role in _SHARED))
                    for role in _ROLES
                }
            )
    return rows


def _begins(cells: Cells) -> bool:
    """Whether a row without ordinal is a finding of its own: an issue and something to do."""
    return bool(cells["issue"] and (cells["measure"] or cells["deadline"]))


def _lines(row: Row, header: Header, *, role: str, inherited: bool) -> Iterator[str]:
    for column in header.columns.get(role, ()):
        slot = row[column]
        if slot.begins_column and (slot.begins_row or inherited):
            yield from slot.cell.lines


def _read_row(cells: Cells, table: int, *, header: Header, reading: Reading) -> None:
    ordinal = _first(cells["ordinal"])
    criteria, scores = read_criteria(cells["issue"], reading.areas)
    check_ledger(scores, criteria, where=in_table(table, ordinal), reading=reading)
    criteria = criteria or [_plain(cells)]
    if not any(criterion.reason or criterion.code for criterion in criteria):
        return
    paired, unpaired = _pair(cells, len(criteria))
    if unpaired:
        labels = ", ".join(f"«{header.label(role)}»" for role in unpaired)
        where = in_table(table, ordinal)
        reading.notices.add("unpaired", where, items=len(criteria), blocks=labels)
    unit = " ".join(cells["unit"]).strip()
    for place, criterion in enumerate(criteria):
        own = {role: blocks[place] for role, blocks in paired.items()}
        deadline = _deadline(own["deadline"], reading, is_own="deadline" not in unpaired)
        reading.findings.append(
            Finding(
                area=criterion.area,
                criterion=criterion.code,
                points=criterion.points,
                max=criterion.max,
                reason=criterion.reason,
                measure=_words(own["measure"]),
                deadline=deadline,
                progress=_words(own["progress"]),
                note="; ".join(part for part in (_words(own["note"]), unit) if part) or None,
            )
        )
        if "deadline" not in unpaired or len(criteria) == 1:
            where = in_table(table, criterion.code or ordinal, column=header.label("deadline"))
            check_deadline(deadline, where, reading=reading)


def _pair(cells: Cells, count: int) -> tuple[dict[str, list[list[str]]], list[str]]:
    """The lines of each column for each finding, and the columns that did not pair."""
    paired: dict[str, list[list[str]]] = {}
    unpaired: list[str] = []
    for role in _PAIRED:
        lines = cells[role]
        blocks = [lines] if count == 1 else None
        if blocks is None and (found := blocks_of(lines, count)) is not None:
            blocks = [[block] for block in found]
        if blocks is None:
            blocks = [lines] * count
            if any(lines):
                unpaired.append(role)
        paired[role] = blocks
    return paired, unpaired


def _deadline(lines: list[str], reading: Reading, *, is_own: bool) -> Deadline:
    """The deadline of one finding; the same words for each criterion of a row are one phrase."""
    phrases = list(dict.fromkeys(tidy(line) or line for line in lines if line))
    if is_own or len(phrases) == 1:
        return reading.deadlines.cell(phrases)
    return reading.deadlines.unclear(lines)


def _plain(cells: Cells) -> Criterion:
    """A finding of a table that says in columns what others say in one sentence."""
    points, most = (decimal_of(" ".join(cells[role]).strip()) for role in ("points", "max"))
    reason = _words(cells["reason"])
    issue = _words(cells["issue"])
    return Criterion(
        code=_words(cells["criterion"]),
        area=None,
        points=points,
        max=most,
        reason=": ".join(part for part in (issue, reason) if part) or None,
    )


def _words(lines: list[str]) -> str | None:
    """A cell on as many lines as it has blocks, or None when nothing is written."""
    words = "\n".join(tidy(line) or line for line in rejoined(lines))
    return words if any(letter.isalnum() for letter in words) else None


def _first(lines: list[str]) -> str | None:
    return lines[0].strip("().") if lines else None
