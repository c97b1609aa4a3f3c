"""Figures that were really published, computed again. The source stands beside each."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.scoring.domain import Result, evaluate, parse_criteria_set, parse_inputs
from tests.scoring.engine_cases import (
    CASES,
    DATA,
    HALF_UP,
    RULEBOOKS,
    a_set,
    evaluated,
    leaf,
    line_of,
    load,
    scored,
)

DOWN = {"places": 2, "mode": "down", "stage": "line"}


def case(name: str) -> Any:
    """A case file with its figures as exact decimals."""
    return json.loads((CASES / name).read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture(scope="module")
def ha_tinh() -> Result:
    criteria_set = parse_criteria_set(load(DATA / "ha-tinh-2021.criteria.json"))
    (unit,) = parse_inputs(load(DATA / "ha-tinh-2021.inputs.json"), criteria_set)
    return evaluate(criteria_set, unit)


HA_TINH = case("criteria_hatinh_sngv_2021_partial.json")


@pytest.mark.parametrize("printed", HA_TINH["criteria"], ids=lambda entry: entry["code"])
def test_every_deducted_criterion_of_ha_tinh_2021_gets_its_printed_points(
    printed: dict[str, Any], ha_tinh: Result
) -> None:
    line = next(x for x in ha_tinh.as_json()["lines"] if x["code"] == printed["code"])
    assert (Decimal(line["points"]), Decimal(line["max"])) == (printed["score"], printed["max"])


@pytest.mark.parametrize("printed", HA_TINH["areas"], ids=lambda entry: entry["code"])
def test_every_area_of_ha_tinh_2021_closes(printed: dict[str, Any], ha_tinh: Result) -> None:
    area = next(x for x in ha_tinh.as_json()["areas"] if x["code"] == printed["code"])
    assert (Decimal(area["points"]), Decimal(area["max"])) == (printed["score"], printed["max"])


def test_the_completion_criterion_of_ha_tinh_is_1_39_and_not_the_1_35_of_its_printed_formula(
    ha_tinh: Result,
) -> None:
    """domain.md §1.4: 1.39 needs 92.33 to 92.99 %; the printed 90.0 % would give 1.35."""
    (line,) = [x for x in ha_tinh.lines if x.criterion.code == "1.2"]
    percent = line.exact * 100 / Fraction("1.5")
    assert Fraction("92.33") < percent < Fraction("93")
    assert line_of({"kind": "ratio"}, {"percent": "90.0"}, most="1.5")["points"] == "1.35"


def test_binh_dinh_2022_is_54_34_of_60_and_90_57() -> None:
    components = case("plan_binhdinh_svhtt_2023.json")["index_targets"][1]["components"]
    values = {}
    for component in components:
        points, _ = component["y2022"].replace(",", ".").split("/")
        values[f"{component['no']}.1"] = {"points": points, "reason": "điểm công bố năm 2022"}
    result = scored(load(RULEBOOKS / "binh-dinh-svhtt-2023-sample.json"), values)
    assert (result["total"], result["applicable_max"], result["index"]) == ("54.34", "60", "90.57")
    printed = [component["y2022"].replace(",", ".") for component in components]
    shown = [f"{Decimal(a['points']).normalize():f}/{a['max']}" for a in result["areas"]]
    assert shown == printed


def test_sixteen_excluded_points_scale_the_index_of_ban_dan_toc_thanh_hoa() -> None:
    """Ban Dân tộc 2023: 68.32 points, 81.33 %, so 16 points were excluded (results_thanhhoa_2023)."""
    data = a_set(
        leaf("1", {"kind": "manual"}, most="84"),
        leaf("2", {"kind": "manual"}, most="16", na_policy="exclude"),
    )
    values = {
        "1": {"points": "68.32", "reason": "thẩm định"},
        "2": {"not_applicable": True, "reason": "không có thủ tục hành chính"},
    }
    result = scored(data, values)
    assert (result["total"], result["applicable_max"], result["index"]) == ("68.32", "84", "81.33")


@pytest.mark.parametrize(("rounding", "index"), [(DOWN, "89.45"), (HALF_UP, "89.46")])
def test_nam_dinh_62_62_of_70_is_cut_off_to_89_45_and_would_round_to_89_46(
    rounding: dict[str, Any], index: str
) -> None:
    data = a_set(leaf("1", {"kind": "manual"}, most="70"), rounding=rounding)
    assert scored(data, {"1": {"points": "62.62", "reason": "x"}})["index"] == index


@pytest.mark.parametrize(("rounding", "points"), [(DOWN, "97.66"), (HALF_UP, "97.67")])
def test_dong_nai_796_of_815_is_cut_off_to_97_66_and_would_round_to_97_67(
    rounding: dict[str, Any], points: str
) -> None:
    value = {"numerator": "796", "denominator": "815"}
    line = line_of({"kind": "ratio"}, value, most="100", rounding=rounding)
    assert line["points"] == points


def test_the_fifteen_marks_of_the_portal_of_ha_tinh_add_up_to_its_external_score() -> None:
    """Read from the text of the report, criterion 7.1.1.4."""
    text = (CASES.parent / "sources" / "ha-tinh-remediation-2022.txt").read_text(encoding="utf-8")
    marks = re.search(r"Chấm điểm Cổng: ([0-9+, ]+) = 95,5", text)
    assert marks is not None
    points = sum(Fraction(mark.replace(",", ".")) for mark in marks[1].replace(" ", "").split("+"))
    assert points == Fraction("95.5")


# NĐ 335/2025/NĐ-CP: a quarter of the maximum is lost at each late result
@pytest.mark.parametrize(
    ("late", "points"), [(0, "10.00"), (1, "7.50"), (3, "2.50"), (4, "0.00"), (9, "0.00")]
)
def test_each_late_result_costs_a_quarter_under_decree_335(late: int, points: str) -> None:
    rule = {"kind": "lateness", "per": "25"}
    assert line_of(rule, {"count": late}, most="10")["points"] == points


# TT 01/2018/TT-VPCP indicator 8: 100 % gives 2, 90 to below 100 gives 1, below 90 nothing, none full
TT01_INDICATOR_8 = {
    "kind": "bands",
    "bands": [
        {"from": "100", "points": "2"},
        {"from": "90", "to": "100", "points": "1"},
        {"to": "90", "points": "0"},
    ],
}


@pytest.mark.parametrize(
    ("on_time", "received", "points"),
    [("10", "10", "2.00"), ("9", "10", "1.00"), ("899", "1000", "0.00"), ("0", "0", "2.00")],
)
def test_feedback_of_citizens_under_circular_01_2018(
    on_time: str, received: str, points: str
) -> None:
    value = {"numerator": on_time, "denominator": received}
    line = line_of(TT01_INDICATOR_8, value, most="2", zero_denominator="full")
    assert line["points"] == points


def commune(areas: dict[str, str], **more: Any) -> Result:
    """QĐ 25/2021/QĐ-TTg: five criteria; at least 80, each at least half, no head disciplined."""
    most = {"1": "10", "2": "30", "3": "15", "4": "20", "5": "25"}
    gates = [{"percent": "50"}, {"fact": "head_disciplined", "is": "no"}]
    data = a_set(
        *(leaf(code, {"kind": "manual"}, most=points) for code, points in most.items()),
        classes=[
            {"name": "Đạt chuẩn", "min": "80", "gates": gates},
            {"name": "Chưa đạt chuẩn", "min": "0"},
        ],
    )
    values = {code: {"points": points, "reason": "chấm"} for code, points in areas.items()}
    return evaluated(data, values, **more)


GOOD = {"1": "9", "2": "28", "3": "14", "4": "18", "5": "20"}


@pytest.mark.parametrize(
    ("areas", "facts", "name"),
    [
        (GOOD, {"head_disciplined": "no"}, "Đạt chuẩn"),
        (GOOD, {"head_disciplined": "yes"}, "Chưa đạt chuẩn"),
        (GOOD, {}, "Chưa đạt chuẩn"),
        ({**GOOD, "1": "5"}, {"head_disciplined": "no"}, "Đạt chuẩn"),
        ({**GOOD, "1": "4.99"}, {"head_disciplined": "no"}, "Chưa đạt chuẩn"),
        ({**GOOD, "2": "15"}, {"head_disciplined": "no"}, "Chưa đạt chuẩn"),
    ],
)
def test_a_commune_meets_the_standard_of_decision_25_only_through_every_gate(
    areas: dict[str, str], facts: dict[str, str], name: str
) -> None:
    assert commune(areas, facts=facts).class_name == name
