"""How does a round that was held elsewhere, or on paper, come in? As its decision published it.

The first year on this platform needs last year's figures to compare with and to remedy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.scoring.domain import InvalidInputs
from services.scoring.domain.rounds.deductions import DoesNotClose, final_line, read_deductions
from services.scoring.domain.rounds.layers import Layer, is_computed, is_surveyed
from services.scoring.domain.rounds.lifecycle import RoundState
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import PublicationRow, RoundRow, RoundUnitRow
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.enter import NewEntry, add_entries, score_values
from services.scoring.use_cases.finalise_round import finalise
from services.scoring.use_cases.publish_round import DecisionData, publish
from services.scoring.use_cases.round_book import RoundBook, open_book
from services.scoring.use_cases.rounds import require
from shared.errors import FieldError, Invalid
from shared.rights import Principal
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """A line as it was decided."""

    criterion: str
    value: Mapping[str, Any]
    reason: str = ""
    deductions: Sequence[Mapping[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class RecordedUnit:
    """All lines of one unit, but those that follow from others."""

    unit_code: str
    lines: Sequence[RecordedLine]


async def record(
    uow: UnitOfWork,
    row: RoundRow,
    recorded: Sequence[RecordedUnit],
    *,
    decision: DecisionData,
    by: Principal,
) -> PublicationRow:
    """Take in decided results and publish them under their decision.

    :raises Conflict: the round has begun here, or lines are missing.
    :raises Invalid: units or lines the round does not have, values or deductions that do not fit.
    """
    await require(uow, row, "record")
    book = await open_book(uow.session, row, uow.now())
    units = {u.unit_code: u for u in await stored.round_units(uow.session, row.id, lock=True)}
    sheets: list[tuple[RoundUnitRow, list[NewEntry]]] = []
    for place, found in enumerate(recorded):
        unit = units.pop(found.unit_code, None)
        if unit is None:
            raise _invalid(f"/units/{place}/unit_code", "not_in_round")
        sheets.append((unit, _entries(book, unit, found, decision, at=f"/units/{place}")))
    await add_entries(uow, sheets, book.criteria_set, by=by.id)
    row.state = RoundState.OPEN
    await uow.save(row)
    await finalise(uow, row, unappraised="refuse", by=by.id, phases_count=False)
    return await publish(uow, row, decision, by)


def _entries(
    book: RoundBook, unit: RoundUnitRow, found: RecordedUnit, decision: DecisionData, *, at: str
) -> list[NewEntry]:
    criteria_set = book.books.of(unit.peer_group)
    values = {line.criterion: line.value for line in found.lines}
    by_code = criteria_set.outline.by_code
    for place, line in enumerate(found.lines):
        criterion = by_code.get(line.criterion)
        if criterion is None or criterion.rule is None or is_computed(criterion):
            raise _invalid(f"{at}/lines/{place}/criterion", "unknown_criterion")
    if len(values) < len(found.lines):
        raise _invalid(f"{at}/lines", "duplicates")
    try:
        scored = score_values(criteria_set, unit, values)
    except InvalidInputs as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    entries = []
    for place, line in enumerate(found.lines):
        scored_line = scored[line.criterion]
        reason = line.reason or decision.number
        try:
            named = read_deductions(line.deductions)
            final_line(scored_line, criteria_set, named=named, reason=reason)
        except DoesNotClose as open_line:
            pointer = f"{at}/lines/{place}/deductions"
            raise _invalid(pointer, "deductions_do_not_close") from open_line
        layer = Layer.SURVEY if is_surveyed(by_code[line.criterion]) else Layer.APPRAISED_1
        entries.append(
            NewEntry(
                line.criterion,
                layer,
                line.value,
                reason,
                deductions=line.deductions,
                line=scored_line,
            )
        )
    return entries


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
