"""Keep the copy of an obligation, and plan its reminders in the same transaction."""

from services.notifications.domain.duty import last_day_on_time
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ObligationCopy
from services.notifications.use_cases.plan_reminders import ground, plan_obligation
from shared.contracts.plans import ObligationChanged
from shared.search_text import search_key
from shared.unit_of_work import UnitOfWork


async def keep_obligation(event: ObligationChanged, uow: UnitOfWork) -> None:
    """Store an obligation as it is now.

    Events of one obligation come in order. The same revision is stored again: a republished
    snapshot repairs a damaged copy. So is a lower one: after a restore, plans is right.
    """
    told = event.obligation
    row = await stored.lock_obligation(uow.session, told.id)
    values = told.model_dump(exclude={"assignees"}) | {
        "assignees": [a.model_dump(mode="json") for a in told.assignees],
        "last_day": last_day_on_time(due_on=told.due_on, on_time_until=told.on_time_until),
        "search": search_key(f"{told.title} {told.due_text} {told.source} {told.unit_code}"),
    }
    if row is None:
        row = ObligationCopy(**values)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    await uow.save(row)
    await plan_obligation(uow, row, await ground(uow))
