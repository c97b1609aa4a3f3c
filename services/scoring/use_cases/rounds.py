"""How does a round come about and move on? Prepared, opened, extended, re-opened by decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.scoring.domain import CriteriaSet, InvalidData
from services.scoring.domain.decimals import decimal_places
from services.scoring.domain.lints import lint_criteria_set
from services.scoring.domain.rounds.lifecycle import RoundState, round_permission
from services.scoring.domain.rounds.phases import Phase, Window, faults
from services.scoring.domain.rounds.standings import PeerGroup, Rulebooks
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import POINT_PLACES, PhaseChangeRow, RoundRow
from services.scoring.storage.tables import CriteriaSetRow
from services.scoring.use_cases.criteria_sets import PUBLISHED, as_problem
from services.scoring.use_cases.round_book import open_book
from shared.errors import Conflict, FieldError, Invalid
from shared.search_text import search_key
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RoundData:
    """What a round is made of."""

    title: str
    year: int
    criteria_set_id: UUID
    phases: Mapping[Phase, Window]
    peer_groups: Sequence[PeerGroup]
    previous_round_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LaterClosing:
    """A phase that is to close later, for some units or (none named) for all."""

    phase: Phase
    closes_at: datetime
    unit_codes: Sequence[str]
    reason: str
    document_number: str | None = None


async def create_round(uow: UnitOfWork, *, code: str, unit_code: str, data: RoundData) -> RoundRow:
    """Prepare a round over a published set.

    :raises Invalid: the set is not published, phases are out of order, a block's classes are wrong.
    :raises Conflict: the code is taken.
    """
    taken = select(col(RoundRow.id)).where(col(RoundRow.code) == code)
    if await uow.session.scalar(taken) is not None:
        raise Conflict("round_code_taken", code=code)
    row = RoundRow(code=code, unit_code=unit_code, state=RoundState.DRAFT, **_fields(code, data))
    await _check(uow, data)
    await uow.save(row)
    return row


async def change_round(uow: UnitOfWork, row: RoundRow, data: RoundData) -> RoundRow:
    """Put other phases, groups or another set into a round that is not open yet.

    :raises Invalid: as for a new one, or a group that has units is missing.
    """
    await require(uow, row, "edit")
    await _check(uow, data)
    units = await stored.round_units(uow.session, row.id)
    known = {group.code for group in data.peer_groups}
    if any(unit.peer_group not in known for unit in units):
        raise _invalid("/peer_groups", "group_in_use")
    for name, value in _fields(row.code, data).items():
        setattr(row, name, value)
    await uow.save(row)
    return row


async def open_round(uow: UnitOfWork, row: RoundRow) -> RoundRow:
    """Begin: from now on the phases decide who may do what."""
    await require(uow, row, "open")
    row.state = RoundState.OPEN
    await uow.save(row)
    return row


async def extend(
    uow: UnitOfWork, row: RoundRow, wanted: LaterClosing, by: UUID
) -> list[PhaseChangeRow]:
    """Let a phase that has not closed yet close later (gia hạn), for units that ask with a reason.

    :raises Conflict: the phase is closed for one of them: only a decision re-opens it.
    """
    await require(uow, row, "extend")
    book = await open_book(uow.session, row, uow.now())
    for code in wanted.unit_codes:
        if book.clock.standing(wanted.phase, code) == "closed":
            raise Conflict("phase_closed")
        if wanted.closes_at <= book.clock.closes_at(wanted.phase, code):
            raise _invalid("/closes_at", "not_later")
    return await _move(uow, row, wanted, by=by, reopened_at=None)


async def reopen(
    uow: UnitOfWork, row: RoundRow, wanted: LaterClosing, by: UUID
) -> list[PhaseChangeRow]:
    """Open a phase again by decision (mở lại theo quyết định); a round made final is open again.

    What was published stays as it was; the next publication gets the next number.

    :raises Invalid: it would close in the past, or nothing is closed.
    """
    await require(uow, row, "reopen")
    if wanted.closes_at <= uow.now():
        raise _invalid("/closes_at", "not_later")
    book = await open_book(uow.session, row, uow.now())
    codes: Sequence[str | None] = wanted.unit_codes or [None]
    if any(book.clock.standing(wanted.phase, code) == "not_open_yet" for code in codes):
        raise Conflict("phase_not_open_yet")
    row.state = RoundState.OPEN
    await uow.save(row)
    return await _move(uow, row, wanted, by=by, reopened_at=uow.now())


async def require_still_open(uow: UnitOfWork, row: RoundRow) -> None:
    """Insist that the round is open now that the sheets are locked: it may just have become final.

    :raises Conflict: it has.
    """
    await uow.session.refresh(row)
    if row.state != RoundState.OPEN:
        raise Conflict(f"round_is_{row.state}")


async def require(uow: UnitOfWork, row: RoundRow, action: str) -> None:
    """Insist that the state of the round allows an action.

    :raises Conflict: with the reason why not.
    """
    units = await stored.count_units(uow.session, [row.id])
    waiting = await stored.count_open_objections(uow.session, [row.id])
    permission = round_permission(
        RoundState(row.state), units=units.get(row.id, 0), open_objections=waiting.get(row.id, 0)
    )
    if reason := permission.refuse(action):
        raise Conflict(reason)


async def _move(
    uow: UnitOfWork, row: RoundRow, wanted: LaterClosing, *, by: UUID, reopened_at: datetime | None
) -> list[PhaseChangeRow]:
    known = {unit.unit_code for unit in await stored.round_units(uow.session, row.id)}
    for place, code in enumerate(wanted.unit_codes):
        if code not in known:
            raise _invalid(f"/unit_codes/{place}", "not_in_round")
    codes: Sequence[str | None] = wanted.unit_codes or [None]
    changes = [
        PhaseChangeRow(
            round_id=row.id,
            unit_code=row.unit_code,
            for_unit=code,
            phase=wanted.phase,
            closes_at=wanted.closes_at,
            reopened_at=reopened_at,
            reason=wanted.reason,
            document_number=wanted.document_number,
            by=by,
        )
        for code in codes
    ]
    await uow.save(*changes)
    return changes


async def _check(uow: UnitOfWork, data: RoundData) -> None:
    """:raises Invalid: what keeps the round from being scored later is said now."""
    for phase, code in faults(data.phases):
        raise _invalid(f"/phases/{phase}", code)
    previous = data.previous_round_id
    if previous is not None and await uow.session.get(RoundRow, previous) is None:
        raise _invalid("/previous_round_id", "unknown_round")
    row = await uow.session.get(CriteriaSetRow, data.criteria_set_id)
    if row is None or row.state != PUBLISHED:
        raise _invalid("/criteria_set_id", "set_not_published")
    groups = {group.code: group for group in data.peer_groups}
    if len(groups) < len(data.peer_groups):
        raise _invalid("/peer_groups", "duplicates")
    books = Rulebooks(row.content, groups)
    try:
        for place, code in enumerate(groups):
            problems = [p for p in lint_criteria_set(books.of(code)) if p.severity == "error"]
            if problems:
                raise _invalid(f"/peer_groups/{place}/classes", "classes_wrong")
    except InvalidData as invalid:
        raise as_problem("criteria_set_invalid", invalid.problems) from invalid
    if _too_fine(books.of(data.peer_groups[0].code)):
        raise _invalid("/criteria_set_id", "set_too_fine")


def _too_fine(criteria_set: CriteriaSet) -> bool:
    """Whether points would need more decimals than the ledger keeps."""
    maxima = [decimal_places(leaf.maximum) or 0 for leaf in criteria_set.outline.leaves]
    return max(criteria_set.rounding.places, *maxima) > POINT_PLACES


def _fields(code: str, data: RoundData) -> dict[str, Any]:
    return {
        "title": data.title,
        "year": data.year,
        "criteria_set_id": data.criteria_set_id,
        "previous_round_id": data.previous_round_id,
        "phases": {
            phase.value: {
                "opens_at": window.opens_at.isoformat(),
                "closes_at": window.closes_at.isoformat(),
            }
            for phase, window in data.phases.items()
        },
        "peer_groups": [
            {
                "code": group.code,
                "title": group.title,
                "ranked": group.ranked,
                "classes": None if group.classes is None else [dict(c) for c in group.classes],
            }
            for group in data.peer_groups
        ],
        "search": search_key(f"{code} {data.title}"),
    }


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
