"""The pure rules of a round: phases, exemptions, deductions, standings, snapshots, comparison."""

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain import evaluate, parse_criteria_set, parse_inputs
from services.scoring.domain.rounds.comparison import Pair, Score, compare, percent_text
from services.scoring.domain.rounds.deductions import (
    Deduction,
    DoesNotClose,
    FinalLine,
    final_line,
)
from services.scoring.domain.rounds.exemptions import Scope
from services.scoring.domain.rounds.lifecycle import RoundState, round_permission
from services.scoring.domain.rounds.phases import ORDER, Change, Phase, PhaseClock, Window, faults
from services.scoring.domain.rounds.snapshot import (
    PublishedUnit,
    canonical_text,
    recompute,
    sha256_of,
    snapshot,
)
from services.scoring.domain.rounds.standings import Measured, PeerGroup, Rulebooks, standings
from tests.scoring.engine_cases import CASES, DATA, a_set, leaf, load

START = datetime(2026, 12, 1, tzinfo=UTC)
WINDOWS = {
    phase: Window(START + timedelta(days=10 * n), START + timedelta(days=10 * n + 10))
    for n, phase in enumerate(ORDER)
}


def clock(day: float, *changes: Change) -> PhaseClock:
    return PhaseClock(WINDOWS, changes, START + timedelta(days=day))


def test_a_phase_is_open_from_its_opening_until_just_before_its_closing() -> None:
    window = WINDOWS[Phase.APPRAISAL]
    at = {
        "not_open_yet": window.opens_at - timedelta(seconds=1),
        "open": window.opens_at,
        "closed": window.closes_at,
    }
    assert {name: window.standing(moment) for name, moment in at.items()} == {n: n for n in at}


def test_an_extension_holds_for_its_unit_alone_and_only_moves_the_end() -> None:
    later = Change(Phase.SELF_SCORING, START + timedelta(days=12), "SO-1")
    now = clock(11, later)
    assert now.standing(Phase.SELF_SCORING, "SO-1") == "open"
    assert now.standing(Phase.SELF_SCORING, "SO-2") == "closed"
    assert now.standing(Phase.SELF_SCORING) == "closed"
    assert clock(13, later).standing(Phase.SELF_SCORING, "SO-1") == "closed"
    early = Change(Phase.REVIEW, START + timedelta(days=50), "SO-1")
    assert clock(5, early).standing(Phase.REVIEW, "SO-1") == "not_open_yet"


def test_a_reopening_for_all_opens_a_closed_phase_for_everybody_until_its_end() -> None:
    again = Change(
        Phase.SELF_SCORING,
        START + timedelta(days=32),
        reopened_at=START + timedelta(days=30),
    )
    assert clock(20, again).standing(Phase.SELF_SCORING, "SO-1") == "closed"
    assert clock(31, again).standing(Phase.SELF_SCORING, "SO-1") == "open"
    assert clock(32, again).standing(Phase.SELF_SCORING, "SO-1") == "closed"


def test_phases_that_overlap_are_fine_and_those_out_of_order_are_faults() -> None:
    assert faults(WINDOWS) == []
    rolling = WINDOWS | {Phase.APPRAISAL: Window(START, START + timedelta(days=20))}
    assert faults(rolling) == []
    ahead = Window(START - timedelta(days=1), START + timedelta(days=20))
    assert faults(WINDOWS | {Phase.APPRAISAL: ahead}) == [(Phase.APPRAISAL, "phase_out_of_order")]
    backwards = Window(START + timedelta(days=9), START)
    assert (Phase.SELF_SCORING, "phase_ends_before_it_begins") in faults(
        WINDOWS | {Phase.SELF_SCORING: backwards}
    )
    assert faults({}) == [(phase, "phase_missing") for phase in ORDER]


def test_only_an_open_round_without_open_objections_becomes_final() -> None:
    assert "finalise" in round_permission(RoundState.OPEN, units=1, open_objections=0).allowed
    waiting = round_permission(RoundState.OPEN, units=1, open_objections=1)
    assert waiting.refuse("finalise") == "objections_open"
    assert round_permission(RoundState.DRAFT, units=0, open_objections=0).refuse("open") == (
        "round_without_units"
    )
    published = round_permission(RoundState.PUBLISHED, units=1, open_objections=0)
    assert published.allowed == {"reopen"}


