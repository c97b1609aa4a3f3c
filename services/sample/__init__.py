"""Which data does a first start bring? A fictitious department, loaded through the public API."""

from starlette.types import ASGIApp

from shared.clock import Clock


async def load(app: ASGIApp, *, key: str, clock: Clock) -> None: ...
async def summary(app: ASGIApp, *, key: str) -> list[str]:
    return []
