"""Record how a person wishes to be told."""

from datetime import time
from typing import Any
from uuid import UUID

from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Preference
from shared.errors import Conflict
from shared.ids import derived_id
from shared.unit_of_work import UnitOfWork

_TIMES = ("quiet_from", "quiet_until", "digest_at")


def fresh(person_id: UUID, unit_code: str | None) -> Preference:
    """The wishes of somebody who has told none: nothing differs from what is usual here."""
    return Preference(
        id=derived_id("preference", str(person_id)), person_id=person_id, unit_code=unit_code
    )


async def add_preference(uow: UnitOfWork, row: Preference, wishes: dict[str, Any]) -> Preference:
    """Store a person's first wishes.

    :raises Conflict: there are some; they are changed instead.
    """
    if (await stored.preferences_of(uow.session, [row.person_id])).get(row.person_id) is not None:
        raise Conflict("preference_exists")
    return await change_preference(uow, row, wishes)


async def change_preference(uow: UnitOfWork, row: Preference, wishes: dict[str, Any]) -> Preference:
    """Change what was given; None goes back to what is usual here."""
    for name, value in wishes.items():
        told = time.fromisoformat(value) if name in _TIMES and value is not None else value
        setattr(row, name, told)
    await uow.save(row)
    return row
