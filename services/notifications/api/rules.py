"""By which rules are people reminded, and how does an office change them?"""

from datetime import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.responses import Response

from services.notifications.api.answers import rule_out
from services.notifications.api.schemas import RuleIn, RuleOut
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import ReminderRule
from services.notifications.use_cases import read_notifications as read
from services.notifications.use_cases import write_rules
from shared.access import Access
from shared.unit_of_work import UnitOfWork
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, Uow
from shared.web.etag import Expected, IfMatch, set_etag
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(prefix="/reminder-rules", tags=["reminder-rules"], route_class=CommandRoute)
Reader = Annotated[Access, Depends(Allowed("reminders.read"))]
Writer = Annotated[Access, Depends(Allowed("rules.write"))]
_SORTS = {"code": col(ReminderRule.code), "created_at": col(ReminderRule.created_at)}


@router.get("", operation_id="list_reminder_rules")
async def list_reminder_rules(
    access: Reader, session: Reading, page: Paging, active: bool | None = None
) -> Page[RuleOut]:
    statement = read.rules(access)
    if active is not None:
        statement = statement.where(col(ReminderRule.active) == active)
    rows, cursor = await fetch_page(
        session,
        statement,
        page,
        id_column=col(ReminderRule.id),
        sorts=_SORTS,
        default="created_at",
    )
    return Page(items=await _answers(session, access, rows), next_cursor=cursor)


@router.get("/{rule_id}", operation_id="get_reminder_rule")
async def get_reminder_rule(
    rule_id: UUID, access: Reader, response: Response, session: Reading
) -> RuleOut:
    row = await read.see(session, read.rules(access), col(ReminderRule.id), rule_id)
    set_etag(response, row.revision)
    return (await _answers(session, access, [row]))[0]


@router.post("", operation_id="create_reminder_rule", status_code=201)
async def create_reminder_rule(
    body: RuleIn, access: Writer, response: Response, uow: Uow
) -> RuleOut:
    await _require(uow, access, body.unit_code)
    values = body.model_dump(exclude={"replaces", "at_time"})
    rule = ReminderRule(**values, at_time=time.fromisoformat(body.at_time))
    rule = await write_rules.create_rule(uow, rule, replaces=body.replaces)
    response.headers["Location"] = f"/notifications/v1/reminder-rules/{rule.id}"
    return await _changed(uow, access, response, rule)


@router.post("/{rule_id}:disable", operation_id="disable_reminder_rule")
async def disable_reminder_rule(
    rule_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> RuleOut:
    rule = await _writable(uow, access, rule_id, expected)
    rule = await write_rules.switch_rule(uow, rule, active=False)
    return await _changed(uow, access, response, rule)


@router.post("/{rule_id}:enable", operation_id="enable_reminder_rule")
async def enable_reminder_rule(
    rule_id: UUID, access: Writer, response: Response, expected: IfMatch, uow: Uow
) -> RuleOut:
    rule = await _writable(uow, access, rule_id, expected)
    rule = await write_rules.switch_rule(uow, rule, active=True)
    return await _changed(uow, access, response, rule)


async def _writable(
    uow: UnitOfWork, access: Access, rule_id: UUID, expected: Expected
) -> ReminderRule:
    rule: ReminderRule = await read.see(
        uow.session, read.rules(access), col(ReminderRule.id), rule_id
    )
    await _require(uow, access, rule.unit_code)
    expected.check(rule.revision)
    return rule


async def _require(uow: UnitOfWork, access: Access, unit_code: str | None) -> None:
    """A rule for all units needs a right everywhere, a rule for a subtree one at its root."""
    if unit_code is None:
        access.require_everywhere()
    else:
        await access.require_unit(uow.session, unit_code)


async def _answers(
    session: AsyncSession, access: Access, rows: list[ReminderRule]
) -> list[RuleOut]:
    newest = await stored.newest_versions(session, {row.code for row in rows})
    may_write = await read.reached(session, access, "rules.write")
    return [rule_out(row, newest=newest, may_write=may_write(row.unit_code)) for row in rows]


async def _changed(
    uow: UnitOfWork, access: Access, response: Response, rule: ReminderRule
) -> RuleOut:
    await uow.session.flush()
    set_etag(response, rule.revision)
    return (await _answers(uow.session, access, [rule]))[0]
