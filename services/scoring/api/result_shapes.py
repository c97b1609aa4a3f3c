"""How do published and provisional results become rows of an answer?"""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.scoring.api.result_schemas import LineCompared, RankedOut, UnitComparedOut
from services.scoring.domain import fixed, plain
from services.scoring.domain.rounds.comparison import percent_text
from services.scoring.domain.rounds.standings import standings
from services.scoring.storage.round_tables import PublicationRow
from services.scoring.storage.rounds import Node
from services.scoring.use_cases.mappings import UnitCompared
from services.scoring.use_cases.measure import UnitResult
from services.scoring.use_cases.round_book import RoundBook


def published_ranking(row: PublicationRow, peer_group: str | None) -> list[RankedOut]:
    """The ranking as it was published."""
    units = json.loads(row.content)["units"]
    found = [
        RankedOut(
            unit_code=unit["unit_code"],
            unit_name=unit["unit_name"],
            peer_group=unit["peer_group"],
            rank=_number(unit["rank"]),
            rank_of=int(unit["of"]),
            total=unit["total"],
            applicable_max=unit["applicable_max"],
            index=unit["index"],
            class_name=unit["class"],
        )
        for unit in units
    ]
    return sorted(_of(found, peer_group), key=_order)


def ranking_now(
    book: RoundBook,
    results: Sequence[UnitResult],
    nodes: Mapping[str, Node],
    peer_group: str | None,
) -> list[RankedOut]:
    """The ranking as it would be now, in a view."""
    by_unit = {found.result.unit: found.result for found in results}
    placed = standings((found.measured for found in results), book.books.groups)
    ranked = []
    for place in placed:
        result = by_unit[place.unit]
        places = result.criteria_set.index_places
        ranked.append(
            RankedOut(
                unit_code=place.unit,
                unit_name=nodes[place.unit].name,
                peer_group=place.peer_group,
                rank=place.rank,
                rank_of=place.of,
                total=fixed(result.total, result.criteria_set.rounding.places),
                applicable_max=plain(result.applicable_max),
                index=None if result.index is None else fixed(result.index, places),
                class_name=result.class_name,
            )
        )
    return sorted(_of(ranked, peer_group), key=_order)


def compared_out(unit: UnitCompared, *, lines: bool) -> UnitComparedOut:
    """A unit in two years; its lines only for whom they are meant."""
    now, before = unit.now, unit.before or {}
    compared = [
        LineCompared(
            criterion=line.later,
            earlier=list(line.earlier),
            percent_now=percent_text(line.now.percent) if line.now else None,
            percent_before=percent_text(line.before.percent) if line.before else None,
            change=percent_text(line.change),
        )
        for line in unit.lines
    ]
    return UnitComparedOut(
        unit_code=now["unit_code"],
        unit_name=now["unit_name"],
        peer_group=now["peer_group"],
        index_now=now["index"],
        index_before=before.get("index"),
        index_change=_change(now["index"], before.get("index")),
        rank_now=_number(now["rank"]),
        rank_before=_number(before.get("rank")),
        not_comparable=sum(line.change is None for line in compared),
        lines=compared if lines else [],
    )


def _change(now: str | None, before: str | None) -> str | None:
    """The difference of two published indices."""
    if now is None or before is None:
        return None
    return plain(Fraction(now) - Fraction(before))


def _number(rank: Any) -> int | None:
    return None if rank is None else int(rank)


def _of(found: Sequence[RankedOut], peer_group: str | None) -> list[RankedOut]:
    return [entry for entry in found if peer_group in {None, entry.peer_group}]


def _order(entry: RankedOut) -> tuple[str, bool, int, str]:
    return (entry.peer_group, entry.rank is None, entry.rank or 0, entry.unit_code)
