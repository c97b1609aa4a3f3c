"""START HERE: what the scoring service is made of."""

from pathlib import Path

from services.scoring.consumers import subscriptions
from services.scoring.storage.tables import metadata, platform
from shared.runtime.service import Service

_HERE = Path(__file__).parent

service = Service(
    name="scoring",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(),
    subscriptions=subscriptions,
)
