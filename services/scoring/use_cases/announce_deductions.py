"""How does everybody hear of the points a publication took? An event a line, in batches of a job.

A province's round takes thousands; written in one transaction they would hold up everybody else.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import PublicationRow
from shared.context import ServiceContext
from shared.contracts.scoring import DeductionPublished, LossData
from shared.ids import derived_id
from shared.jobs.queue import Unfinished, enqueue
from shared.unit_of_work import UnitOfWork

ANNOUNCE = "announce-deductions"
BATCH = 200


async def announce_later(uow: UnitOfWork, publication: PublicationRow, by: UUID) -> UUID:
    """Ask for the events of a publication; sent again, they say the same as before."""
    payload = {"publication_id": str(publication.id), "done": 0}
    return await enqueue(uow, ANNOUNCE, payload, principal_id=by)


async def announce_job(
    _context: ServiceContext, uow: UnitOfWork, payload: dict[str, Any]
) -> dict[str, Any] | Unfinished:
    """Publish the next batch of events of a publication."""
    row = await stored.get(uow.session, PublicationRow, UUID(payload["publication_id"]))
    content = json.loads(row.content)
    lines = _lines(content, await _lost_before(uow.session, row))
    done = payload["done"]
    titles = {entry["code"]: entry["title"] for entry in content["criteria_set"]["criteria"]}
    areas = _areas(content)
    for unit_code, line in lines[done : done + BATCH]:
        uow.publish(_event(row, content["round"], unit_code, line, titles=titles, areas=areas))
    done = min(done + BATCH, len(lines))
    if done < len(lines):
        return Unfinished({**payload, "done": done})
    return {"events": done}


def _lines(
    content: Mapping[str, Any], taken_before: set[tuple[str, str]]
) -> list[tuple[str, Mapping[str, Any]]]:
    """What lost points now, and what had lost them in the publication before."""
    return [
        (unit["unit_code"], line)
        for unit in content["units"]
        for line in unit["lines"]
        if line["deductions"] or (unit["unit_code"], line["code"]) in taken_before
    ]


async def _lost_before(session: AsyncSession, row: PublicationRow) -> set[tuple[str, str]]:
    before = await session.scalar(
        select(col(PublicationRow.content)).where(
            col(PublicationRow.round_id) == row.round_id,
            col(PublicationRow.number) == row.number - 1,
        )
    )
    if before is None:
        return set()
    return {(unit, line["code"]) for unit, line in _lines(json.loads(before), set())}


def _areas(content: Mapping[str, Any]) -> dict[str, str]:
    """The area (lĩnh vực) of each criterion of the published set."""
    parents = {entry["code"]: entry.get("parent") for entry in content["criteria_set"]["criteria"]}
    areas = {}
    for code in parents:
        area = code
        while parents[area] is not None:
            area = parents[area]
        areas[code] = area
    return areas


def _event(
    row: PublicationRow,
    held: Mapping[str, Any],
    unit_code: str,
    line: Mapping[str, Any],
    *,
    titles: Mapping[str, str],
    areas: Mapping[str, str],
) -> DeductionPublished:
    code = line["code"]
    return DeductionPublished(
        id=derived_id("deduction", str(row.round_id), unit_code, code),
        round_id=row.round_id,
        round_code=held["code"],
        year=held["year"],
        publication_id=row.id,
        publication_number=row.number,
        decision_number=row.decision_number,
        decided_on=row.decided_on,
        unit_code=unit_code,
        criterion=code,
        criterion_title=titles[code],
        area=areas[code],
        points=line["points"],
        max=line["max"],
        points_lost=line["lost"] if line["deductions"] else "0",
        losses=tuple(LossData(**entry) for entry in line["deductions"]),
    )
