"""How do lines and objections look to a caller, with what they may do and why not the rest?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.scoring.api.round_shapes import actions
from services.scoring.api.sheet_schemas import CriterionLine, EntryOut, ObjectionOut
from services.scoring.domain.rounds.layers import Layer, Sheet
from services.scoring.domain.rounds.lifecycle import (
    Permission,
    RoundState,
    SheetState,
    appraisal_refusal,
)
from services.scoring.storage.round_tables import ObjectionRow, RoundUnitRow
from services.scoring.storage.rounds import Node
from services.scoring.use_cases.object_to import OPEN
from services.scoring.use_cases.round_book import RoundBook
from shared.rights import Principal

_LAYERS = {"appraise": Layer.APPRAISED_1, "review": Layer.APPRAISED_2}


def objection_out(row: ObjectionRow, principal: Principal) -> ObjectionOut:
    """An objection, and whether it can still be decided."""
    if row.state == OPEN:
        permission = Permission(frozenset({"decide"}))
    else:
        permission = Permission(frozenset(), {"decide": "objection_is_decided"})
    return ObjectionOut(
        **row.model_dump(exclude={"updated_at", "round_unit_id"}),
        **actions(permission, principal, "scores.appraise"),
    )


def criterion_line(
    book: RoundBook,
    unit: RoundUnitRow,
    sheet: Sheet,
    rows: Sequence[Any],
    *,
    node: Node,
    criterion: str,
    objection_id: UUID | None,
    principal: Principal,
) -> CriterionLine:
    """One unit's line as its appraiser sees it."""
    exemption = sheet.exemptions.get(criterion)
    blocked: dict[str, str] = {}
    for action, layer in _LAYERS.items():
        reason = (
            f"round_is_{book.row.state}"
            if book.row.state != RoundState.OPEN
            else appraisal_refusal(
                review=layer is Layer.APPRAISED_2,
                clock=book.clock,
                unit_code=unit.unit_code,
                sheet=SheetState(unit.state),
                open_objection=objection_id is not None,
            )
        )
        if exemption is not None:
            reason = "line_exempt"
        if reason is not None:
            blocked[action] = reason
    permission = Permission(frozenset(_LAYERS) - blocked.keys(), blocked)
    return CriterionLine(
        unit_code=unit.unit_code,
        unit_name=node.name,
        peer_group=unit.peer_group,
        sheet_state=unit.state,
        exemption=exemption and f"{exemption.document_number}: {exemption.reason}",
        objection_id=objection_id,
        entries=[EntryOut.model_validate(row) for row in rows],
        **actions(permission, principal, "scores.appraise"),
    )
