"""HTTP in: criteria sets."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import col

from services.scoring.api.schemas import (
    CriteriaSetBrief,
    CriteriaSetContent,
    CriteriaSetOut,
    Evaluation,
    Inputs,
    LintWarning,
)
from services.scoring.storage.tables import CriteriaSetRow
from services.scoring.use_cases import criteria_sets as sets
from services.scoring.use_cases import read_criteria_sets
from services.scoring.use_cases.evaluate_inputs import evaluate_inputs
from shared.access import Access
from shared.rights import Principal, reach
from shared.texts import current_language, text
from shared.web.auth import Allowed
from shared.web.command import CommandRoute, ReadRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Input, Words
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Asking, Reading

router = APIRouter(route_class=CommandRoute, tags=["criteria-sets"])
calculations = APIRouter(route_class=ReadRoute, tags=["criteria-sets"])
MayRead = Annotated[Access, Depends(Allowed("criteria.read"))]
MayWrite = Annotated[Access, Depends(Allowed("criteria.write"))]


@router.get("/criteria-sets")
async def list_criteria_sets(
    access: MayRead,
    session: Asking,
    page: Paging,
    state: Annotated[str | None, Query(max_length=16)] = None,
    q: Words = None,
) -> Page[CriteriaSetBrief]:
    _ = access  # criteria sets are public rules: whoever may read one may read all
    rows, cursor = await fetch_page(
        session,
        read_criteria_sets.criteria_sets(state=state, q=q),
        page,
        id_column=col(CriteriaSetRow.id),
        sorts={"code": col(CriteriaSetRow.code), "created_at": col(CriteriaSetRow.created_at)},
        default="code",
    )
    return Page(items=[CriteriaSetBrief.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/criteria-sets", status_code=201)
async def create_criteria_set(
    body: CriteriaSetContent, access: MayWrite, uow: Uow, response: Response
) -> CriteriaSetOut:
    access.require_everywhere()
    row = await sets.register(uow, body)
    response.headers["Location"] = f"/scoring/v1/criteria-sets/{row.id}"
    return _answer(row, access.principal, response)


@router.get("/criteria-sets/{criteria_set_id}")
async def get_criteria_set(
    criteria_set_id: UUID, access: MayRead, session: Reading, response: Response
) -> CriteriaSetOut:
    row = await read_criteria_sets.get_criteria_set(session, criteria_set_id)
    return _answer(row, access.principal, response)


@router.put("/criteria-sets/{criteria_set_id}")
async def replace_criteria_set(
    criteria_set_id: UUID,
    body: CriteriaSetContent,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> CriteriaSetOut:
    access.require_everywhere()
    row = await read_criteria_sets.get_criteria_set(uow.session, criteria_set_id)
    expected.check(row.revision)
    await sets.replace(uow, row, body)
    return _answer(row, access.principal, response)


@router.post("/criteria-sets/{criteria_set_id}:publish")
async def publish_criteria_set(
    criteria_set_id: UUID,
    body: Input,
    access: MayWrite,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> CriteriaSetOut:
    _ = body
    access.require_everywhere()
    row = await read_criteria_sets.get_criteria_set(uow.session, criteria_set_id)
    expected.check(row.revision)
    await sets.publish(uow, row)
    return _answer(row, access.principal, response)


@calculations.post("/criteria-sets/{criteria_set_id}:evaluate")
async def evaluate_criteria_set(
    criteria_set_id: UUID, body: Inputs, access: MayRead, session: Reading
) -> Evaluation:
    _ = access
    row = await read_criteria_sets.get_criteria_set(session, criteria_set_id)
    return Evaluation(results=await asyncio.to_thread(evaluate_inputs, row.content, body))


def _answer(row: CriteriaSetRow, principal: Principal, response: Response) -> CriteriaSetOut:
    set_etag(response, row.revision)
    language = current_language.get()
    warnings = [
        LintWarning(pointer=w["pointer"], code=w["code"], message=w[language]) for w in row.warnings
    ]
    blocked = {}
    if row.state != sets.DRAFT:
        reason = text("problems.criteria_set_is_published.detail")
        blocked = {"edit": reason, "publish": reason}
    elif not reach(principal, "criteria.write"):
        reason = text("problems.forbidden.detail", action="criteria.write")
        blocked = {"edit": reason, "publish": reason}
    return CriteriaSetOut(
        **CriteriaSetBrief.model_validate(row).model_dump(),
        content=row.content,
        warnings=warnings,
        allowed_actions=[] if blocked else ["edit", "publish"],
        blocked_because=blocked,
    )
