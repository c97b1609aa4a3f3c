"""HTTP in: rankings, the ledger of deductions, publications and their checks, comparison of years."""

import json
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from services.scoring.api.dependencies import (
    MayReadCriteria,
    MayReadRounds,
    MayReadScores,
    MayRunRounds,
    MayWriteCriteria,
)
from services.scoring.api.result_schemas import (
    DeductionOut,
    DifferenceOut,
    MappingIn,
    MappingOut,
    PublicationOut,
    PublicationWhole,
    RankedOut,
    UnitComparedOut,
    VerificationOut,
)
from services.scoring.api.result_shapes import compared_out, published_ranking, ranking_now
from services.scoring.api.round_schemas import Criterion, PublishIn, RecordIn
from services.scoring.domain.rounds.comparison import Pair
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import DeductionRow, MappingRow, PublicationRow
from services.scoring.use_cases import mappings, read_rounds
from services.scoring.use_cases.announce_deductions import ANNOUNCE, announce_later
from services.scoring.use_cases.mappings import MappingData
from services.scoring.use_cases.measure import measure
from services.scoring.use_cases.publish_round import DecisionData, publish, verify
from services.scoring.use_cases.read_rounds import OfRound
from services.scoring.use_cases.record_round import RecordedLine, RecordedUnit, record
from services.scoring.use_cases.round_book import open_book
from shared.context import context_of
from shared.errors import Conflict, Forbidden
from shared.web.command import CommandRoute, Uow
from shared.web.etag import IfMatch, set_etag
from shared.web.inputs import Code, Input
from shared.web.pagination import Page, Paging, fetch_page, whole_list
from shared.web.platform_routes import JobOut, accepted
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["results"])


@router.get("/rounds/{round_id}/ranking")
async def list_ranking(
    round_id: UUID,
    request: Request,
    access: MayReadRounds,
    session: Reading,
    view: Literal["published", "self", "appraised", "reviewed"] = "published",
    peer_group: Code | None = None,
) -> Page[RankedOut]:
    row = await read_rounds.see_round(session, access, round_id)
    if view == "published":
        publication = await stored.latest_publication(session, row.id)
        if publication is None:
            return whole_list([])
        return whole_list(published_ranking(publication, peer_group))
    if not await read_rounds.runs(session, access, row):
        raise Conflict("ranking_not_public")
    book = await open_book(session, row, context_of(request).clock.now())
    units = await stored.round_units(session, row.id)
    results = await measure(session, access.tables, book, units, view=view)
    nodes = await stored.nodes(session, access.tables, [unit.unit_code for unit in units])
    return whole_list(ranking_now(book, results, nodes, peer_group))


@router.get("/rounds/{round_id}/deductions")
async def list_deductions(
    round_id: UUID,
    access: MayReadScores,
    session: Reading,
    page: Paging,
    unit_code: Code | None = None,
    criterion: Criterion | None = None,
) -> Page[DeductionOut]:
    row = await read_rounds.see_round(session, access, round_id)
    if await read_rounds.runs(session, access, row):
        finalisation = row.finalisation
    else:
        publication = await stored.latest_publication(session, row.id)
        finalisation = 0 if publication is None else publication.finalisation
    rows, cursor = await fetch_page(
        session,
        read_rounds.deductions(
            access,
            OfRound(round_id, unit_code=unit_code, criterion=criterion),
            finalisation=finalisation,
        ),
        page,
        id_column=col(DeductionRow.id),
        sorts={"unit_code": col(DeductionRow.unit_code), "criterion": col(DeductionRow.criterion)},
        default="unit_code",
    )
    items = [
        DeductionOut(
            id=found.id,
            unit_code=found.unit_code,
            criterion=found.criterion,
            number=found.number,
            points=f"{found.points.normalize():f}",
            reason=found.reason,
        )
        for found in rows
    ]
    return Page(items=items, next_cursor=cursor)


