"""HTTP in: the sandbox's clock. On a real installation these paths answer 409."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, Field

from shared.access import Access
from shared.clock import SandboxClock
from shared.context import ServiceContext, context_of
from shared.errors import Conflict
from shared.web.auth import Allowed
from shared.web.command import ReadRoute
from shared.web.inputs import Input

router = APIRouter(route_class=ReadRoute, tags=["sandbox"])
MayMove = Annotated[Access, Depends(Allowed("sandbox.clock"))]


class ClockOut(BaseModel):
    now: datetime
    sandbox: bool


class ClockMove(Input):
    """Forward by days and hours, or to a later instant."""

    days: Annotated[int, Field(ge=0, le=3660)] = 0
    hours: Annotated[int, Field(ge=0, le=24)] = 0
    to: AwareDatetime | None = None


@router.get("/clock")
async def get_clock(request: Request, access: MayMove) -> ClockOut:
    _ = access
    clock = context_of(request).clock
    return ClockOut(now=clock.now(), sandbox=isinstance(clock, SandboxClock))


@router.post("/clock:advance")
async def advance_clock(body: ClockMove, request: Request, access: MayMove) -> ClockOut:
    access.require_everywhere()
    context: ServiceContext = context_of(request)
    clock = context.clock
    if not isinstance(clock, SandboxClock):
        raise Conflict("no_sandbox_clock")
    by = timedelta(days=body.days, hours=body.hours)
    if body.to is not None:
        by = body.to - clock.now()
    if by < timedelta(0):
        raise Conflict("clock_never_back")
    now = clock.advance(by)
    context.wake(True)
    return ClockOut(now=now, sandbox=True)
