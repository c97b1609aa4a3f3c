"""START HERE: what the notifications service is made of."""

from pathlib import Path

from services.notifications.consumers import subscriptions
from services.notifications.storage.tables import metadata, platform
from shared.runtime.service import Service

_HERE = Path(__file__).parent

service = Service(
    name="notifications",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(),
    subscriptions=subscriptions,
)