@router.post("/rounds/{round_id}:publish", status_code=201)
async def publish_round(
    round_id: UUID,
    body: PublishIn,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PublicationOut:
    if access.principal.is_system:
        raise Forbidden("people_only")
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    decision = DecisionData(body.decision_number, body.decided_on)
    publication = await publish(uow, row, decision, access.principal)
    response.headers["Location"] = f"/scoring/v1/publications/{publication.id}"
    set_etag(response, publication.revision)
    return PublicationOut.model_validate(publication)


@router.post("/rounds/{round_id}:record", status_code=201)
async def record_round(
    round_id: UUID,
    body: RecordIn,
    access: MayRunRounds,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> PublicationOut:
    if access.principal.is_system:
        raise Forbidden("people_only")
    row = await read_rounds.run_round(uow.session, access, round_id)
    expected.check(row.revision)
    units = [
        RecordedUnit(unit.unit_code, [RecordedLine(**line.model_dump()) for line in unit.lines])
        for unit in body.units
    ]
    decision = DecisionData(body.decision_number, body.decided_on)
    publication = await record(uow, row, units, decision=decision, by=access.principal)
    response.headers["Location"] = f"/scoring/v1/publications/{publication.id}"
    set_etag(response, publication.revision)
    return PublicationOut.model_validate(publication)


@router.get("/rounds/{round_id}/publications")
async def list_publications(
    round_id: UUID, access: MayReadRounds, session: Reading, page: Paging
) -> Page[PublicationOut]:
    await read_rounds.see_round(session, access, round_id)
    rows, cursor = await fetch_page(
        session,
        read_rounds.of_round(PublicationRow, round_id),
        page,
        id_column=col(PublicationRow.id),
        sorts={"number": col(PublicationRow.number)},
        default="number",
    )
    return Page(items=[PublicationOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/publications/{publication_id}")
async def get_publication(
    publication_id: UUID, access: MayReadRounds, session: Reading, response: Response
) -> PublicationWhole:
    row = await read_rounds.see_publication(session, access, publication_id, whole=True)
    set_etag(response, row.revision)
    return PublicationWhole(
        **PublicationOut.model_validate(row).model_dump(), content=json.loads(row.content)
    )


@router.get(
    "/publications/{publication_id}/content",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
async def get_publication_content(
    publication_id: UUID, access: MayReadRounds, session: Reading
) -> Response:
    row = await read_rounds.see_publication(session, access, publication_id, whole=True)
    name = f"cong-bo-{row.number}-{row.content_hash[:8]}.json"
    return Response(
        row.content.encode("utf-8"),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/publications/{publication_id}/verification")
async def verify_publication(
    publication_id: UUID, access: MayReadRounds, session: Reading
) -> VerificationOut:
    row = await read_rounds.see_publication(session, access, publication_id, whole=False)
    found = await verify(row)
    return VerificationOut(
        holds=found.hash_holds and not found.differences,
        hash_holds=found.hash_holds,
        content_hash=row.content_hash,
        differences=[
            DifferenceOut(unit_code=d.unit, what=d.what, published=d.published, computed=d.computed)
            for d in found.differences
        ],
    )


@router.post("/publications/{publication_id}:announce", status_code=202, response_model=JobOut)
async def announce_publication(
    publication_id: UUID, body: Input, access: MayRunRounds, uow: Uow
) -> Response:
    _ = body
    row = await read_rounds.see_publication(uow.session, access, publication_id, whole=True)
    newest = await stored.latest_publication(uow.session, row.round_id)
    if newest is None or newest.id != row.id:
        raise Conflict("publication_superseded")
    return accepted(uow, await announce_later(uow, row, access.principal.id), ANNOUNCE)


@router.get("/criteria-mappings")
async def list_criteria_mappings(
    access: MayReadCriteria, session: Reading, page: Paging
) -> Page[MappingOut]:
    _ = access  # which criterion became which is as public as the sets themselves
    rows, cursor = await fetch_page(
        session,
        read_rounds.mappings(),
        page,
        id_column=col(MappingRow.id),
        sorts={"created_at": col(MappingRow.created_at)},
        default="created_at",
    )
    return Page(items=[MappingOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/criteria-mappings", status_code=201)
async def create_criteria_mapping(
    body: MappingIn, access: MayWriteCriteria, uow: Uow, response: Response
) -> MappingOut:
    access.require_everywhere()
    data = MappingData(
        body.earlier_set_id,
        body.later_set_id,
        [Pair(tuple(pair.earlier), pair.later) for pair in body.pairs],
        body.document,
    )
    row = await mappings.add_mapping(uow, data)
    set_etag(response, row.revision)
    return MappingOut.model_validate(row)


@router.get("/rounds/{round_id}/comparison")
async def compare_rounds(
    round_id: UUID, access: MayReadRounds, session: Reading, with_round: UUID | None = None
) -> Page[UnitComparedOut]:
    row = await read_rounds.see_round(session, access, round_id)
    wanted = with_round or row.previous_round_id
    if wanted is None:
        return whole_list([])
    earlier = await read_rounds.see_round(session, access, wanted)
    found = await mappings.compare_rounds(session, row, earlier)
    reached = await read_rounds.codes_reached(session, access, row.id)
    return whole_list(
        [compared_out(unit, lines=unit.now["unit_code"] in reached) for unit in found]
    )
