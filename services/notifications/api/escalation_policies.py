"""How does an office say who hears of what stays overdue, and after how long?"""

from datetime import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlmodel import col
from starlette.responses import Response

from services.notifications.api.answers import actions
from services.notifications.api.escalation_schemas import PolicyIn, PolicyOut
from services.notifications.storage.escalation_tables import EscalationPolicy
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import write_escalations as write
from shared.access import Access
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import Expected, IfMatch, set_etag
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/escalation-policies", tags=["escalations"], route_class=CommandRoute)
Reader = Annotated[Access, Depends(Allowed("reminders.read"))]
Writer = Annotated[Access, Depends(Allowed("rules.write"))]
_SORTS = {"code": col(EscalationPolicy.code), "created_at": col(EscalationPolicy.created_at)}


@router.get("", operation_id="list_escalation_policies")
async def list_escalation_policies(
    access: Reader, session: Reading, page: Paging, active: bool | None = None
) -> Page[PolicyOut]:
    statement = read.policies(access)
    if active is not None:
        statement = statement.where(col(EscalationPolicy.active) == active)
    rows, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=col(EscalationPolicy.id),
        sorts=_SORTS,
        default="created_at",
    )
    may_write = await read.reached(session, access, "rules.write")
    items = [_out(row, may_write=may_write(row.unit_code)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/{policy_id}", operation_id="get_escalation_policy")
async def get_escalation_policy(
    policy_id: UUID, access: Reader, response: Response, session: Reading
) -> PolicyOut:
    row = await read.see(session, read.policies(access), col(EscalationPolicy.id), policy_id)
    may_write = await read.reached(session, access, "rules.write")
    set_etag(response, row.revision)
    return _out(row, may_write=may_write(row.unit_code))


@router.post("", operation_id="create_escalation_policy", status_code=201)
async def create_escalation_policy(
    body: PolicyIn, access: Writer, response: Response, uow: Uow
) -> PolicyOut:
    await _require(uow, access, body.unit_code)
    values = body.model_dump(exclude={"replaces", "at_time"})
    policy = EscalationPolicy(**values, at_time=time.fromisoformat(body.at_time))
    policy = await write.create_policy(uow, policy, replaces=body.replaces)
    response.headers["Location"] = f"/notifications/v1/escalation-policies/{policy.id}"
    set_etag(response, policy.revision)
    return _out(policy, may_write=True)


@router.post("/{policy_id}:disable", operation_id="disable_escalation_policy")
async def disable_escalation_policy(
    policy_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> PolicyOut:
    policy = await _writable(uow, access, policy_id, expected)
    policy = await write.switch_policy(uow, policy, active=False)
    set_etag(response, policy.revision)
    return _out(policy, may_write=True)


@router.post("/{policy_id}:enable", operation_id="enable_escalation_policy")
async def enable_escalation_policy(
    policy_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> PolicyOut:
    policy = await _writable(uow, access, policy_id, expected)
    policy = await write.switch_policy(uow, policy, active=True)
    set_etag(response, policy.revision)
    return _out(policy, may_write=True)


async def _writable(
    uow: UnitOfWork, access: Access, policy_id: UUID, expected: Expected
) -> EscalationPolicy:
    policy: EscalationPolicy = await read.see(
        uow.session, read.policies(access), col(EscalationPolicy.id), policy_id
    )
    await _require(uow, access, policy.unit_code)
    expected.check(policy.revision)
    return policy


async def _require(uow: UnitOfWork, access: Access, unit_code: str | None) -> None:
    """A ladder for all units needs a right everywhere, one for a subtree one at its root."""
    if unit_code is None:
        access.require_everywhere()
    else:
        await access.require_unit(uow.session, unit_code)


def _out(row: EscalationPolicy, *, may_write: bool) -> PolicyOut:
    blocked = {
        "disable": None if row.active else "policy_is_inactive",
        "enable": "policy_is_active" if row.active else None,
    }
    return PolicyOut.model_validate(
        row.model_dump() | {"at_time": f"{row.at_time:%H:%M}"} | actions(blocked, allowed=may_write)
    )
