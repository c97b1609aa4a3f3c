"""Is any ladder stuck? A second look at all of them, apart from the job that climbs.

It finds ladders that should have climbed a quarter of an hour ago, ladders that wait without knowing
until when (mended at once), and obligations whose ladder should have begun but did not.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from services.notifications.storage import escalations as stored_ladders
from services.notifications.use_cases.climb_escalations import to_begin
from shared.unit_of_work import UnitOfWork

GRACE = timedelta(minutes=15)
_LISTED = 100
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """Ladders that are late, those that did not know their next day, obligations without one."""

    stalled: tuple[UUID, ...]
    aimless: tuple[UUID, ...]
    missing: tuple[UUID, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.stalled or self.aimless or self.missing)


async def look(uow: UnitOfWork) -> Findings:
    """What is wrong now; nothing is changed."""
    late = await stored_ladders.stalled(uow.session, before=uow.now() - GRACE)
    missing: list[UUID] = []
    for policy in await stored_ladders.active_policies(uow.session):
        missing += await to_begin(uow, policy, limit=_LISTED)
    return Findings(
        stalled=tuple(row.id for row in late if row.next_at is not None),
        aimless=tuple(row.id for row in late if row.next_at is None),
        missing=tuple(missing),
    )


async def audit(uow: UnitOfWork) -> Findings:
    """Look, tell the operators, and set ladders going again that had lost their next day."""
    found = await look(uow)
    for row in await stored_ladders.stalled(uow.session, before=uow.now() - GRACE):
        if row.next_at is None:
            row.next_at, row.reason = uow.now(), "found_by_auditor"
            uow.add(row)
    if not found.is_clean:
        log.error(
            "ladders_stuck",
            stalled=len(found.stalled),
            aimless=len(found.aimless),
            missing=len(found.missing),
        )
    return found
