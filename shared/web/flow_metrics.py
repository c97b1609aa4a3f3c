"""Does anything get stuck between the services? Gauges that are read from the tables when asked for."""

import math

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.exc import SQLAlchemyError

from shared.context import ServiceContext
from shared.messaging.operations import Waiting, waiting


class FlowMetrics:
    """Waiting and stuck events of one service; not a number while the database is away."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Gauge(
            "cchc_waiting_events",
            "Events that wait to be sent (outbox), to be handled (inbox), or for a person (parked)",
            ["box"],
            registry=registry,
        )
        self._age = Gauge(
            "cchc_waiting_seconds",
            "Age of the oldest event that waits to be sent (outbox) or handled (inbox)",
            ["box"],
            registry=registry,
        )

    async def refresh(self, context: ServiceContext) -> None:
        """Read what is so now."""
        found = await _read(context)
        now = context.clock.now()
        counts = {"outbox": math.nan, "inbox": math.nan, "parked": math.nan}
        ages = {"outbox": math.nan, "inbox": math.nan}
        if found is not None:
            counts = {"outbox": found.unsent, "inbox": found.unhandled, "parked": found.parked}
            since = {"outbox": found.unsent_since, "inbox": found.unhandled_since}
            ages = {box: (now - at).total_seconds() if at else 0 for box, at in since.items()}
        for box, count in counts.items():
            self._events.labels(box).set(count)
        for box, age in ages.items():
            self._age.labels(box).set(age)


async def _read(context: ServiceContext) -> Waiting | None:
    try:
        async with context.database.reading() as session:
            return await waiting(session, context.tables)
    except (SQLAlchemyError, OSError):
        return None
