"""How does an appraiser work through one criterion across all units? Line by line, or all at once.

Each unit has its own outcome: what cannot be done for one is said, and does not stop the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.scoring.domain import Criterion, InvalidInputs
from services.scoring.domain.rounds.deductions import DoesNotClose, final_line, read_deductions
from services.scoring.domain.rounds.layers import (
    Layer,
    Sheet,
    is_appraised,
    is_surveyed,
    leaves_of,
)
from services.scoring.domain.rounds.lifecycle import RoundState, SheetState, appraisal_refusal
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import RoundUnitRow
from services.scoring.use_cases.enter import NewEntry, add_entries, score_values, shown
from services.scoring.use_cases.round_book import RoundBook, read_sheets
from services.scoring.use_cases.round_units import Outcome
from services.scoring.use_cases.rounds import require_still_open
from shared.errors import Conflict, FieldError, Invalid
from shared.rights import Principal
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What an appraiser decides on the line of one unit.

    `accept` takes the unit's own value over. `deductions` name the points lost with their reasons
    and add up to them; without any, `reason` stands for all that was lost.
    """

    unit_code: str
    accept: bool = False
    value: Mapping[str, Any] | None = None
    reason: str = ""
    deductions: Sequence[Mapping[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Task:
    """One criterion of a round, in one layer, by one person."""

    book: RoundBook
    criterion: Criterion
    layer: Layer
    by: Principal


async def appraise(uow: UnitOfWork, task: Task, wanted: Sequence[Appraisal]) -> list[Outcome]:
    """Appraise a criterion for the units named (thẩm định); one outcome each."""
    units = {
        unit.unit_code: unit
        for unit in await stored.round_units(
            uow.session, task.book.row.id, codes=[w.unit_code for w in wanted], lock=True
        )
    }
    await require_still_open(uow, task.book.row)
    sheets = await _sheets(uow, task, list(units.values()))
    waiting = await stored.open_objections(uow.session, task.book.row.id)
    outcomes: list[Outcome] = []
    entries: list[tuple[RoundUnitRow, list[NewEntry]]] = []
    for appraisal in wanted:
        unit = units.get(appraisal.unit_code)
        if unit is None:
            outcomes.append(Outcome(appraisal.unit_code, "rejected", "unit_not_in_round"))
            continue
        sheet = sheets[unit.unit_code]
        open_objection = (unit.unit_code, task.criterion.code) in waiting
        made = _entry(task, unit, sheet, appraisal, open_objection=open_objection)
        if isinstance(made, str):
            outcomes.append(Outcome(unit.unit_code, "rejected", made))
            continue
        entries.append((unit, [made]))
        points = shown(made, task.book.books.of(unit.peer_group))
        outcomes.append(Outcome(unit.unit_code, "applied", points=points))
    await add_entries(uow, entries, task.book.criteria_set, by=task.by.id)
    return outcomes


async def apply_to_all(
    uow: UnitOfWork, task: Task, template: Appraisal, *, only_new: bool, units: Sequence[str]
) -> list[Outcome]:
    """Apply one clarification to all units (áp dụng cho tất cả), or to those named.

    With `only_new`, units whose line is appraised already are skipped.
    """
    rows = await stored.round_units(uow.session, task.book.row.id, codes=units or None)
    sheets = await _sheets(uow, task, rows)
    outcomes: list[Outcome] = []
    wanted: list[Appraisal] = []
    for row in rows:
        sheet = sheets[row.unit_code]
        if only_new and (task.criterion.code, task.layer) in sheet.entries:
            outcomes.append(Outcome(row.unit_code, "skipped", "line_is_appraised"))
        elif task.criterion.code in sheet.exemptions:
            outcomes.append(Outcome(row.unit_code, "skipped", "line_exempt"))
        else:
            wanted.append(
                Appraisal(
                    row.unit_code,
                    template.accept,
                    template.value,
                    template.reason,
                    template.deductions,
                )
            )
    outcomes += await appraise(uow, task, wanted)
    return sorted(outcomes, key=lambda outcome: outcome.unit_code)


async def task_of(
    uow: UnitOfWork, book: RoundBook, code: str, layer: Layer, *, by: Principal, insider: bool
) -> Task:
    """One criterion to be worked on by somebody who holds it, or who runs the round.

    :raises Conflict: the round is not open, or somebody else holds the criterion.
    :raises Invalid: no such line, or nobody appraises it in this layer.
    """
    if book.row.state != RoundState.OPEN:
        raise Conflict(f"round_is_{book.row.state}")
    criterion = book.criteria_set.outline.by_code.get(code)
    if criterion is None or criterion.rule is None:
        raise _invalid("/criterion", "unknown_criterion")
    fits = is_surveyed(criterion) if layer is Layer.SURVEY else is_appraised(criterion)
    if not fits:
        raise _invalid("/layer", "layer_does_not_fit")
    if not insider:
        held = await stored.criteria_held(uow.session, book.row.id, by.id)
        if not any(code in leaves_of(book.criteria_set, mine) for mine in held):
            raise Conflict("criterion_not_held")
    return Task(book, criterion, layer, by)


def _entry(
    task: Task, unit: RoundUnitRow, sheet: Sheet, wanted: Appraisal, *, open_objection: bool
) -> NewEntry | str:
    """The entry to be added, or the code of the reason why there is none."""
    code = task.criterion.code
    refused = _refusal(task, unit, sheet, open_objection=open_objection)
    if refused is not None:
        return refused
    value = wanted.value
    if wanted.accept:
        own = sheet.entries.get((code, Layer.SELF))
        if own is None:
            return "nothing_to_accept"
        value = own.value
    return made_entry(task, unit, value, wanted)


def made_entry(
    task: Task, unit: RoundUnitRow, value: Mapping[str, Any] | None, wanted: Appraisal
) -> NewEntry | str:
    """An entry whose value fits and whose deductions close, or the code of what is wrong."""
    code = task.criterion.code
    criteria_set = task.book.books.of(unit.peer_group)
    line = None
    if value is not None:
        try:
            line = score_values(criteria_set, unit, {code: value})[code]
        except InvalidInputs:
            return "value_does_not_fit"
        try:
            final = final_line(
                line, criteria_set, named=read_deductions(wanted.deductions), reason=wanted.reason
            )
        except DoesNotClose:
            return "deductions_do_not_close"
        if final.lost > 0 and not wanted.accept and not (wanted.reason or wanted.deductions):
            return "reason_for_loss_missing"
    elif wanted.deductions or not (wanted.reason or wanted.accept):
        return "reason_for_loss_missing"
    return NewEntry(code, task.layer, value, wanted.reason, deductions=wanted.deductions, line=line)


def _refusal(task: Task, unit: RoundUnitRow, sheet: Sheet, *, open_objection: bool) -> str | None:
    if task.criterion.code in sheet.exemptions:
        return "line_exempt"
    if task.layer is Layer.SURVEY:
        return None  # surveys come when they come; the final figures take them as they are then
    return appraisal_refusal(
        review=task.layer is Layer.APPRAISED_2,
        clock=task.book.clock,
        unit_code=unit.unit_code,
        sheet=SheetState(unit.state),
        open_objection=open_objection,
    )


async def _sheets(uow: UnitOfWork, task: Task, units: Sequence[RoundUnitRow]) -> dict[str, Sheet]:
    if not units:
        return {}
    found = await read_sheets(
        uow.session, uow.tables, task.book, units, criterion=task.criterion.code
    )
    return {sheet.unit_code: sheet for sheet in found}


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
