"""Which criteria of an earlier set are which of a later one, and how did a round's units move?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.domain import parse_criteria_set
from services.scoring.domain.rounds.comparison import (
    Compared,
    Pair,
    compare,
    line_scores,
    same_codes,
)
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import MappingRow, RoundRow
from services.scoring.storage.tables import CriteriaSetRow
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MappingData:
    """A mapping between two sets, and the document it rests on."""

    earlier_set_id: UUID
    later_set_id: UUID
    pairs: Sequence[Pair]
    document: str


@dataclass(frozen=True, slots=True)
class UnitCompared:
    """One unit in two rounds; of one that was not in the earlier round, only what is now."""

    now: Mapping[str, Any]
    before: Mapping[str, Any] | None
    lines: Sequence[Compared]


async def add_mapping(uow: UnitOfWork, data: MappingData) -> MappingRow:
    """Keep a mapping.

    :raises Invalid: criteria that the sets do not have as leaves, or one mapped twice.
    :raises Conflict: these two sets are mapped already.
    """
    earlier = await _leaves(uow.session, data.earlier_set_id, "/earlier_set_id")
    later = await _leaves(uow.session, data.later_set_id, "/later_set_id")
    faults = [
        FieldError(
            f"/pairs/{place}", "unknown_criterion", text("problems.fields.unknown_criterion")
        )
        for place, pair in enumerate(data.pairs)
        if pair.later not in later or not set(pair.earlier) <= earlier
    ]
    if len({pair.later for pair in data.pairs}) < len(data.pairs):
        faults.append(FieldError("/pairs", "duplicates", text("problems.fields.duplicates")))
    if faults:
        raise Invalid(errors=faults)
    if await _mapping(uow.session, data.earlier_set_id, data.later_set_id) is not None:
        raise Conflict("sets_are_mapped")
    row = MappingRow(
        earlier_set_id=data.earlier_set_id,
        later_set_id=data.later_set_id,
        pairs=[{"later": pair.later, "earlier": list(pair.earlier)} for pair in data.pairs],
        document=data.document,
    )
    await uow.save(row)
    return row


async def compare_rounds(
    session: AsyncSession, later: RoundRow, earlier: RoundRow
) -> list[UnitCompared]:
    """The published results of two rounds beside each other, unit by unit.

    :raises Conflict: one of them is not published, or the sets differ and are not mapped.
    """
    now = await _published(session, later)
    before = await _published(session, earlier)
    pairs = await _pairs(session, later, earlier, now=now, before=before)
    known = {unit["unit_code"]: unit for unit in before["units"]}
    return [
        UnitCompared(
            unit,
            known.get(unit["unit_code"]),
            compare(
                pairs,
                now=line_scores(unit),
                before=line_scores(known[unit["unit_code"]]) if unit["unit_code"] in known else {},
            ),
        )
        for unit in now["units"]
    ]


async def _published(session: AsyncSession, row: RoundRow) -> dict[str, Any]:
    publication = await stored.latest_publication(session, row.id)
    if publication is None:
        raise Conflict("round_not_published", code=row.code)
    content: dict[str, Any] = json.loads(publication.content)
    return content


async def _pairs(
    session: AsyncSession,
    later: RoundRow,
    earlier: RoundRow,
    *,
    now: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Sequence[Pair]:
    if later.criteria_set_id == earlier.criteria_set_id:
        leaves = [c["code"] for c in now["criteria_set"]["criteria"] if "rule" in c]
        return same_codes((c["code"] for c in before["criteria_set"]["criteria"]), leaves)
    row = await _mapping(session, earlier.criteria_set_id, later.criteria_set_id)
    if row is None:
        raise Conflict("sets_not_mapped")
    return [Pair(tuple(pair["earlier"]), pair["later"]) for pair in row.pairs]


async def _mapping(session: AsyncSession, earlier: UUID, later: UUID) -> MappingRow | None:
    statement = select(MappingRow).where(
        col(MappingRow.earlier_set_id) == earlier, col(MappingRow.later_set_id) == later
    )
    return await session.scalar(statement)


async def _leaves(session: AsyncSession, set_id: UUID, pointer: str) -> set[str]:
    row = await session.get(CriteriaSetRow, set_id)
    if row is None:
        message = text("problems.fields.unknown_set")
        raise Invalid(errors=[FieldError(pointer, "unknown_set", message)])
    return {leaf.code for leaf in parse_criteria_set(row.content).outline.leaves}
