"""How do results go out? By decision, as a frozen text with a hash; a job then tells of each lost point."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.scoring.domain.rounds.lifecycle import RoundState
from services.scoring.domain.rounds.snapshot import (
    Difference,
    PublishedUnit,
    canonical_text,
    recompute,
    sha256_of,
    snapshot,
)
from services.scoring.storage import rounds as stored
from services.scoring.storage.round_tables import PublicationRow, RoundRow
from services.scoring.use_cases.announce_deductions import announce_later
from services.scoring.use_cases.measure import measure
from services.scoring.use_cases.round_book import open_book
from services.scoring.use_cases.rounds import require
from shared.errors import Conflict
from shared.rights import Principal
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DecisionData:
    """The decision (quyết định công bố) by which results are published."""

    number: str
    decided_on: date


async def publish(
    uow: UnitOfWork, row: RoundRow, decision: DecisionData, by: Principal
) -> PublicationRow:
    """Publish the final figures (công bố).

    :raises Conflict: they are not final, or no longer what was made final.
    """
    await require(uow, row, "publish")
    book = await open_book(uow.session, row, uow.now())
    units = await stored.round_units(uow.session, row.id, lock=True)
    results = await measure(uow.session, uow.tables, book, units, view="reviewed")
    if any(result.result.hash != result.unit.result_hash for result in results):
        raise Conflict("final_figures_differ")
    before = await stored.latest_publication(uow.session, row.id)
    number = 1 if before is None else before.number + 1
    names = await stored.nodes(uow.session, uow.tables, [unit.unit_code for unit in units])
    content = snapshot(
        _heading(row, decision, number),
        book.books,
        [
            PublishedUnit(names[r.unit.unit_code].name, r.inputs, r.measured, r.lines)
            for r in results
        ],
    )
    text = canonical_text(content)
    publication = PublicationRow(
        round_id=row.id,
        unit_code=row.unit_code,
        number=number,
        decision_number=decision.number,
        decided_on=decision.decided_on,
        finalisation=row.finalisation,
        content=text,
        content_hash=sha256_of(text),
        by=by.id,
    )
    row.state = RoundState.PUBLISHED
    await uow.save(row, publication)
    await announce_later(uow, publication, by.id)
    return publication


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a publication is still the text it was, and whether its figures follow from it."""

    hash_holds: bool
    differences: Sequence[Difference]


async def verify(row: PublicationRow) -> Verification:
    """Hash the kept text again, and compute every figure in it again."""
    content = json.loads(row.content)
    differences = await asyncio.to_thread(recompute, content)
    return Verification(sha256_of(row.content) == row.content_hash, differences)


def _heading(row: RoundRow, decision: DecisionData, number: int) -> dict[str, Any]:
    return {
        "round": {
            "id": str(row.id),
            "code": row.code,
            "title": row.title,
            "year": row.year,
            "unit_code": row.unit_code,
        },
        "number": number,
        "decision": {"number": decision.number, "decided_on": decision.decided_on.isoformat()},
    }