@pytest.mark.parametrize(
    ("scope", "concerned"),
    [
        (Scope("all"), True),
        (Scope("unit", "SO-1"), True),
        (Scope("unit", "SO"), False),
        (Scope("group", "K1"), True),
        (Scope("group", "K2"), False),
        (Scope("subtree", "TINH"), True),
        (Scope("subtree", "SO-1"), True),
        (Scope("subtree", "TIN"), False),
    ],
)
def test_an_exemption_concerns_whom_its_scope_names(scope: Scope, concerned: bool) -> None:
    assert scope.concerns(unit_code="SO-1", peer_group="K1", path="/TINH/SO-1/") is concerned


def manual(points: str, most: str = "2") -> Any:
    """The one line of a set with one hand-scored line, and the set."""
    criteria_set = parse_criteria_set(a_set(leaf("1", {"kind": "manual"}, most=most)))
    values = {"1": {"points": points, "reason": "x"}}
    (inputs,) = parse_inputs({"unit": "A", "values": values}, criteria_set)
    return evaluate(criteria_set, inputs).lines[0], criteria_set


@given(st.integers(0, 200), st.lists(st.integers(1, 60), max_size=4))
def test_named_deductions_are_taken_exactly_when_they_add_up_to_what_was_lost(
    hundredths: int, parts: list[int]
) -> None:
    line, criteria_set = manual(f"{Decimal(hundredths) / 100}")
    named = [Deduction(Fraction(part, 100), "lý do") for part in parts]
    lost = 200 - hundredths
    if parts and sum(parts) != lost:
        with pytest.raises(DoesNotClose):
            final_line(line, criteria_set, named=named, reason="")
        return
    final = final_line(line, criteria_set, named=named, reason="cả dòng")
    assert final.closes
    assert final.max - sum(d.points for d in final.deductions) == final.points


def test_a_line_whose_deductions_say_less_than_was_lost_does_not_close() -> None:
    line = FinalLine("1", "scored", Fraction(1), Fraction(2), (Deduction(Fraction(1, 2), "x"),))
    assert not line.closes


def measured(index: str, unit: str, group: str = "K", *, most: str = "100") -> Measured:
    line, criteria_set = manual(index, most)
    values = {"1": {"points": index, "reason": "x"}}
    (inputs,) = parse_inputs({"unit": unit, "values": values}, criteria_set)
    del line
    return Measured(evaluate(criteria_set, inputs), group)


def test_the_blocks_of_kien_giang_2018_are_ranked_apart_and_the_two_at_91_are_both_first() -> None:
    """results_kiengiang_2018: Châu Thành and Hòn Đất 91 co-first, Vĩnh Thuận 86.5."""
    units = [
        measured("98", "Văn phòng UBND tỉnh", "ban-nganh"),
        measured("92", "Cục Thuế tỉnh", "nganh-doc"),
        measured("86.5", "Vĩnh Thuận", "huyen"),
        measured("91", "Hòn Đất", "huyen"),
        measured("91", "Châu Thành", "huyen"),
    ]
    groups = {code: PeerGroup(code, code) for code in ("ban-nganh", "nganh-doc", "huyen")}
    placed = {p.unit: (p.rank, p.of) for p in standings(units, groups)}
    assert placed == {
        "Văn phòng UBND tỉnh": (1, 1),
        "Cục Thuế tỉnh": (1, 1),
        "Châu Thành": (1, 3),
        "Hòn Đất": (1, 3),
        "Vĩnh Thuận": (3, 3),
    }


def test_a_unit_or_block_outside_the_ranking_keeps_its_figure_and_has_no_rank() -> None:
    units = [measured("90", "A"), measured("95", "B")]
    units[1] = Measured(units[1].result, "K", ranked=False)
    placed = {p.unit: (p.rank, p.of, p.value) for p in standings(units, {"K": PeerGroup("K", "K")})}
    assert placed == {"A": (1, 1, 90), "B": (None, 1, 95)}
    unranked = standings(units, {"K": PeerGroup("K", "K", ranked=False)})
    assert [p.rank for p in unranked] == [None, None]


