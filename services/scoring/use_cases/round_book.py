"""What does every step in a round need to know? The set as each group uses it, and the phase clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.domain import CriteriaSet
from services.scoring.domain.rounds.exemptions import Granted, Scope, exempt_lines
from services.scoring.domain.rounds.layers import Entry, Exemption, Layer, Sheet, newest
from services.scoring.domain.rounds.phases import Change, Phase, PhaseClock, Window
from services.scoring.domain.rounds.standings import PeerGroup, Rulebooks
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import ExemptionRow, RoundRow, RoundUnitRow
from services.scoring.storage.rounds import Node
from services.scoring.storage.tables import CriteriaSetRow
from shared.persistence.platform_tables import PlatformTables


@dataclass(frozen=True, slots=True)
class RoundBook:
    """A round with everything its rules are read from, as of one moment."""

    row: RoundRow
    books: Rulebooks
    clock: PhaseClock

    @property
    def criteria_set(self) -> CriteriaSet:
        """The set, with the classes of the set itself."""
        return self.books.of(next(iter(self.books.groups)))


def windows_of(phases: Mapping[str, Mapping[str, str]]) -> dict[Phase, Window]:
    """The windows of a round as they are stored."""
    return {
        Phase(name): Window(
            datetime.fromisoformat(times["opens_at"]), datetime.fromisoformat(times["closes_at"])
        )
        for name, times in phases.items()
    }


def groups_of(stored_groups: Sequence[Mapping[str, Any]]) -> dict[str, PeerGroup]:
    """The peer groups of a round as they are stored."""
    return {
        group["code"]: PeerGroup(
            group["code"], group["title"], ranked=group["ranked"], classes=group["classes"]
        )
        for group in stored_groups
    }


async def open_book(session: AsyncSession, row: RoundRow, now: datetime) -> RoundBook:
    """Read what belongs to a round."""
    criteria_set = await stored.get(session, CriteriaSetRow, row.criteria_set_id)
    changes = [
        Change(Phase(c.phase), c.closes_at, c.for_unit, c.reopened_at)
        for c in await stored.phase_changes(session, row.id)
    ]
    books = Rulebooks(criteria_set.content, groups_of(row.peer_groups))
    return RoundBook(row, books, PhaseClock(windows_of(row.phases), changes, now))


def granted(row: ExemptionRow) -> Granted:
    """An exemption as the rules know it."""
    kinds = {"all": "all", "group": "group", "subtree": "subtree", "unit": "unit"}
    return Granted(
        Scope(kinds[row.scope], row.scope_code),  # type: ignore[arg-type]
        Exemption(row.criterion, row.document_number, row.reason),
    )


async def read_sheets(
    session: AsyncSession,
    tables: PlatformTables,
    book: RoundBook,
    units: Sequence[RoundUnitRow],
    *,
    criterion: str | None = None,
) -> list[Sheet]:
    """The sheets of some units of the round, in their order; all lines, or one."""
    alone = units[0].unit_code if len(units) == 1 else None
    rows = await stored.newest_entries(session, book.row.id, unit_code=alone, criterion=criterion)
    entries: dict[UUID, list[Entry]] = {}
    for row in rows:
        entries.setdefault(row.round_unit_id, []).append(entry_of(row))
    exemptions = [granted(row) for row in await stored.active_exemptions(session, book.row.id)]
    nodes = await stored.nodes(session, tables, [unit.unit_code for unit in units])
    return [
        Sheet(
            unit.unit_code,
            newest(entries.get(unit.id, ())),
            exemptions_of(exemptions, book, unit, nodes[unit.unit_code]),
            unit.level,
            unit.facts,
        )
        for unit in units
    ]


def exemptions_of(
    exemptions: Iterable[Granted], book: RoundBook, unit: RoundUnitRow, node: Node
) -> dict[str, Exemption]:
    """The exempted lines of a unit."""
    return exempt_lines(
        exemptions,
        book.criteria_set,
        unit_code=unit.unit_code,
        peer_group=unit.peer_group,
        path=node.path,
    )


def entry_of(row: Any) -> Entry:
    """An entry as the rules know it."""
    return Entry(
        row.criterion,
        Layer(row.layer),
        row.value,
        row.reason,
        row.evidence,
        row.deductions,
        row.points,
    )
