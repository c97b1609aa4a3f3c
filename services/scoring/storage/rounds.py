"""Every query about a round for one row or a set of rows that use cases need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.storage.round_tables import (
    AppraiserRow,
    EntryRow,
    ExemptionRow,
    ObjectionRow,
    PhaseChangeRow,
    PublicationRow,
    RoundUnitRow,
)
from shared.access import Access
from shared.errors import NotFound
from shared.persistence.base import Resource
from shared.persistence.platform_tables import PlatformTables

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Node:
    """What is known of an organisation unit; of one that has not arrived yet, its code."""

    code: str
    name: str
    path: str


async def get(session: AsyncSession, kind: type[R], row_id: UUID) -> R:
    """One resource by id.

    :raises NotFound: there is none.
    """
    row = await session.get(kind, row_id)
    if row is None:
        raise NotFound
    return row


async def phase_changes(session: AsyncSession, round_id: UUID) -> Sequence[PhaseChangeRow]:
    statement = select(PhaseChangeRow).where(col(PhaseChangeRow.round_id) == round_id)
    return (await session.scalars(statement)).all()


async def round_units(
    session: AsyncSession, round_id: UUID, *, codes: Iterable[str] | None = None, lock: bool = False
) -> Sequence[RoundUnitRow]:
    """The units of a round in order of their codes; locked, they wait for other writers."""
    statement = select(RoundUnitRow).where(col(RoundUnitRow.round_id) == round_id)
    if codes is not None:
        statement = statement.where(col(RoundUnitRow.unit_code).in_(list(codes)))
    statement = statement.order_by(col(RoundUnitRow.unit_code))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).all()


async def round_unit(
    session: AsyncSession, round_id: UUID, unit_code: str, *, lock: bool = False
) -> RoundUnitRow:
    """One unit of a round.

    :raises NotFound: it takes no part in it.
    """
    found = await round_units(session, round_id, codes=[unit_code], lock=lock)
    if not found:
        raise NotFound
    return found[0]


async def active_exemptions(session: AsyncSession, round_id: UUID) -> Sequence[ExemptionRow]:
    """The exemptions in force, oldest first."""
    statement = (
        select(ExemptionRow)
        .where(col(ExemptionRow.round_id) == round_id, col(ExemptionRow.state) == "active")
        .order_by(col(ExemptionRow.id))
    )
    return (await session.scalars(statement)).all()


async def newest_entries(
    session: AsyncSession,
    round_id: UUID,
    *,
    unit_code: str | None = None,
    criterion: str | None = None,
) -> Sequence[Any]:
    """The newest entry of each line and layer, as plain rows (hundreds of thousands at most)."""
    table = EntryRow.__table__.c  # type: ignore[attr-defined]
    where = [table.round_id == round_id]
    if unit_code is not None:
        where.append(table.unit_code == unit_code)
    if criterion is not None:
        where.append(table.criterion == criterion)
    newest = (
        select(table.round_unit_id, table.criterion, table.layer, func.max(table.number).label("n"))
        .where(*where)
        .group_by(table.round_unit_id, table.criterion, table.layer)
        .subquery()
    )
    statement = select(*table).join(
        newest,
        (newest.c.round_unit_id == table.round_unit_id)
        & (newest.c.criterion == table.criterion)
        & (newest.c.layer == table.layer)
        & (newest.c.n == table.number),
    )
    return (await session.execute(statement)).all()


async def criteria_held(session: AsyncSession, round_id: UUID, principal_id: UUID) -> set[str]:
    """The criteria of a round that were assigned to an appraiser, as they were written."""
    statement = select(col(AppraiserRow.criteria)).where(
        col(AppraiserRow.round_id) == round_id,
        col(AppraiserRow.principal_id) == principal_id,
        col(AppraiserRow.state) == "active",
    )
    return {code for codes in (await session.scalars(statement)).all() for code in codes}


async def open_objections(session: AsyncSession, round_id: UUID) -> dict[tuple[str, str], UUID]:
    """The objections that wait for a decision, by their line (unit, criterion)."""
    statement = select(
        col(ObjectionRow.unit_code), col(ObjectionRow.criterion), col(ObjectionRow.id)
    ).where(col(ObjectionRow.round_id) == round_id, col(ObjectionRow.state) == "open")
    return {(row[0], row[1]): row[2] for row in (await session.execute(statement)).all()}


async def count_units(session: AsyncSession, round_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many units take part in each round."""
    key = col(RoundUnitRow.round_id)
    statement = select(key, func.count()).where(key.in_(list(round_ids))).group_by(key)
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def count_open_objections(
    session: AsyncSession, round_ids: Iterable[UUID]
) -> dict[UUID, int]:
    """How many objections wait in each round."""
    wanted = list(round_ids)
    statement = (
        select(col(ObjectionRow.round_id), func.count())
        .where(col(ObjectionRow.round_id).in_(wanted), col(ObjectionRow.state) == "open")
        .group_by(col(ObjectionRow.round_id))
    )
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def latest_publication(session: AsyncSession, round_id: UUID) -> PublicationRow | None:
    """What was last published of a round."""
    statement = (
        select(PublicationRow)
        .where(col(PublicationRow.round_id) == round_id)
        .order_by(col(PublicationRow.number).desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def nodes(
    session: AsyncSession, tables: PlatformTables, codes: Iterable[str]
) -> dict[str, Node]:
    """What is known of some units; of an unknown one, its code."""
    wanted = set(codes)
    table = tables.unit_nodes
    found: dict[str, Node] = {}
    for part in _in_parts(sorted(wanted)):
        statement = select(table.c.code, table.c.name, table.c.path).where(table.c.code.in_(part))
        for row in (await session.execute(statement)).all():
            found[row.code] = Node(row.code, row.name, row.path)
    return {code: found.get(code, Node(code, code, f"/{code}/")) for code in wanted}


async def known_codes(session: AsyncSession, access: Access, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are units which still exist and the caller reaches."""
    table = access.tables.unit_nodes
    found: set[str] = set()
    for part in _in_parts(sorted(set(codes))):
        statement = select(table.c.code).where(
            table.c.code.in_(part), table.c.active, access.within(table.c.code)
        )
        found |= set((await session.scalars(statement)).all())
    return found


async def codes_below(
    session: AsyncSession, tables: PlatformTables, root: str, *, direct: bool
) -> list[str]:
    """The units below one, itself not among them: its children, or all of them."""
    table = tables.unit_nodes
    path = await session.scalar(select(table.c.path).where(table.c.code == root))
    if path is None:
        return []
    statement = select(table.c.code).where(table.c.active, table.c.code != root)
    if direct:
        statement = statement.where(table.c.parent_code == root)
    else:
        statement = statement.where(func.substr(table.c.path, 1, len(path)) == path)
    return list((await session.scalars(statement.order_by(table.c.code))).all())


def _in_parts(codes: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (codes[start : start + size] for start in range(0, len(codes), size))
