"""The criteria sets that come with the platform."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.scoring.domain import lint_criteria_set, parse_criteria_set
from tests.scoring.engine_cases import CASES, RULEBOOKS, load, scored

FILES = sorted(RULEBOOKS.glob("*.json"))
SAMPLE = RULEBOOKS / "binh-dinh-svhtt-2023-sample.json"
ONE_STOP = RULEBOOKS / "tt01-2018-vpcp-mot-cua.json"


def test_the_rulebooks_are_there() -> None:
    assert {SAMPLE, ONE_STOP} <= set(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rulebook_is_sound_and_cites_its_document(file: Path) -> None:
    criteria_set = parse_criteria_set(load(file))
    assert [p for p in lint_criteria_set(criteria_set) if p.severity == "error"] == []
    assert criteria_set.reference
    assert criteria_set.notes, "a rulebook says what in it is not official"


def test_the_sample_is_marked_as_one_and_warns_only_about_the_missing_seventh_area() -> None:
    criteria_set = parse_criteria_set(load(SAMPLE))
    assert criteria_set.title.startswith("MẪU")
    assert "1205/KH-SVHTT" in criteria_set.reference
    assert [area.code for area in criteria_set.outline.areas] == ["1", "2", "3", "4", "5", "6", "8"]
    (warning,) = lint_criteria_set(criteria_set)
    assert (warning.code, warning.params["criterion"]) == ("ordinal_jump", "8")


def test_the_one_stop_set_has_the_indicators_and_maxima_of_the_circular() -> None:
    official = load(CASES / "criteria_TT01_2018_VPCP_mot_cua_complete.json")
    ours = load(ONE_STOP)["criteria"]
    assert [c["code"] for c in ours] == [c["code"] for c in official["criteria"]]
    assert [c["max_points"] for c in ours] == [str(c["max"]) for c in official["criteria"]]


def official_class(points: Fraction) -> str:
    """The classes of the circular, on 18 points."""
    for entry in load(CASES / "criteria_TT01_2018_VPCP_mot_cua_complete.json")[
        "classification_units"
    ]:
        if points >= entry.get("min", 0):
            return str(entry["class"])
    raise AssertionError("the lowest class has no minimum")


def test_classes_by_percentage_are_those_of_the_circular_for_every_total() -> None:
    criteria_set = parse_criteria_set(load(ONE_STOP))
    for tenths in range(181):
        points = Fraction(tenths, 10)
        index = points * 100 / 18
        shown = Fraction(int(index * 100 + Fraction(1, 2)), 100)
        name = next(band.name for band in criteria_set.classes if shown >= band.min)
        assert name == official_class(points), f"{points} points"


def dossiers(full: int, half: int, total: int) -> dict[str, int]:
    return {"done": full, "partial": half, "total": total}


def test_the_mean_over_dossiers_is_rounded_to_one_decimal() -> None:
    lines = scored(load(ONE_STOP), {"1": dossiers(5, 3, 9)})["lines"]
    assert lines[0]["points"] == "1.4"  # 13/9


def test_an_indicator_without_information_is_left_out_and_the_scale_stays_18() -> None:
    no = {"not_applicable": True, "reason": "thiếu thông tin"}
    result = scored(load(ONE_STOP), {"1": dossiers(9, 0, 9), "7": no})
    assert (result["total"], result["applicable_max"]) == ("2.0", "18")


@pytest.mark.parametrize(
    ("feedback", "on_time", "dragging", "points"),
    [
        ("0", "0", "no", "2.0"),
        ("10", "10", "no", "2.0"),
        ("10", "9", "no", "1.0"),
        ("1000", "899", "no", "0.0"),
        ("10", "10", "yes", "0.0"),
        ("0", "0", "yes", "0.0"),
    ],
)
def test_no_feedback_at_all_gives_full_points(
    feedback: str, on_time: str, dragging: str, points: str
) -> None:
    value: dict[str, Any] = {
        "measures": {"phan_anh": feedback, "dung_han": on_time, "keo_dai": dragging}
    }
    assert scored(load(ONE_STOP), {"8": value})["lines"][7]["points"] == points