def ha_tinh() -> dict[str, Any]:
    """The published content of Sở Ngoại vụ Hà Tĩnh 2021, from its criteria and inputs."""
    content = load(DATA / "ha-tinh-2021.criteria.json")
    books = Rulebooks(content, {"SO": PeerGroup("SO", "Các sở")})
    criteria_set = books.of("SO")
    inputs = load(DATA / "ha-tinh-2021.inputs.json")
    (read,) = parse_inputs(inputs, criteria_set)
    result = evaluate(criteria_set, read)
    lines = [final_line(line, criteria_set, named=(), reason="mất điểm") for line in result.lines]
    unit = PublishedUnit("Sở Ngoại vụ", inputs, Measured(result, "SO"), lines)
    heading = {"round": {"code": "2021"}, "number": 1, "decision": {"number": "1"}}
    return snapshot(heading, books, [unit])


REMEDIATION = json.loads(
    Path(CASES / "remediation_hatinh_sngv_2022.json").read_text(encoding="utf-8")
)


def test_the_ledger_of_ha_tinh_holds_exactly_the_deductions_of_the_printed_report() -> None:
    """Source: the report on remedies of Sở Ngoại vụ Hà Tĩnh 2022, per area and criterion."""
    [unit] = ha_tinh()["units"]
    lost = {line["code"]: line["lost"] for line in unit["lines"] if line["deductions"]}
    printed = {
        entry["code"]: Decimal(entry["max"]) - Decimal(entry["score"])
        for area in REMEDIATION["areas"]
        for entry in area["deducted"]
        if entry.get("score") and entry.get("max")
    }
    assert len(printed) > 10
    for code, points in printed.items():
        assert Decimal(lost[code]) == points, code


def test_a_snapshot_computes_again_and_a_changed_figure_is_found() -> None:
    content = ha_tinh()
    assert recompute(content) == []
    again = json.loads(canonical_text(content))
    assert sha256_of(canonical_text(again)) == sha256_of(canonical_text(content))
    changed = copy.deepcopy(content)
    changed["units"][0]["lines"][0]["points"] = "1.40"
    assert [d.what for d in recompute(changed)] == [
        f"{content['units'][0]['lines'][0]['code']}.points"
    ]
    changed = copy.deepcopy(content)
    changed["units"][0]["rank"] = "2"
    assert [(d.what, d.published, d.computed) for d in recompute(changed)] == [("rank", "2", "1")]
    changed = copy.deepcopy(content)
    lossy = next(line for line in changed["units"][0]["lines"] if line["deductions"])
    lossy["deductions"] = []
    assert [d.what for d in recompute(changed)] == [f"{lossy['code']}.deductions"]


def test_a_class_of_a_block_replaces_those_of_the_set() -> None:
    content = a_set(leaf("1", {"kind": "manual"}, most="100"))
    content["classes"] = [{"name": "Tốt", "min": "80"}]
    groups = {
        "A": PeerGroup("A", "A"),
        "B": PeerGroup("B", "B", classes=[{"name": "Đạt", "min": "50"}]),
    }
    books = Rulebooks(content, groups)
    names = {}
    for code in groups:
        values = {"1": {"points": "85", "reason": "x"}}
        (inputs,) = parse_inputs({"unit": "U", "values": values}, books.of(code))
        names[code] = evaluate(books.of(code), inputs).class_name
    assert names == {"A": "Tốt", "B": "Đạt"}


def test_criteria_that_were_merged_are_compared_as_shares_of_their_summed_maxima() -> None:
    now = {"1": Score(Fraction(3), Fraction(4)), "2": Score(Fraction(1), Fraction(1))}
    before = {"a": Score(Fraction(1), Fraction(2)), "b": Score(Fraction(1), Fraction(2))}
    one, two = compare([Pair(("a", "b"), "1")], now=now, before=before)
    assert percent_text(one.change) == "25.00"
    assert two.change is None
    (lacking, _) = compare([Pair(("a", "c"), "1")], now=now, before=before)
    assert lacking.change is None
