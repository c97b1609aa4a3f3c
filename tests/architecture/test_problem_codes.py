"""Does every problem somebody can meet have its words?

The codes are read from the sources: what is given to a Problem, to a field error, to a validator,
and the reasons the domain gives for what is not possible now.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from services.plans.domain.lifecycle import (
    ALL_OBLIGATION_ACTIONS,
    ALL_PLAN_ACTIONS,
    ObligationState,
    PlanState,
    obligation_permission,
    plan_permission,
)
from services.scoring.domain.rounds.lifecycle import (
    ALL_ROUND_ACTIONS,
    ALL_SHEET_ACTIONS,
    RoundState,
    SheetState,
    appraisal_refusal,
    round_permission,
    sheet_permission,
)
from services.scoring.domain.rounds.phases import Phase, PhaseClock, Window
from shared import errors
from shared.errors import Problem
from shared.texts import catalogue, has_text

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]
PROBLEMS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Problem)
} | {"RequestTimeout"}  # fmt: skip
# a class of the scoring engine that happens to bear the name
ELSEWHERE = ("services/scoring/domain", "services/cli")


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    for file in SOURCES:
        place = str(file.relative_to(ROOT))
        if place.startswith(ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = (
                    function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
                )
                yield f"{place}:{node.lineno}", name, node


def text_at(node: ast.Call, position: int) -> str | None:
    """The argument when it is written as text; None when it is computed."""
    if len(node.args) <= position:
        return None
    argument = node.args[position]
    return str(argument.value) if isinstance(argument, ast.Constant) else None


def given(names: set[str], position: int) -> list[tuple[str, str]]:
    return [
        (place, code)
        for place, name, node in calls()
        if name in names and (code := text_at(node, position)) is not None
    ]


def test_every_problem_raised_has_a_title_and_a_detail() -> None:
    found = given(PROBLEMS, 0)
    assert len({code for _, code in found}) > 30, "the scan finds what it looks for"
    without = [
        (place, code)
        for place, code in found
        if not (has_text(f"problems.{code}.title") and has_text(f"problems.{code}.detail"))
    ]
    assert without == []


def test_every_field_error_has_its_words() -> None:
    found = (
        given({"FieldError"}, 1)
        + given({"_wrong", "_invalid"}, 1)
        + given({"PydanticCustomError"}, 0)
    )
    assert len(found) > 10
    assert [item for item in found if not has_text(f"problems.fields.{item[1]}")] == []


def test_codes_made_from_a_state_have_words_for_every_state() -> None:
    """Conflict(f"import_is_{state}") and the like."""
    prefixes = {
        str(part.value)
        for _, name, node in calls()
        if name in PROBLEMS and node.args and isinstance(node.args[0], ast.JoinedStr)
        for part in node.args[0].values[:1]
        if isinstance(part, ast.Constant)
    }
    known = {
        "import_is_": {"confirmed", "discarded", "replaced"},
        "plan_is_": {"closed", "withdrawn"},
        "extension_is_": {"approved", "refused", "withdrawn", "lapsed"},
        "round_is_": {"draft", "final", "published"},
    }
    assert prefixes == set(known)
    for prefix, states in known.items():
        for state in states:
            assert has_text(f"problems.{prefix}{state}.detail"), prefix + state


@pytest.mark.parametrize("state", PlanState)
def test_every_reason_against_an_action_on_a_plan_has_its_words(state: PlanState) -> None:
    for numbered in (False, True):
        for unresolved in (0, 1):
            permission = plan_permission(
                state, has_number=numbered, has_date=numbered, unresolved_leads=unresolved
            )
            for action in ALL_PLAN_ACTIONS:
                reason = permission.refuse(action)
                assert reason is None or has_text(f"problems.{reason}.detail"), reason


@pytest.mark.parametrize("state", ObligationState)
def test_every_reason_against_an_action_on_an_obligation_has_its_words(
    state: ObligationState,
) -> None:
    for own, dated, asked in product((False, True), repeat=3):
        permission = obligation_permission(
            state, reported_by_caller=own, has_date=dated, asked=asked
        )
        for action in ALL_OBLIGATION_ACTIONS:
            reason = permission.refuse(action)
            assert reason is None or has_text(f"problems.{reason}.detail"), reason


@pytest.mark.parametrize("state", RoundState)
def test_every_reason_against_an_action_in_a_round_has_its_words(state: RoundState) -> None:
    start = datetime(2026, 12, 1, tzinfo=UTC)
    reasons = {
        round_permission(state, units=units, open_objections=waiting).refuse(action)
        for units in (0, 1)
        for waiting in (0, 1)
        for action in ALL_ROUND_ACTIONS
    }
    windows = dict.fromkeys(Phase, Window(start, start + timedelta(days=1)))
    for day in (-1, 0, 2):
        clock = PhaseClock(windows, (), start + timedelta(days=day))
        for sheet in SheetState:
            permission = sheet_permission(sheet, round_state=state, clock=clock, unit_code="SO")
            reasons |= {permission.refuse(action) for action in ALL_SHEET_ACTIONS}
            reasons |= {
                appraisal_refusal(
                    review=review, clock=clock, unit_code="SO", sheet=sheet, open_objection=waiting
                )
                for review in (False, True)
                for waiting in (False, True)
            }
    assert [r for r in reasons if r and not has_text(f"problems.{r}.detail")] == []


def test_every_text_key_written_in_the_sources_exists() -> None:
    """text("…") with a key that is written out."""
    found = given({"text", "say"}, 0)
    keys = {(place, key) for place, key in found if "." in key and " " not in key and not key.startswith(".")}  # fmt: skip
    assert len(keys) > 40
    assert [item for item in sorted(keys) if not has_text(item[1])] == []


def test_no_problem_in_the_catalogue_is_one_nobody_can_meet() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in SOURCES)
    dynamic = (
        *("plan_is_", "obligation_is_", "import_is_", "extension_is_"),
        *("round_is_", "sheet_is_", "phase_closed", "phase_not_open_yet"),
    )
    codes = {k.split(".")[1] for k in catalogue("vi") if k.startswith("problems.")} - {"fields"}
    unused = [c for c in codes if f'"{c}"' not in written and not c.startswith(dynamic)]
    assert unused == []
