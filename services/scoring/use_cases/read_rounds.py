"""Which rounds, objections, deductions and results may somebody see?

A round is seen by whoever reaches the unit that holds it, or a unit that takes part. What belongs
to one unit is seen from that unit and from the one that holds the round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.domain.rounds.layers import Layer
from services.scoring.storage.round_tables import (
    DeductionRow,
    EntryRow,
    MappingRow,
    ObjectionRow,
    PublicationRow,
    ReasonRow,
    RoundRow,
    RoundUnitRow,
)
from shared.access import Access
from shared.errors import NotFound
from shared.persistence.base import Resource
from shared.rights import reach
from shared.search_text import contains

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class OfRound:
    """What a list within a round is narrowed to."""

    round_id: UUID
    unit_code: str | None = None
    criterion: str | None = None
    state: str | None = None
    peer_group: str | None = None
    layer: str | None = None


def visible_round(access: Access) -> ColumnElement[bool]:
    """The condition that a round may be seen."""
    takes_part = select(col(RoundUnitRow.id)).where(
        col(RoundUnitRow.round_id) == col(RoundRow.id), access.within(col(RoundUnitRow.unit_code))
    )
    return or_(access.within(col(RoundRow.unit_code)), takes_part.exists())


def rounds(access: Access, *, year: int | None, state: str | None, q: str | None) -> Select[Any]:
    statement = select(RoundRow).where(visible_round(access))
    if year is not None:
        statement = statement.where(col(RoundRow.year) == year)
    if state is not None:
        statement = statement.where(col(RoundRow.state) == state)
    return statement.where(contains(col(RoundRow.search), q))


async def see_round(session: AsyncSession, access: Access, round_id: UUID) -> RoundRow:
    """A round, if it may be seen.

    :raises NotFound: there is none, or none for this caller.
    """
    statement = select(RoundRow).where(col(RoundRow.id) == round_id, visible_round(access))
    row = await session.scalar(statement)
    if row is None:
        raise NotFound
    return row


async def run_round(session: AsyncSession, access: Access, round_id: UUID) -> RoundRow:
    """A round that the caller may run, because they reach the unit that holds it.

    :raises NotFound: any other.
    """
    row = await see_round(session, access, round_id)
    await access.require_unit(session, row.unit_code)
    return row


async def runs(session: AsyncSession, access: Access, row: RoundRow) -> bool:
    """Whether the caller runs this round, whatever they are doing just now."""
    own = replace(access, where=reach(access.principal, "rounds.write"))
    if not own.where:
        return False
    try:
        await own.require_unit(session, row.unit_code)
    except NotFound:
        return False
    return True


async def see_of_unit(
    session: AsyncSession, access: Access, round_id: UUID, unit_code: str
) -> RoundRow:
    """A round in which a unit takes part that the caller reaches, from it or from its holder.

    :raises NotFound: otherwise.
    """
    statement = (
        select(RoundRow)
        .join(RoundUnitRow, col(RoundUnitRow.round_id) == col(RoundRow.id))
        .where(
            col(RoundRow.id) == round_id,
            col(RoundUnitRow.unit_code) == unit_code,
            or_(access.within(col(RoundUnitRow.unit_code)), access.within(col(RoundRow.unit_code))),
        )
    )
    row = await session.scalar(statement)
    if row is None:
        raise NotFound
    return row


async def see(session: AsyncSession, access: Access, kind: type[R], row_id: UUID) -> R:
    """Something of a round by its id: seen from its unit, and from the unit that holds the round.

    :raises NotFound: there is none, or none for this caller.
    """
    row = await session.get(kind, row_id)
    if row is None:
        raise NotFound
    unit_code = getattr(row, "unit_code", None)
    holder = getattr(row, "round_id", None)
    visible = access.within(col(RoundRow.unit_code))
    if holder is not None:
        statement = select(col(RoundRow.id)).where(col(RoundRow.id) == holder, visible)
        if await session.scalar(statement) is not None:
            return row
    await access.require_unit(session, unit_code)
    return row


async def see_publication(
    session: AsyncSession, access: Access, publication_id: UUID, *, whole: bool
) -> PublicationRow:
    """A publication, seen by everybody who sees the round; whole, with each unit's lines and
    reasons, only from the unit that holds it.

    :raises NotFound: there is none, or none for this caller.
    """
    row = await session.get(PublicationRow, publication_id)
    if row is None:
        raise NotFound
    await see_round(session, access, row.round_id)
    if whole:
        await access.require_unit(session, row.unit_code)
    return row


async def codes_reached(session: AsyncSession, access: Access, round_id: UUID) -> set[str]:
    """The units of a round whose lines the caller may see."""
    rows = (await session.scalars(units(access, OfRound(round_id)))).all()
    return {row.unit_code for row in rows}


def units(access: Access, wanted: OfRound) -> Select[Any]:
    """The units of a round: all for who reaches its holder, else those reached."""
    statement = _of(RoundUnitRow, access, wanted)
    if wanted.peer_group is not None:
        statement = statement.where(col(RoundUnitRow.peer_group) == wanted.peer_group)
    if wanted.state is not None:
        statement = statement.where(col(RoundUnitRow.state) == wanted.state)
    return statement


def all_units(wanted: OfRound) -> Select[Any]:
    """The units of a round for whoever may see a criterion on all of them."""
    statement = of_round(RoundUnitRow, wanted.round_id)
    if wanted.peer_group is not None:
        statement = statement.where(col(RoundUnitRow.peer_group) == wanted.peer_group)
    return statement


def objections(access: Access, wanted: OfRound) -> Select[Any]:
    statement = _of(ObjectionRow, access, wanted)
    if wanted.criterion is not None:
        statement = statement.where(col(ObjectionRow.criterion) == wanted.criterion)
    if wanted.state is not None:
        statement = statement.where(col(ObjectionRow.state) == wanted.state)
    return statement


def deductions(access: Access, wanted: OfRound, *, finalisation: int) -> Select[Any]:
    """The ledger as it was made final for the nth time."""
    statement = _of(DeductionRow, access, wanted).where(
        col(DeductionRow.finalisation) == finalisation
    )
    if wanted.criterion is not None:
        statement = statement.where(col(DeductionRow.criterion) == wanted.criterion)
    return statement


def entries(wanted: OfRound, *, hidden: Sequence[Layer]) -> Select[Any]:
    """Everything ever put on the lines of a unit, but for layers it may not see yet."""
    statement = select(EntryRow).where(
        col(EntryRow.round_id) == wanted.round_id,
        col(EntryRow.unit_code) == wanted.unit_code,
        col(EntryRow.layer).not_in([layer.value for layer in hidden]),
    )
    if wanted.criterion is not None:
        statement = statement.where(col(EntryRow.criterion) == wanted.criterion)
    if wanted.layer is not None:
        statement = statement.where(col(EntryRow.layer) == wanted.layer)
    return statement


def of_round(kind: type[Any], round_id: UUID) -> Select[Any]:
    """What belongs to a round as a whole."""
    return select(kind).where(kind.round_id == round_id)


def reasons(access: Access, *, criterion: str | None, q: str | None) -> Select[Any]:
    """The library of reasons of the units reached; those for all criteria as well."""
    statement = select(ReasonRow).where(access.within(col(ReasonRow.unit_code)))
    if criterion is not None:
        fits = or_(col(ReasonRow.criterion) == criterion, col(ReasonRow.criterion).is_(None))
        statement = statement.where(fits)
    return statement.where(contains(col(ReasonRow.search), q))


def mappings() -> Select[Any]:
    return select(MappingRow)


async def appraised_counts(session: AsyncSession, round_id: UUID) -> dict[str, int]:
    """On how many units each criterion has been appraised (or surveyed)."""
    layers = [Layer.APPRAISED_1.value, Layer.APPRAISED_2.value, Layer.SURVEY.value]
    statement = (
        select(col(EntryRow.criterion), func.count(func.distinct(col(EntryRow.round_unit_id))))
        .where(col(EntryRow.round_id) == round_id, col(EntryRow.layer).in_(layers))
        .group_by(col(EntryRow.criterion))
    )
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


def _of(kind: type[Any], access: Access, wanted: OfRound) -> Select[Any]:
    holder = select(col(RoundRow.id)).where(
        col(RoundRow.id) == wanted.round_id, access.within(col(RoundRow.unit_code))
    )
    statement = select(kind).where(
        and_(kind.round_id == wanted.round_id, or_(access.within(kind.unit_code), holder.exists()))
    )
    if wanted.unit_code is not None:
        statement = statement.where(kind.unit_code == wanted.unit_code)
    return statement
