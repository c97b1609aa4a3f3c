"""How is the sending of reminders doing? Gauges read from the tables, so that a restart keeps them."""

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import func, select
from sqlmodel import col

from services.notifications.domain.delivery import CLAIMABLE
from services.notifications.domain.planning import PLANNED
from services.notifications.storage.tables import Message, Reminder
from shared.context import ServiceContext

_FRESH = timedelta(seconds=10)
_meters: "WeakKeyDictionary[CollectorRegistry, Meters]" = WeakKeyDictionary()


class Meters:
    """The gauges of one running service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._read_at: datetime | None = None
        self._reminders = Gauge("cchc_reminders", "Reminders", ["state"], registry=registry)
        self._messages = Gauge("cchc_messages", "Messages", ["state"], registry=registry)
        self._reminder_lag = Gauge(
            "cchc_reminders_due_overdue_seconds",
            "Age of the oldest due reminder",
            registry=registry,
        )
        self._message_lag = Gauge(
            "cchc_messages_waiting_seconds", "Age of the oldest message to send", registry=registry
        )

    async def read(self, context: ServiceContext) -> None:
        """Count now, unless it was done a moment ago: loops are woken by every commit."""
        now = context.clock.now()
        if self._read_at is not None and timedelta(0) <= now - self._read_at < _FRESH:
            return
        self._read_at = now
        async with context.database.reading() as session:
            for gauge, kind in ((self._reminders, Reminder), (self._messages, Message)):
                gauge.clear()
                statement = select(col(kind.state), func.count()).group_by(col(kind.state))
                for state, count in await session.execute(statement):
                    gauge.labels(state).set(count)
            due = await session.scalar(
                select(func.min(col(Reminder.due_at))).where(col(Reminder.state) == PLANNED)
            )
            waiting = await session.scalar(
                select(func.min(col(Message.next_attempt_at))).where(
                    col(Message.state).in_(CLAIMABLE)
                )
            )
        for gauge, since in ((self._reminder_lag, due), (self._message_lag, waiting)):
            gauge.set(max(0.0, (now - since).total_seconds()) if since else 0.0)


def meters(context: ServiceContext) -> Meters:
    """The gauges of a service, made once for each registry."""
    found = _meters.get(context.metrics)
    if found is None:
        found = _meters[context.metrics] = Meters(context.metrics)
    return found
