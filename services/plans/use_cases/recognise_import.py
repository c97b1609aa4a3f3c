"""What in a preview is known already? Its units by name, and whether the plan itself was here before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.domain.unit_names import (
    KnownGroup,
    KnownUnit,
    Resolution,
    guess_kind,
    resolve,
)
from services.plans.storage.repositories import (
    get,
    imports_of_file,
    known_names,
    plans_of_year,
)
from services.plans.storage.tables import Import, Plan, StoredFile, Unit
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NamePreview:
    """One name as written, what it is taken to mean, and the rows it stands in.

    `corrected`: a person said which unit it is; `is_new`: a person said it is a new unit.
    `made`: the units that would be made for it on confirmation, by name: for a name nobody knows
    itself (or another spelling of it met before), for a group its members among them.
    """

    resolution: Resolution
    roles: frozenset[str] = field(default_factory=frozenset)
    rows: tuple[str, ...] = ()
    corrected: bool = False
    is_new: bool = False
    made: tuple[str, ...] = ()

    @property
    def means_nothing(self) -> bool:
        """Whether nobody would owe anything by this name, or only a unit that is still to be made."""
        unknown = not self.resolution.unit_codes and not self.is_new
        return unknown and not (self.resolution.is_group_name and self.made)


@dataclass(frozen=True, slots=True)
class Repetitions:
    """What was here before: the same file, the same number, or what looks like the same plan.

    `similar`: no number tells the two apart. `same_title`: the numbers do, so it may be another.
    """

    same_file: Import | None = None
    same_file_plan: Plan | None = None
    same_number: Plan | None = None
    similar: Plan | None = None
    same_title: Plan | None = None


async def names_in(session: AsyncSession, owner: Unit, row: Import) -> dict[str, NamePreview]:
    """Every unit name of a preview's tasks and what it means now, in the order met."""
    units, groups = await known_names(session, owner)
    roles: dict[str, set[str]] = {}
    rows: dict[str, dict[str, None]] = {}
    for task in (row.content or {}).get("tasks", ()):
        for role, key in (("lead", "lead_units"), ("coordinating", "coordinating_units")):
            for name in task[key]:
                roles.setdefault(name, set()).add(role)
                rows.setdefault(name, {})[task.get("row", "")] = None
    found = {
        name: Resolution(name, (row.corrections[name],))
        if name in row.corrections
        else resolve(name, units=units, groups=groups)
        for name in roles
    }
    made = _made_of(found)
    return {
        name: NamePreview(
            resolution,
            frozenset(roles[name]),
            tuple(rows[name]),
            corrected=name in row.corrections,
            is_new=name in row.new_units,
            made=_made_for(resolution, units, made, groups),
        )
        for name, resolution in found.items()
    }


def _made_of(found: Mapping[str, Resolution]) -> list[KnownUnit]:
    """The units that would be made of the names nobody knows; spellings of one name are one."""
    made: list[KnownUnit] = []
    for name, resolution in found.items():
        unknown = not resolution.unit_codes and not resolution.is_group_name
        if unknown and not resolve(name, units=made, groups=()).unit_codes:
            made.append(KnownUnit(name, name, guess_kind(name)))
    return made


def _made_for(
    resolution: Resolution,
    units: Sequence[KnownUnit],
    made: Sequence[KnownUnit],
    groups: Sequence[KnownGroup],
) -> tuple[str, ...]:
    name, names = resolution.written, {unit.name for unit in made}
    if resolution.is_group_name:
        with_made = resolve(name, units=[*units, *made], groups=groups)
        return tuple(code for code in with_made.unit_codes if code in names)
    return () if resolution.unit_codes else resolve(name, units=made, groups=()).unit_codes


async def resolve_name(uow: UnitOfWork, owner: Unit, name: str) -> Resolution:
    """What a name means with the units known at this moment."""
    units, groups = await known_names(uow.session, owner)
    return resolve(name, units=units, groups=groups)


async def units_named(session: AsyncSession, owner: Unit) -> list[KnownUnit]:
    """The units a document of this one can name."""
    units, _ = await known_names(session, owner)
    return units


async def repetitions(session: AsyncSession, row: Import, *, year: int | None) -> Repetitions:
    """What a preview repeats: the newest other import of the very same file, and plans of the year.

    Withdrawn plans repeat nothing.
    """
    file = await get(session, StoredFile, row.file_id)
    same = await imports_of_file(session, unit_code=row.unit_code, sha256=file.sha256)
    others = [other for other in same if other.id != row.id]
    confirmed = [other for other in others if other.plan_id is not None]
    same_file_plan = await session.get(Plan, confirmed[-1].plan_id) if confirmed else None
    newest = next(reversed(confirmed or others), None)
    if year is None:
        return Repetitions(newest, same_file_plan)
    content = row.content or {}
    number = content.get("number")
    of_year = [
        plan
        for plan in await plans_of_year(session, unit_code=row.unit_code, year=year)
        if plan.id != row.plan_id
    ]
    return Repetitions(
        newest,
        same_file_plan,
        same_number=_first(plan for plan in of_year if number and plan.number == number),
        similar=_first(p for p in of_year if None in (p.number, number) and _alike(p, content)),
        same_title=_first(plan for plan in of_year if _same_title(plan, content)),
    )


def _first(plans: Iterable[Plan]) -> Plan | None:
    return next(iter(plans), None)


def _alike(plan: Plan, content: dict[str, Any]) -> bool:
    same_symbol = plan.symbol is not None and plan.symbol == content.get("symbol")
    return same_symbol or _same_title(plan, content)


def _same_title(plan: Plan, content: dict[str, Any]) -> bool:
    return bool(plan.title) and search_key(plan.title) == search_key(content.get("title") or "")
