"""How are the other services' copies made whole again? By sending everything as it is now.

In portions, each in its own transaction, so that 100,000 obligations hold nobody up and a restart
goes on where it was. Ids and revisions are those of the rows: nothing changes by being sent again.
Rows are locked, so that no change made meanwhile is overtaken by what was read before it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, extract, func, select
from sqlmodel import col

from services.plans.storage.tables import ObligationRow, Person, Plan, System, Unit
from services.plans.use_cases.announce import announce_obligation
from services.plans.use_cases.organisation import announce_unit
from services.plans.use_cases.principals import announce_principal
from services.plans.use_cases.working_calendar import announce_year
from shared.context import ServiceContext
from shared.jobs.queue import Unfinished
from shared.unit_of_work import UnitOfWork

REPUBLISH = "republish_reference"
_PORTION = 200
S = TypeVar("S", bound=Select[*tuple[Any, ...]])

# announces a portion after a key; the keys announced, in order
_Announce = Callable[[UnitOfWork, str | None], Awaitable[list[str]]]


async def _units(uow: UnitOfWork, after: str | None) -> list[str]:
    code = col(Unit.code)
    statement = select(Unit).where(code > (after or "")).order_by(code).limit(_PORTION)
    rows = (await uow.session.scalars(statement.with_for_update())).all()
    for row in rows:
        await announce_unit(uow, row)
    return [row.code for row in rows]


async def _people(uow: UnitOfWork, after: str | None) -> list[str]:
    statement = _after(select(Person), col(Person.id), after)
    rows = (await uow.session.scalars(statement.with_for_update())).all()
    for row in rows:
        await announce_principal(uow, row)
    return [str(row.id) for row in rows]


async def _systems(uow: UnitOfWork, after: str | None) -> list[str]:
    statement = _after(select(System), col(System.id), after)
    rows = (await uow.session.scalars(statement.with_for_update())).all()
    for row in rows:
        await announce_principal(uow, row)
    return [str(row.id) for row in rows]


async def _calendar(uow: UnitOfWork, after: str | None) -> list[str]:
    day = uow.tables.calendar_days.c.day
    year = extract("year", day)
    found = await uow.session.scalar(select(func.min(year)).where(year > int(after or 0)))
    if found is None:
        return []
    await uow.session.execute(select(day).where(year == found).with_for_update())
    await announce_year(uow, int(found))
    return [str(int(found))]


async def _obligations(uow: UnitOfWork, after: str | None) -> list[str]:
    plan_of = col(Plan.id) == col(ObligationRow.plan_id)
    statement = select(ObligationRow, Plan).join(Plan, plan_of)
    statement = _after(statement, col(ObligationRow.id), after)
    rows = (await uow.session.execute(statement.with_for_update(of=ObligationRow))).all()
    for obligation, plan in rows:
        announce_obligation(uow, plan, obligation)
    return [str(obligation.id) for obligation, _ in rows]


def _after(statement: S, key: Any, last: str | None) -> S:
    """The portion of rows that follows the last one announced."""
    statement = statement.order_by(key).limit(_PORTION)
    return statement if last is None else statement.where(key > UUID(last))


# in this order: who receives an obligation knows its unit and its people by then
KINDS: Mapping[str, _Announce] = {
    "units": _units,
    "people": _people,
    "systems": _systems,
    "calendar": _calendar,
    "obligations": _obligations,
}


async def republish_job(
    context: ServiceContext, uow: UnitOfWork, payload: dict[str, Any]
) -> dict[str, Any] | Unfinished:
    """Announce one portion. The payload: kinds still to do, the last key, and counts so far."""
    _ = context
    kinds, after, sent = payload["kinds"], payload.get("after"), dict(payload.get("sent", {}))
    if not kinds:
        return {"sent": sent}
    kind, *others = kinds
    keys = await KINDS[kind](uow, after)
    sent[kind] = sent.get(kind, 0) + len(keys)
    if keys:
        return Unfinished({"kinds": kinds, "after": keys[-1], "sent": sent})
    return Unfinished({"kinds": others, "after": None, "sent": sent})
