"""What does a person see before confirming? Everything read, every doubt with its place and way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.domain.content_rows import Json, ensure_rows
from services.plans.domain.deadlines import Deadline
from services.plans.domain.occurrences import occurrences
from services.plans.domain.periods import load_schemes
from services.plans.domain.unit_names import KnownUnit
from services.plans.storage.repositories import get, get_unit
from services.plans.storage.tables import Import, Plan, StoredFile, Unit
from services.plans.use_cases.recognise_import import (
    NamePreview,
    Repetitions,
    names_in,
    repetitions,
    units_named,
)
from services.plans.use_cases.warn_of_import import Warned, warnings_of
from services.plans.use_cases.withdraw_plan import why_not_withdrawn
from shared.texts import current_language

_SCHEME = "cchc-don-vi"


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation to come: when it falls due (None: a person sets the day), and of which period."""

    label: str
    due_on: date | None
    exclusive: bool
    due_from: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview with everything that was found out about it."""

    row: Import
    file: StoredFile
    owner: Unit
    content: Json
    names: Mapping[str, NamePreview]
    units: Sequence[KnownUnit]
    warnings: Sequence[Warned]
    owed: Mapping[str, Sequence[Owed]]
    known: Repetitions
    obstacle: str | None = None  # why a confirmed one cannot be undone, as a sentence
    by_row: Mapping[str, Sequence[Warned]] = field(default_factory=dict)


async def preview_of(session: AsyncSession, row: Import) -> Preview:
    """Everything about a preview as of now: names match today's organisation, plans today's plans."""
    content = ensure_rows(row.content or {})
    owner = await get_unit(session, row.unit_code)
    names = await names_in(session, owner, row)
    units = await units_named(session, owner)
    known = await repetitions(session, row, year=year_of(content))
    warnings = warnings_of(row, content, names=names, units=units, known=known)
    by_row: dict[str, list[Warned]] = {}
    for warning in warnings:
        for row_id in warning.rows:
            by_row.setdefault(row_id, []).append(warning)
    return Preview(
        row,
        await get(session, StoredFile, row.file_id),
        owner,
        content,
        names,
        units,
        warnings,
        owed_of(content),
        known,
        await _obstacle(session, row),
        by_row,
    )


def year_of(content: Mapping[str, Any]) -> int | None:
    """The year a plan will be of: as written, else that of its issue."""
    if content["year"]:
        return int(content["year"])
    return int(content["issued_on"][:4]) if content["issued_on"] else None


def owed_of(content: Mapping[str, Any]) -> dict[str, list[Owed]]:
    """The obligations each task will make, for each of its lead units."""
    year = year_of(content)
    if year is None:
        return {}
    issued = content["issued_on"]
    issued_on = date.fromisoformat(issued) if issued else None
    known: dict[str, list[Owed]] = {}  # the same words stand in many tasks
    found = {}
    for task in content["tasks"]:
        key = repr(task["deadline"])
        if key not in known:
            known[key] = _owed(task["deadline"], year, issued_on)
        found[task["row"]] = known[key]
    return found


def _owed(deadline: Json, year: int, issued_on: date | None) -> list[Owed]:
    scheme, language = load_schemes()[_SCHEME], current_language.get()
    return [
        Owed(item.label.text(language), item.due_on, item.exclusive, item.due_from)
        for item in occurrences(
            Deadline.from_json(deadline), year=year, scheme=scheme, issued_on=issued_on
        )
    ]


async def _obstacle(session: AsyncSession, row: Import) -> str | None:
    if row.state != "confirmed" or row.plan_id is None:
        return None
    obstacle = await why_not_withdrawn(session, await get(session, Plan, row.plan_id))
    return None if obstacle is None else obstacle.detail
