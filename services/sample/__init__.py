"""Which data does a first start bring? A fictitious department with a real plan, loaded over HTTP.

Everything goes through the public API, with fixed idempotency keys: a first start that was killed
goes on where it was, and nothing is there twice. Nobody in it exists; mail to it never leaves.
"""

from starlette.types import ASGIApp

from services.sample.client import Client
from services.sample.criteria import load_criteria_set
from services.sample.department import load_department
from services.sample.plans import load_plans
from services.sample.rounds import load_rounds
from services.sample.summary import summary as _summary
from shared.clock import Clock
from shared.texts import text

__all__ = ["load", "summary"]


async def load(app: ASGIApp, *, key: str, clock: Clock) -> None:
    """Load the sample, or the rest of it.

    :raises SampleFailed: a call was refused; the next start tries again.
    """
    async with Client(app, key) as client:
        people = await load_department(client)
        await load_plans(client, people, clock)
        set_id, leaves = await load_criteria_set(client)
        await load_rounds(client, set_id, leaves, clock)


async def summary(app: ASGIApp, *, key: str) -> list[str]:
    """What is loaded and what will be sent next, for the person who started the platform."""
    async with Client(app, key) as client:
        return await _summary(client, text)
