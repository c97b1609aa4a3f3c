"""What exactly was published, and does it compute again? A frozen text, its hash, its recomputation.

The snapshot holds everything its figures follow from: the set, each unit's inputs, the engine's
version. Nothing outside it is needed to check it, years later and by anybody.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.scoring.domain.decimals import fixed, plain, total_of
from services.scoring.domain.engine import evaluate
from services.scoring.domain.inputs import parse_inputs
from services.scoring.domain.ranking import Ranked
from services.scoring.domain.result import ENGINE_VERSION, Result
from services.scoring.domain.rounds.deductions import FinalLine, final_line, read_deductions
from services.scoring.domain.rounds.standings import Measured, PeerGroup, Rulebooks, standings

FORMAT = "cchc.round-publication.v1"
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedUnit:
    """One unit as it goes into a snapshot."""

    name: str
    inputs: Mapping[str, Any]
    measured: Measured
    lines: Sequence[FinalLine]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that does not follow from the rest of the snapshot."""

    unit: str
    what: str
    published: str | None
    computed: str | None


def canonical_text(content: Mapping[str, Any]) -> str:
    """The one way to write the content down: keys sorted, no spaces, UTF-8 without escapes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """The hash of a canonical text, in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def snapshot(
    heading: Mapping[str, Any], books: Rulebooks, units: Iterable[PublishedUnit]
) -> Content:
    """The content of a publication; `heading` says which round and by which decision."""
    units = list(units)
    placed = {entry.unit: entry for entry in standings((u.measured for u in units), books.groups)}
    return {
        "format": FORMAT,
        **heading,
        "engine_version": ENGINE_VERSION,
        "criteria_set": dict(books.content),
        "peer_groups": [_group(group) for group in books.groups.values()],
        "units": [
            _unit(unit, placed[unit.measured.result.unit])
            for unit in sorted(units, key=lambda u: (u.measured.peer_group, u.measured.result.unit))
        ],
    }


def recompute(content: Mapping[str, Any]) -> list[Difference]:
    """Everything in a snapshot that its own inputs do not give; empty when all of it holds."""
    groups = {
        entry["code"]: PeerGroup(
            entry["code"], entry["title"], ranked=entry["ranked"], classes=entry["classes"]
        )
        for entry in content["peer_groups"]
    }
    books = Rulebooks(content["criteria_set"], groups)
    measured: dict[str, Measured] = {}
    for unit in content["units"]:
        criteria_set = books.of(unit["peer_group"])
        (inputs,) = parse_inputs(unit["inputs"], criteria_set)
        result = evaluate(criteria_set, inputs)
        measured[unit["unit_code"]] = Measured(result, unit["peer_group"], ranked=unit["ranked"])
    placed = {entry.unit: entry for entry in standings(measured.values(), groups)}
    found: list[Difference] = []
    for unit in content["units"]:
        code = unit["unit_code"]
        found += _differences(unit, measured[code].result, placed[code])
    return found


def _differences(unit: Mapping[str, Any], result: Result, placed: Ranked) -> list[Difference]:
    code = unit["unit_code"]
    pairs = [(name, unit[name], value) for name, value in _figures(result, placed).items()]
    told = {line["code"]: line for line in unit["lines"]}
    for line in result.lines:
        criterion = line.criterion.code
        computed = final_line(line, result.criteria_set, named=(), reason="")
        printed = told.pop(criterion, {})
        for name, value in _line_figures(computed, result.criteria_set.rounding.places).items():
            pairs.append((f"{criterion}.{name}", printed.get(name), value))
        named = read_deductions(printed.get("deductions", ()))
        lost = max(computed.lost, Fraction(0))
        sum_of = total_of(entry.points for entry in named)
        pairs.append((f"{criterion}.deductions", plain(sum_of), plain(lost)))
    pairs += [(f"{criterion}.code", criterion, None) for criterion in told]
    return [Difference(code, what, was, now) for what, was, now in pairs if was != now]


def _group(group: PeerGroup) -> dict[str, Any]:
    classes = None if group.classes is None else [dict(band) for band in group.classes]
    return {
        "code": group.code,
        "title": group.title,
        "ranked": group.ranked,
        "classes": classes,
    }


def _unit(unit: PublishedUnit, placed: Ranked) -> dict[str, Any]:
    result, places = unit.measured.result, unit.measured.result.criteria_set.rounding.places
    return {
        "unit_code": result.unit,
        "unit_name": unit.name,
        "peer_group": unit.measured.peer_group,
        "ranked": unit.measured.ranked,
        "inputs": dict(unit.inputs),
        **_figures(result, placed),
        "lines": [
            {
                **_line_figures(line, places),
                "code": line.criterion,
                "deductions": [
                    {"points": plain(entry.points), "reason": entry.reason}
                    for entry in line.deductions
                ],
            }
            for line in unit.lines
        ],
    }


def _figures(result: Result, placed: Ranked) -> dict[str, str | None]:
    """The figures of a unit as they are published."""
    criteria_set = result.criteria_set
    index = None if result.index is None else fixed(result.index, criteria_set.index_places)
    return {
        "total": fixed(result.total, criteria_set.rounding.places),
        "applicable_max": plain(result.applicable_max),
        "index": index,
        "class": result.class_name,
        "rank": None if placed.rank is None else str(placed.rank),
        "of": str(placed.of),
        "hash": result.hash,
    }


def _line_figures(line: FinalLine, places: int) -> dict[str, str]:
    return {
        "points": fixed(line.points, places),
        "max": plain(line.max),
        "lost": plain(line.lost),
        "status": line.status,
    }
