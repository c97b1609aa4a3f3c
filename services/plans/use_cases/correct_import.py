"""How does a person correct what was read? By API or in a returned workbook, told from → to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.documents.deadline_cells import DeadlineReader
from services.plans.domain.content_edits import (
    Change,
    EditRefused,
    Edits,
    ReadDeadline,
    edited,
)
from services.plans.domain.content_rows import Json, ensure_rows
from services.plans.storage.repositories import unit_by_code
from services.plans.storage.tables import Import
from shared.errors import Conflict, FieldError, Invalid
from shared.texts import text
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Corrections:
    """Edits of the content, and what unit names mean.

    `units`: name as written → code of a unit, None to take a correction back. `new_units`: names of
    units that are to be created; None leaves the list as it is.
    """

    edits: Edits = field(default_factory=Edits)
    units: Mapping[str, str | None] = field(default_factory=dict)
    new_units: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a preview would be with the corrections, and what of it is different."""

    content: Json
    units: dict[str, str]
    new_units: list[str]
    changes: list[Change]


async def corrected(session: AsyncSession, row: Import, wanted: Corrections) -> Corrected:
    """Work corrections out without keeping them.

    :raises Conflict: it is no longer a preview.
    :raises Invalid: a row or unit is not known, or a value is none; each with its place.
    """
    if row.state != "previewed" or row.content is None:
        raise Conflict(f"import_is_{row.state}")
    for name, code in wanted.units.items():
        if code is not None and await unit_by_code(session, code) is None:
            raise _invalid(f"/units/{name}", "unknown_unit")
    content = ensure_rows(row.content)
    try:
        result, changes = edited(content, wanted.edits, reader_of=deadline_reader)
    except EditRefused as refusal:
        raise _invalid(refusal.pointer, refusal.code) from refusal
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid("", "other") from error
    units = {**row.corrections, **{n: c for n, c in wanted.units.items() if c is not None}}
    for name, code in wanted.units.items():
        if code is None:
            units.pop(name, None)
    new_units = row.new_units if wanted.new_units is None else list(wanted.new_units)
    new_units = [name for name in dict.fromkeys(new_units) if name not in units]
    changes += _unit_changes(row, units, new_units)
    return Corrected(result, units, new_units, changes)


async def correct_import(
    uow: UnitOfWork, row: Import, wanted: Corrections, *, via: str
) -> list[Change]:
    """Keep corrections; what changed is noted with who did it and when. Nothing changed: nothing is kept.

    :param via: api | workbook.
    """
    result = await corrected(uow.session, row, wanted)
    if not result.changes:
        return []
    row.content, row.corrections, row.new_units = result.content, result.units, result.new_units
    told = {"at": uow.now().isoformat(), "by": uow.doing.actor.id, "via": via}
    row.changes = [*row.changes, *(change.as_json() | told for change in result.changes)]
    await uow.save(row)
    return result.changes


def deadline_reader(content: Mapping[str, Any]) -> ReadDeadline:
    """How words become a deadline in a document of this year, issued on this day."""
    issued = content["issued_on"]
    reader = DeadlineReader(content["year"], date.fromisoformat(issued) if issued else None)
    return lambda words: reader.cell(words.split("\n")).as_json()


def _unit_changes(row: Import, units: Mapping[str, str], new_units: Sequence[str]) -> list[Change]:
    names = dict.fromkeys((*row.corrections, *units, *row.new_units, *new_units))

    def meaning(name: str, codes: Mapping[str, str], new: Sequence[str]) -> str | None:
        return codes.get(name) or ("+" if name in new else None)

    found = []
    for name in names:
        before = meaning(name, row.corrections, row.new_units)
        after = meaning(name, units, new_units)
        if before != after:
            found.append(Change("units", None, name, "units", before, after))
    return found


def _invalid(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, code, text(f"problems.fields.{code}"))])
