"""How does a figure come onto a line? Checked against the rule, computed, and added for good."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import col

from services.scoring.domain import CriteriaSet, Line, fixed, parse_inputs, plain
from services.scoring.domain.rounds.deductions import shown_points
from services.scoring.domain.rounds.layers import Layer
from services.scoring.storage.round_tables import EntryRow, RoundUnitRow
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is put on a line; points and maximum follow from value and rule."""

    criterion: str
    layer: Layer
    value: Value | None
    reason: str = ""
    evidence: Sequence[Mapping[str, Any]] = ()
    deductions: Sequence[Mapping[str, str]] = ()
    line: Line | None = field(default=None, compare=False)


def score_values(
    criteria_set: CriteriaSet, unit: RoundUnitRow, values: Mapping[str, Value]
) -> dict[str, Line]:
    """The lines of some values of a unit, each by its own rule.

    :raises InvalidInputs: values that do not fit their rules, each with its criterion.
    """
    inputs: dict[str, Any] = {"unit": unit.unit_code, "values": dict(values)}
    if unit.level is not None:
        inputs["level"] = unit.level
    (read,) = parse_inputs(inputs, _of_these_lines(criteria_set, values))
    return {line.criterion.code: line for line in read.lines}


def _of_these_lines(criteria_set: CriteriaSet, codes: Collection[str]) -> CriteriaSet:
    """The set with these lines alone: an appraiser's one criterion is scored without 149 others."""
    lines = [leaf for leaf in criteria_set.outline.leaves if leaf.code in codes]
    return replace(criteria_set, criteria=tuple(replace(line, parent=None) for line in lines))


def shown(entry: NewEntry, criteria_set: CriteriaSet) -> str | None:
    """The points of an entry as they are published; None when there is no value."""
    if entry.line is None:
        return None
    return fixed(shown_points(entry.line, criteria_set), criteria_set.rounding.places)


async def add_entries(
    uow: UnitOfWork,
    sheets: Sequence[tuple[RoundUnitRow, Sequence[NewEntry]]],
    criteria_set: CriteriaSet,
    *,
    by: UUID,
) -> None:
    """Add entries to sheets whose rows the caller holds locked, so that numbers never meet."""
    last = await _last_numbers(
        uow, [unit.id for unit, _ in sheets], {e.criterion for _, made in sheets for e in made}
    )
    actor, now = uow.doing.actor, uow.now()
    rows: list[dict[str, Any]] = []
    for unit, entries in sheets:
        for entry in entries:
            key = (unit.id, entry.criterion, entry.layer.value)
            last[key] = last.get(key, 0) + 1
            rows.append(
                {
                    "id": new_id(),
                    "round_id": unit.round_id,
                    "round_unit_id": unit.id,
                    "unit_code": unit.unit_code,
                    "criterion": entry.criterion,
                    "layer": entry.layer.value,
                    "number": last[key],
                    "value": None if entry.value is None else dict(entry.value),
                    "points": shown(entry, criteria_set),
                    "max": None if entry.line is None else plain(entry.line.max),
                    "reason": entry.reason,
                    "evidence": [dict(item) for item in entry.evidence],
                    "deductions": [dict(item) for item in entry.deductions],
                    "by": by,
                    "on_behalf_of": actor.on_behalf_of,
                    "via": actor.via,
                    "at": now,
                }
            )
            unit.entries += 1
    if rows:
        await uow.session.execute(insert(EntryRow), rows)
    await uow.save(*(unit for unit, _ in sheets))


async def _last_numbers(
    uow: UnitOfWork, unit_ids: Sequence[UUID], criteria: Collection[str]
) -> dict[tuple[UUID, str, str], int]:
    found: dict[tuple[UUID, str, str], int] = {}
    key = (col(EntryRow.round_unit_id), col(EntryRow.criterion), col(EntryRow.layer))
    for start in range(0, len(unit_ids), 500):
        statement = (
            select(*key, func.max(col(EntryRow.number)))
            .where(col(EntryRow.round_unit_id).in_(unit_ids[start : start + 500]))
            .where(col(EntryRow.criterion).in_(sorted(criteria)))
            .group_by(*key)
        )
        for unit_id, criterion, layer, number in (await uow.session.execute(statement)).all():
            found[unit_id, criterion, layer] = number
    return found
