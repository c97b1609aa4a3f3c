"""How do rounds and sheets look to a caller, with what they may do and why not the rest?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.scoring.api.round_schemas import (
    OutcomeOut,
    OutcomesOut,
    PeerGroupOut,
    PhaseOut,
    RoundOut,
    RoundUnitOut,
)
from services.scoring.domain.rounds.lifecycle import Permission, RoundState, round_permission
from services.scoring.domain.rounds.phases import ORDER
from services.scoring.storage.round_tables import RoundRow, RoundUnitRow
from services.scoring.storage.rounds import Node
from services.scoring.use_cases.round_book import windows_of
from services.scoring.use_cases.round_units import Outcome
from shared.rights import Principal, reach
from shared.texts import text


def round_out(
    row: RoundRow, principal: Principal, now: datetime, *, units: int, objections: int
) -> RoundOut:
    """A round with its phases at this moment."""
    windows = windows_of(row.phases)
    permission = round_permission(RoundState(row.state), units=units, open_objections=objections)
    phases = [
        PhaseOut(
            phase=phase,
            opens_at=windows[phase].opens_at,
            closes_at=windows[phase].closes_at,
            standing=windows[phase].standing(now),
        )
        for phase in ORDER
    ]
    return RoundOut(
        **row.model_dump(exclude={"phases", "peer_groups", "search", "finalisation"}),
        phases=phases,
        peer_groups=[PeerGroupOut(**group) for group in row.peer_groups],
        units=units,
        open_objections=objections,
        **actions(permission, principal, "rounds.write"),
    )


_FIGURES = ("total", "applicable_max", "index", "class_name", "rank", "rank_of")


def round_unit_out(row: RoundUnitRow, node: Node, *, figures: bool) -> RoundUnitOut:
    """A unit of a round with its name; its figures only for whom they are meant yet."""
    shown = row.model_dump(exclude={"result_hash", "entries"})
    if not figures:
        shown |= dict.fromkeys(_FIGURES)
    return RoundUnitOut(**shown, unit_name=node.name)


def outcomes_out(outcomes: Sequence[Outcome]) -> OutcomesOut:
    """What became of many units, counted."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
    return OutcomesOut(
        counts=counts,
        outcomes=[
            OutcomeOut(
                unit_code=o.unit_code,
                outcome=o.outcome,
                code=o.code,
                message=o.message,
                points=o.points,
            )
            for o in outcomes
        ],
    )


def actions(permission: Permission, principal: Principal, right: str) -> Mapping[str, Any]:
    """What state and rights allow together; a reason for everything else."""
    blocked = {a: text(f"problems.{code}.detail") for a, code in permission.blocked.items()}
    allowed = sorted(permission.allowed)
    if not reach(principal, right):
        blocked |= dict.fromkeys(allowed, text("problems.forbidden.detail", action=right))
        allowed = []
    return {"allowed_actions": allowed, "blocked_because": blocked}
