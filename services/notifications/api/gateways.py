"""Which ways out are there, and do they work?"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlmodel import col
from starlette.requests import Request

from services.notifications.api.schemas import Out
from services.notifications.gateways.choice import gateways
from services.notifications.storage.tables import GatewayState
from services.notifications.use_cases import watch_gateways
from shared.access import Access
from shared.context import context_of
from shared.errors import NotFound
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.inputs import Code
from shared.web.pagination import Page
from shared.web.sessions import Reading

router = APIRouter(prefix="/gateways", tags=["messages"], route_class=CommandRoute)
Operator = Annotated[Access, Depends(Allowed("messages.operate"))]


class GatewayOut(Out):
    """A way out. `open`: it failed so often that it is left alone until `opened_until`."""

    name: str
    state: Literal["closed", "open"]
    failures: int
    opened_until: datetime | None
    last_error: str | None
    changed_at: datetime | None


@router.get("", operation_id="list_gateways")
async def list_gateways(access: Operator, request: Request, session: Reading) -> Page[GatewayOut]:
    access.require_everywhere()
    rows = await session.scalars(select(GatewayState).order_by(col(GatewayState.name)))
    known = {row.name: row for row in rows}
    ways = gateways(context_of(request).settings).names()
    return Page(items=[_out(name, known.get(name)) for name in ways], next_cursor=None)


@router.post("/{gateway_name}:close", operation_id="close_gateway")
async def close_gateway(
    gateway_name: Code, access: Operator, request: Request, uow: Uow
) -> GatewayOut:
    access.require_everywhere()
    if gateway_name not in gateways(context_of(request).settings).names():
        raise NotFound
    row = await uow.session.get(GatewayState, gateway_name, with_for_update=True)
    if row is not None:
        await watch_gateways.close(uow, row)
    return _out(gateway_name, row)


def _out(name: str, row: GatewayState | None) -> GatewayOut:
    if row is None:
        return GatewayOut(
            name=name,
            state="closed",
            failures=0,
            opened_until=None,
            last_error=None,
            changed_at=None,
        )
    return GatewayOut(
        name=name,
        state="open" if row.opened_until else "closed",
        failures=row.failures,
        opened_until=row.opened_until,
        last_error=row.last_error,
        changed_at=row.changed_at,
    )
