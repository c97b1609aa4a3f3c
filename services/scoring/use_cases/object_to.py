"""What if a unit does not accept a score? It explains itself on the line; somebody decides, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.scoring.domain import InvalidInputs
from services.scoring.domain.rounds.layers import Layer, counting, is_appraised
from services.scoring.domain.rounds.lifecycle import SheetState, appraisal_refusal
from services.scoring.storage.round_tables import ObjectionRow, RoundUnitRow
from services.scoring.use_cases.appraise import Appraisal, Task, made_entry
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.enter import NewEntry, add_entries, score_values, shown
from services.scoring.use_cases.round_book import RoundBook, read_sheets
from services.scoring.use_cases.rounds import require_still_open
from services.scoring.use_cases.self_score import require_sheet
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork

Decision = Literal["accepted", "partly_accepted", "rejected"]
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a unit says to a line (giải trình): why, on what evidence, and which value it asks for."""

    criterion: str
    explanation: str
    wanted: Mapping[str, Any] | None = None
    evidence: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided on an objection."""

    outcome: Decision
    reason: str
    value: Mapping[str, Any] | None = None
    deductions: Sequence[Mapping[str, str]] = field(default_factory=tuple)


async def object_to_line(
    uow: UnitOfWork, book: RoundBook, unit: RoundUnitRow, said: Explanation, by: UUID
) -> ObjectionRow:
    """Explain a line and ask for another score, within the explanation phase.

    :raises Conflict: the phase is not open, or an objection to the line waits already.
    :raises Invalid: a line that was not appraised, or a value that does not fit.
    """
    require_sheet(book, unit, "object")
    criteria_set = book.books.of(unit.peer_group)
    criterion = criteria_set.outline.by_code.get(said.criterion)
    if criterion is None or criterion.rule is None or not is_appraised(criterion):
        raise _invalid("/criterion", "unknown_criterion")
    [sheet] = await read_sheets(uow.session, uow.tables, book, [unit], criterion=said.criterion)
    standing = counting(criterion, sheet.entries, "reviewed")
    if standing is None or said.criterion in sheet.exemptions:
        raise _invalid("/criterion", "line_not_appraised")
    await _require_none_open(uow, unit, said.criterion)
    line = None
    if said.wanted is not None:
        try:
            line = score_values(criteria_set, unit, {said.criterion: said.wanted})[said.criterion]
        except InvalidInputs as invalid:
            raise as_problem("inputs_invalid", invalid.problems) from invalid
    entry = NewEntry(
        said.criterion, Layer.EXPLANATION, said.wanted, said.explanation, said.evidence, line=line
    )
    await add_entries(uow, [(unit, [entry])], criteria_set, by=by)
    row = ObjectionRow(
        round_id=unit.round_id,
        round_unit_id=unit.id,
        unit_code=unit.unit_code,
        criterion=said.criterion,
        explanation=said.explanation,
        wanted=None if said.wanted is None else dict(said.wanted),
        evidence=[dict(item) for item in said.evidence],
        points_before=standing.points,
        state=OPEN,
    )
    await uow.save(row)
    return row


async def decide(
    uow: UnitOfWork, task: Task, unit: RoundUnitRow, objection: ObjectionRow, ruling: Ruling
) -> ObjectionRow:
    """Decide on an objection; the decision is the second appraisal of the line.

    :raises Conflict: it is decided, or the review phase is not open.
    :raises Invalid: no value to accept, or one that does not fit.
    """
    await require_still_open(uow, task.book.row)
    await uow.session.refresh(objection)
    if objection.state != OPEN:
        raise Conflict("objection_is_decided")
    refused = appraisal_refusal(
        review=True,
        clock=task.book.clock,
        unit_code=unit.unit_code,
        sheet=SheetState(unit.state),
        open_objection=False,
    )
    if refused is not None:
        raise Conflict(refused)
    criteria_set = task.book.books.of(unit.peer_group)
    entry = await _ruled(uow, task, unit, objection, ruling)
    await add_entries(uow, [(unit, [entry])], criteria_set, by=task.by.id)
    objection.state = ruling.outcome
    objection.decision = ruling.reason
    objection.decided_by = task.by.id
    objection.decided_at = uow.now()
    objection.points_after = shown(entry, criteria_set)
    await uow.save(objection)
    return objection


async def _ruled(
    uow: UnitOfWork, task: Task, unit: RoundUnitRow, objection: ObjectionRow, ruling: Ruling
) -> NewEntry:
    """The entry that the ruling puts on the line."""
    [sheet] = await read_sheets(
        uow.session, uow.tables, task.book, [unit], criterion=objection.criterion
    )
    deductions = ruling.deductions
    if ruling.outcome == "rejected":
        standing = counting(task.criterion, sheet.entries, "reviewed")
        value = standing.value if standing else None
        deductions = deductions or (standing.deductions if standing else ())
    else:
        own = sheet.entries.get((objection.criterion, Layer.SELF))
        asked = objection.wanted or (own.value if own else None)
        value = ruling.value or (asked if ruling.outcome == "accepted" else None)
        if value is None:
            raise _invalid("/value", "value_needed")
    wanted = Appraisal(unit.unit_code, value=value, reason=ruling.reason, deductions=deductions)
    made = made_entry(task, unit, value, wanted)
    if isinstance(made, str):
        raise Invalid(made)
    return made


async def _require_none_open(uow: UnitOfWork, unit: RoundUnitRow, criterion: str) -> None:
    statement = select(col(ObjectionRow.id)).where(
        col(ObjectionRow.round_unit_id) == unit.id,
        col(ObjectionRow.criterion) == criterion,
        col(ObjectionRow.state) == OPEN,
    )
    if await uow.session.scalar(statement) is not None:
        raise Conflict("objection_open")


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
