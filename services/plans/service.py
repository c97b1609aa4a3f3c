"""START HERE: what the plans service is made of."""

from pathlib import Path

from services.plans.storage.tables import metadata, platform
from shared.messaging.subscriptions import Subscriptions
from shared.runtime.service import Service

_HERE = Path(__file__).parent

service = Service(
    name="plans",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(),
    subscriptions=Subscriptions(),
)
