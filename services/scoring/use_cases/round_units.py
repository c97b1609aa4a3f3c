"""Which units take part in a round? Added by code, by subtree, or as a group of an earlier round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.scoring.domain.rounds.lifecycle import SheetState
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import RoundRow, RoundUnitRow
from services.scoring.use_cases.rounds import require
from shared.access import Access
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Choice:
    """Which units are meant: named, below a unit, or a group of another round. All are added up."""

    unit_codes: Sequence[str] = ()
    below: str | None = None
    direct: bool = True
    like_round: UUID | None = None
    like_group: str | None = None
    keep_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the units belong, and what the set asks about them."""

    peer_group: str
    level: str | None = None
    ranked: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one unit of a command about many; `code` names the reason."""

    unit_code: str
    outcome: str  # added | unchanged | rejected, applied | skipped
    code: str | None = None
    points: str | None = None

    @property
    def message(self) -> str | None:
        return None if self.code is None else text(f"problems.{self.code}.detail")


async def add_units(
    uow: UnitOfWork, row: RoundRow, choice: Choice, placing: Placing, *, access: Access
) -> list[Outcome]:
    """Let units take part; one result a unit. A unit out of the caller's reach is not known.

    :raises Invalid: the round has no such peer group.
    """
    await require(uow, row, "add-units")
    _require_group(row, placing.peer_group)
    codes = await _chosen(uow, choice)
    known = await stored.known_codes(uow.session, access, codes)
    keep_unknown = choice.keep_unknown and access.where.everywhere
    here = {unit.unit_code for unit in await stored.round_units(uow.session, row.id)}
    outcomes: list[Outcome] = []
    for code in codes:
        if code in here:
            outcomes.append(Outcome(code, "unchanged", "unit_in_round"))
        elif code not in known and not keep_unknown:
            outcomes.append(Outcome(code, "rejected", "unit_not_known"))
        else:
            outcomes.append(Outcome(code, "added"))
    added = [
        RoundUnitRow(
            round_id=row.id,
            unit_code=outcome.unit_code,
            peer_group=placing.peer_group,
            level=placing.level,
            ranked=placing.ranked,
            state=SheetState.OPEN,
        )
        for outcome in outcomes
        if outcome.outcome == "added"
    ]
    await uow.save(*added)
    return outcomes


async def change_unit(
    uow: UnitOfWork, row: RoundRow, unit: RoundUnitRow, changes: Mapping[str, Any]
) -> RoundUnitRow:
    """Move a unit to another group, or say another level, other facts, ranked or not."""
    await require(uow, row, "add-units")
    if "peer_group" in changes:
        _require_group(row, changes["peer_group"])
    for name, value in changes.items():
        setattr(unit, name, value)
    await uow.save(unit)
    return unit


async def remove_unit(uow: UnitOfWork, row: RoundRow, unit: RoundUnitRow) -> None:
    """Take a unit out again.

    :raises Conflict: something was entered for it already.
    """
    await require(uow, row, "add-units")
    if unit.entries:
        raise Conflict("unit_has_entries")
    await uow.session.delete(unit)


async def _chosen(uow: UnitOfWork, choice: Choice) -> list[str]:
    codes = list(choice.unit_codes)
    if choice.below is not None:
        codes += await stored.codes_below(
            uow.session, uow.tables, choice.below, direct=choice.direct
        )
    if choice.like_round is not None:
        members = await stored.round_units(uow.session, choice.like_round)
        codes += [m.unit_code for m in members if choice.like_group in {None, m.peer_group}]
    return _without_repeats(codes)


def _require_group(row: RoundRow, code: str) -> None:
    if code not in {group["code"] for group in row.peer_groups}:
        message = text("problems.fields.unknown_group")
        raise Invalid(errors=[FieldError("/peer_group", "unknown_group", message)])


def _without_repeats(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
