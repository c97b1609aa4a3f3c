"""Which open points are worth most to a unit, and where would it stand if something changed?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.domain import InvalidInputs, Result, evaluate, parse_inputs
from services.scoring.domain.rounds.layers import View
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import RoundRow, RoundUnitRow
from services.scoring.use_cases.criteria_sets import as_problem
from services.scoring.use_cases.measure import measure
from services.scoring.use_cases.read_sheets import SheetRead
from services.scoring.use_cases.round_book import RoundBook
from shared.access import Access

Basis = Literal["published", "provisional"]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A unit before and after; ranks among the peers' figures of `basis`, None where not public."""

    before: Result
    after: Result
    basis: Basis | None
    rank_before: int | None
    rank_after: int | None


async def newest_round_of(
    session: AsyncSession, access: Access, unit_code: str, round_id: UUID | None
) -> RoundRow | None:
    """The round that is asked for, or the latest of the unit that has begun; None: none is seen."""
    statement = (
        select(RoundRow)
        .join(RoundUnitRow, col(RoundUnitRow.round_id) == col(RoundRow.id))
        .where(
            col(RoundUnitRow.unit_code) == unit_code,
            access.within(col(RoundUnitRow.unit_code)),
            col(RoundRow.state) != "draft",
        )
        .order_by(col(RoundRow.year).desc(), col(RoundRow.id).desc())
        .limit(1)
    )
    if round_id is not None:
        statement = statement.where(col(RoundRow.id) == round_id)
    return await session.scalar(statement)


async def simulate(
    session: AsyncSession,
    access: Access,
    book: RoundBook,
    unit: RoundUnitRow,
    read: SheetRead,
    values: Mapping[str, Any],
    *,
    insider: bool,
) -> Simulation:
    """The result of a unit with some values changed; nothing is stored.

    :raises Invalid: values that do not fit their rules.
    """
    criteria_set = book.books.of(unit.peer_group)
    inputs = read.sheet.inputs(criteria_set, read.view)
    inputs["values"] = {**inputs["values"], **values}
    try:
        (changed,) = parse_inputs(inputs, criteria_set)
    except InvalidInputs as invalid:
        raise as_problem("inputs_invalid", invalid.problems) from invalid
    after = evaluate(criteria_set, changed)
    basis, peers = await _peers(session, access, book, unit, view=read.view, insider=insider)
    places = [_place(result.index, peers) for result in (read.result, after)]
    ranks = places if basis is not None and unit.ranked else [None, None]
    return Simulation(read.result, after, basis, *ranks)


async def _peers(
    session: AsyncSession,
    access: Access,
    book: RoundBook,
    unit: RoundUnitRow,
    *,
    view: View,
    insider: bool,
) -> tuple[Basis | None, list[Fraction]]:
    """The indices of the other ranked units of the group, as far as the caller may know them."""
    publication = await stored.latest_publication(session, book.row.id)
    if publication is not None:
        return "published", [
            Fraction(other["index"])
            for other in json.loads(publication.content)["units"]
            if other["peer_group"] == unit.peer_group
            and other["unit_code"] != unit.unit_code
            and other["rank"] is not None
        ]
    if not insider or not book.books.groups[unit.peer_group].ranked:
        return None, []
    peers = [
        other
        for other in await stored.round_units(session, book.row.id)
        if other.peer_group == unit.peer_group and other.ranked and other.id != unit.id
    ]
    if not peers:
        return "provisional", []
    results = await measure(session, access.tables, book, peers, view=view)
    return "provisional", [r.result.index for r in results if r.result.index is not None]


def _place(index: Fraction | None, peers: list[Fraction]) -> int | None:
    """The rank by standard competition: one more than those above."""
    return None if index is None else 1 + sum(other > index for other in peers)
