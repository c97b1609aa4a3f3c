"""How are the copies in the other services repaired? POST reference:republish."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.plans.use_cases.republish import KINDS, REPUBLISH
from shared.access import Access
from shared.jobs.queue import enqueue
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.inputs import Input
from shared.web.platform_routes import JobOut, accepted

router = APIRouter(route_class=CommandRoute, tags=["platform"])


class Republish(Input):
    """What to send again; nothing named: everything."""

    kinds: list[Literal["units", "people", "systems", "calendar", "obligations"]] = []


@router.post("/reference:republish", status_code=202, response_model=JobOut)
async def republish_reference(
    body: Republish, access: Annotated[Access, Depends(Allowed("events.operate"))], uow: Uow
) -> Response:
    access.require_everywhere()
    wanted = [kind for kind in KINDS if kind in (body.kinds or KINDS)]
    job_id = await enqueue(uow, REPUBLISH, {"kinds": wanted}, principal_id=access.principal.id)
    return accepted(uow, job_id, REPUBLISH)
