"""Remember which gateways work, for all senders and over restarts."""

from datetime import datetime

import structlog

from services.notifications.domain.breaker import Breaker, admit, after_answer, after_fault
from services.notifications.domain.delivery import Outcome
from services.notifications.storage.tables import GatewayState
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
_LONGEST_ERROR = 500


async def not_before(uow: UnitOfWork, gateway: str) -> datetime | None:
    """None when a message may be tried now; else when to ask again."""
    row = await uow.session.get(GatewayState, gateway, with_for_update=True)
    if row is None:
        return None
    admission = admit(_breaker(row), uow.now())
    _write(uow, row, admission.breaker)
    return admission.again_at


async def note(uow: UnitOfWork, gateway: str, outcome: Outcome) -> None:
    """Put on record what an attempt says of the gateway."""
    row = await uow.session.get(GatewayState, gateway, with_for_update=True)
    if outcome.fault != "gateway":
        if row is not None and outcome.kind != "unknown" and not _breaker(row).is_clean:
            _write(uow, row, after_answer())
        return
    if row is None:
        row = GatewayState(name=gateway, changed_at=uow.now())
    before = _breaker(row)
    _write(uow, row, after_fault(before, uow.now()))
    row.last_error = outcome.detail[:_LONGEST_ERROR] or None
    if row.trips > before.trips:
        log.error("gateway_given_a_rest", gateway=gateway, until=str(row.opened_until))


async def close(uow: UnitOfWork, row: GatewayState) -> None:
    """Try a gateway again at once, because a person says that it works."""
    _write(uow, row, after_answer())


def _breaker(row: GatewayState) -> Breaker:
    return Breaker(row.failures, row.trips, row.opened_until, row.probe_until)


def _write(uow: UnitOfWork, row: GatewayState, breaker: Breaker) -> None:
    row.failures, row.trips = breaker.failures, breaker.trips
    row.opened_until, row.probe_until = breaker.opened_until, breaker.probe_until
    row.changed_at = uow.now()
    uow.add(row)
