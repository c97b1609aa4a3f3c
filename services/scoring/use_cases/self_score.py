"""How does a unit fill in its sheet? Lines with values, evidence and explanations; then submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.scoring.domain import InvalidInputs
from services.scoring.domain.rounds.layers import Layer, is_self_scored
from services.scoring.domain.rounds.lifecycle import RoundState, SheetState, sheet_permission
from services.scoring.storage.round_tables import RoundUnitRow
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.enter import NewEntry, add_entries, score_values
from services.scoring.use_cases.round_book import RoundBook, read_sheets
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SelfScore:
    """What a unit says of one line; without a value it says why there is none."""

    criterion: str
    value: Mapping[str, Any] | None
    reason: str = ""
    evidence: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


async def self_score(
    uow: UnitOfWork, book: RoundBook, unit: RoundUnitRow, lines: Sequence[SelfScore], by: UUID
) -> None:
    """Put values on lines (tự chấm); all of them, or none when one does not fit.

    :raises Invalid: lines others score, exempted ones, values that do not fit their rule.
    """
    require_sheet(book, unit, "self-score")
    criteria_set = book.books.of(unit.peer_group)
    [sheet] = await read_sheets(uow.session, uow.tables, book, [unit])
    faults: list[FieldError] = []
    for place, line in enumerate(lines):
        criterion = criteria_set.outline.by_code.get(line.criterion)
        if criterion is None or criterion.rule is None:
            faults.append(_fault(place, "unknown_criterion"))
        elif line.criterion in sheet.exemptions:
            faults.append(_fault(place, "line_is_exempt"))
        elif not is_self_scored(criterion):
            faults.append(_fault(place, "not_self_scored"))
    if len({line.criterion for line in lines}) < len(lines):
        faults.append(FieldError("/lines", "duplicates", text("problems.fields.duplicates")))
    if faults:
        raise Invalid(errors=faults)
    given = {line.criterion: line.value for line in lines if line.value is not None}
    try:
        scored = score_values(criteria_set, unit, given)
    except InvalidInputs as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    entries = [
        NewEntry(
            line.criterion,
            Layer.SELF,
            line.value,
            line.reason,
            line.evidence,
            line=scored.get(line.criterion),
        )
        for line in lines
    ]
    await add_entries(uow, [(unit, entries)], criteria_set, by=by)


async def submit(uow: UnitOfWork, book: RoundBook, unit: RoundUnitRow, by: UUID) -> None:
    """Hand the sheet in (nộp): complete, with evidence or an explanation where it is asked for.

    :raises Invalid: lines that lack something, each named.
    """
    require_sheet(book, unit, "submit")
    [sheet] = await read_sheets(uow.session, uow.tables, book, [unit])
    if lacking := sheet.not_ready(book.books.of(unit.peer_group)):
        errors = [FieldError(f"/{line}", code, text(f"problems.fields.{code}")) for line, code in lacking]  # fmt: skip
        raise Invalid("sheet_incomplete", errors=errors, count=len(errors))
    unit.state = SheetState.SUBMITTED
    unit.submitted_at = uow.now()
    unit.submitted_by = by
    await uow.save(unit)


async def recall(uow: UnitOfWork, book: RoundBook, unit: RoundUnitRow) -> None:
    """Take the sheet back while self-scoring is still open (rút lại)."""
    require_sheet(book, unit, "recall")
    unit.state = SheetState.OPEN
    unit.submitted_at = unit.submitted_by = None
    await uow.save(unit)


def require_sheet(book: RoundBook, unit: RoundUnitRow, action: str) -> None:
    """Insist that round, phase and sheet allow an action.

    :raises Conflict: with the reason why not.
    """
    permission = sheet_permission(
        SheetState(unit.state),
        round_state=RoundState(book.row.state),
        clock=book.clock,
        unit_code=unit.unit_code,
    )
    if reason := permission.refuse(action):
        raise Conflict(reason)


def _fault(place: int, code: str) -> FieldError:
    return FieldError(f"/lines/{place}/criterion", code, text(f"problems.fields.{code}"))
