"""HTTP in: a unit's own sheet: filled in, submitted, explained; and everything ever put on it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from services.scoring.api.dependencies import MayReadScores, MayScore
from services.scoring.api.round_schemas import Criterion
from services.scoring.api.round_shapes import actions
from services.scoring.api.sheet_schemas import (
    EntryOut,
    EntryWithLine,
    EvidenceIn,
    ObjectionIn,
    ObjectionOut,
    SelfScoreIn,
    SheetLine,
    SheetOut,
    SheetStateOut,
    SheetStep,
)
from services.scoring.api.sheet_shapes import objection_out
from services.scoring.domain import fixed, plain
from services.scoring.domain.rounds.lifecycle import RoundState, SheetState, sheet_permission
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import EntryRow, RoundUnitRow
from services.scoring.use_cases import object_to, read_rounds, self_score
from services.scoring.use_cases.object_to import Explanation
from services.scoring.use_cases.read_rounds import OfRound
from services.scoring.use_cases.read_sheets import (
    SheetRead,
    area_of,
    hidden_layers,
    read_sheet,
    scored_by,
)
from services.scoring.use_cases.round_book import RoundBook, open_book
from services.scoring.use_cases.self_score import SelfScore
from shared.access import Access
from shared.context import context_of
from shared.rights import Principal
from shared.texts import current_language, text
from shared.unit_of_work import UnitOfWork
from shared.web.command import CommandRoute, Uow
from shared.web.etag import Expected, IfMatch, set_etag
from shared.web.inputs import Code, OnBehalf
from shared.web.pagination import Page, Paging, fetch_page
from shared.web.sessions import Reading

router = APIRouter(route_class=CommandRoute, tags=["score-sheets"])
_SHEET = "/rounds/{round_id}/units/{unit_code}"


@router.get(_SHEET + "/sheet")
async def get_sheet(
    round_id: UUID,
    unit_code: Code,
    request: Request,
    access: MayReadScores,
    session: Reading,
    response: Response,
) -> SheetOut:
    row = await read_rounds.see_of_unit(session, access, round_id, unit_code)
    book = await open_book(session, row, context_of(request).clock.now())
    unit = await stored.round_unit(session, round_id, unit_code)
    insider = await read_rounds.runs(session, access, row)
    read = await read_sheet(session, access.tables, book, unit, insider=insider)
    nodes = await stored.nodes(session, access.tables, [unit_code])
    set_etag(response, unit.revision)
    return _sheet(book, unit, read, access.principal, name=nodes[unit_code].name)


@router.get(_SHEET + "/entries")
async def list_entries(
    round_id: UUID,
    unit_code: Code,
    request: Request,
    access: MayReadScores,
    session: Reading,
    page: Paging,
    criterion: Criterion | None = None,
    layer: Annotated[str | None, Query(max_length=16)] = None,
) -> Page[EntryWithLine]:
    row = await read_rounds.see_of_unit(session, access, round_id, unit_code)
    book = await open_book(session, row, context_of(request).clock.now())
    unit = await stored.round_unit(session, round_id, unit_code)
    insider = await read_rounds.runs(session, access, row)
    hidden = hidden_layers(book, unit, insider=insider)
    wanted = OfRound(round_id, unit_code=unit_code, criterion=criterion, layer=layer)
    rows, cursor = await fetch_page(
        session,
        read_rounds.entries(wanted, hidden=hidden),
        page,
        id_column=col(EntryRow.id),
        sorts={"at": col(EntryRow.at)},
        default="at",
    )
    return Page(items=[EntryWithLine.model_validate(row) for row in rows], next_cursor=cursor)


@router.post(_SHEET + ":self-score")
async def self_score_lines(
    round_id: UUID,
    unit_code: Code,
    body: SelfScoreIn,
    access: MayScore,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> SheetStateOut:
    book, unit = await _mine(uow, access, round_id, unit_code, expected, body)
    lines = [
        SelfScore(line.criterion, line.value, line.reason, _cited(line.evidence))
        for line in body.lines
    ]
    await self_score.self_score(uow, book, unit, lines, access.principal.id)
    return _state(book, unit, access.principal, response)


@router.post(_SHEET + ":submit")
async def submit_sheet(
    round_id: UUID,
    unit_code: Code,
    body: SheetStep,
    access: MayScore,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> SheetStateOut:
    book, unit = await _mine(uow, access, round_id, unit_code, expected, body)
    await self_score.submit(uow, book, unit, access.principal.id)
    return _state(book, unit, access.principal, response)


@router.post(_SHEET + ":recall")
async def recall_sheet(
    round_id: UUID,
    unit_code: Code,
    body: SheetStep,
    access: MayScore,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> SheetStateOut:
    book, unit = await _mine(uow, access, round_id, unit_code, expected, body)
    await self_score.recall(uow, book, unit)
    return _state(book, unit, access.principal, response)


@router.post(_SHEET + ":object", status_code=201)
async def object_to_line(
    round_id: UUID,
    unit_code: Code,
    body: ObjectionIn,
    access: MayScore,
    expected: IfMatch,
    uow: Uow,
    response: Response,
) -> ObjectionOut:
    book, unit = await _mine(uow, access, round_id, unit_code, expected, body)
    said = Explanation(body.criterion, body.explanation, body.wanted, _cited(body.evidence))
    objection = await object_to.object_to_line(uow, book, unit, said, access.principal.id)
    set_etag(response, objection.revision)
    return objection_out(objection, access.principal)


async def _mine(
    uow: UnitOfWork,
    access: Access,
    round_id: UUID,
    unit_code: str,
    expected: Expected,
    body: OnBehalf,
) -> tuple[RoundBook, RoundUnitRow]:
    """The sheet of a unit that the caller may act for, as the caller last saw it."""
    row = await read_rounds.see_of_unit(uow.session, access, round_id, unit_code)
    unit = await stored.round_unit(uow.session, round_id, unit_code, lock=True)
    expected.check(unit.revision)
    await uow.session.refresh(row)  # while we waited for the sheet, the round may have become final
    uow.act_for(on_behalf_of=body.on_behalf_of, via=body.via, reason=body.reason)
    return await open_book(uow.session, row, uow.now()), unit


def _cited(evidence: list[EvidenceIn]) -> list[dict[str, object]]:
    return [item.model_dump(mode="json", exclude_none=True) for item in evidence]


def _sheet(
    book: RoundBook, unit: RoundUnitRow, read: SheetRead, principal: Principal, *, name: str
) -> SheetOut:
    result = read.result
    rounding = result.criteria_set.rounding
    index_places = result.criteria_set.index_places
    areas = area_of(book)
    return SheetOut(
        round_id=book.row.id,
        unit_code=unit.unit_code,
        unit_name=name,
        peer_group=unit.peer_group,
        state=unit.state,
        view=read.view,
        total=fixed(result.total, rounding.places),
        applicable_max=plain(result.applicable_max),
        index=None if result.index is None else fixed(result.index, index_places),
        class_name=result.class_name,
        lines=[_line(read, shown, areas) for shown in result.as_json()["lines"]],
        lacking={code: text(f"problems.fields.{why}") for code, why in read.lacking},
        **_allowed(book, unit, principal),
    )


def _line(read: SheetRead, shown: dict[str, object], areas: dict[str, str]) -> SheetLine:
    code = str(shown["code"])
    criterion = read.result.criteria_set.outline.by_code[code]
    exemption = read.sheet.exemptions.get(code)
    explanation = shown["explanation"]
    assert isinstance(explanation, dict)  # noqa: S101 - the engine's own shape
    return SheetLine(
        criterion=code,
        title=criterion.title,
        area=areas[code],
        max=plain(criterion.maximum),
        scored_by=scored_by(criterion),
        evidence_required=criterion.evidence is not None and criterion.evidence.required,
        exemption=exemption and f"{exemption.document_number}: {exemption.reason}",
        entries=[EntryOut.model_validate(row) for row in read.entries.get(code, ())],
        points=str(shown["points"]),
        status=str(shown["status"]),
        explanation=str(explanation[current_language.get()]),
    )


def _state(
    book: RoundBook, unit: RoundUnitRow, principal: Principal, response: Response
) -> SheetStateOut:
    set_etag(response, unit.revision)
    return SheetStateOut(
        round_id=book.row.id,
        unit_code=unit.unit_code,
        state=unit.state,
        submitted_at=unit.submitted_at,
        **_allowed(book, unit, principal),
    )


def _allowed(book: RoundBook, unit: RoundUnitRow, principal: Principal) -> dict[str, object]:
    permission = sheet_permission(
        SheetState(unit.state),
        round_state=RoundState(book.row.state),
        clock=book.clock,
        unit_code=unit.unit_code,
    )
    return dict(actions(permission, principal, "scores.write"))
