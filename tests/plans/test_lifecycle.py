"""Which steps may follow which?"""

import pytest

from services.plans.domain.carry_over import move_year
from services.plans.domain.lifecycle import (
    ALL_OBLIGATION_ACTIONS,
    ALL_PLAN_ACTIONS,
    ObligationState,
    PlanState,
    obligation_permission,
    plan_permission,
)


@pytest.mark.parametrize("state", list(ObligationState))
def test_every_action_on_an_obligation_is_allowed_or_has_a_reason(state: ObligationState) -> None:
    permission = obligation_permission(state, reported_by_caller=False, has_date=True, asked=False)
    for action in ALL_OBLIGATION_ACTIONS:
        assert (permission.refuse(action) is None) == (action in permission.allowed)
        assert (action in permission.blocked) != (action in permission.allowed)


@pytest.mark.parametrize("state", list(PlanState))
def test_every_action_on_a_plan_is_allowed_or_has_a_reason(state: PlanState) -> None:
    permission = plan_permission(state, has_number=True, has_date=True, unresolved_leads=0)
    for action in ALL_PLAN_ACTIONS:
        assert (action in permission.blocked) != (action in permission.allowed)


def test_who_reported_the_work_done_cannot_verify_it_but_may_take_it_back() -> None:
    permission = obligation_permission(
        ObligationState.SUBMITTED, reported_by_caller=True, has_date=True, asked=False
    )
    assert permission.refuse("verify") == "own_report"
    assert permission.refuse("return") is None


@pytest.mark.parametrize(
    ("has_date", "asked", "reason"),
    [
        (True, False, None),
        (False, False, "no_date_to_extend"),
        (True, True, "extension_asked_already"),
    ],
)
def test_more_time_is_asked_for_once_and_only_where_there_is_a_deadline(
    has_date: bool, asked: bool, reason: str | None
) -> None:
    permission = obligation_permission(
        ObligationState.OPEN, reported_by_caller=False, has_date=has_date, asked=asked
    )
    assert permission.refuse("request-extension") == reason


@pytest.mark.parametrize(
    ("number", "date", "unresolved", "reason"),
    [
        (True, True, 0, None),
        (False, True, 0, "number_or_date_missing"),
        (True, False, 0, "number_or_date_missing"),
        (True, True, 1, "leads_unresolved"),
    ],
)
def test_a_draft_is_issued_only_whole(
    number: bool, date: bool, unresolved: int, reason: str | None
) -> None:
    permission = plan_permission(
        PlanState.DRAFT, has_number=number, has_date=date, unresolved_leads=unresolved
    )
    assert permission.refuse("issue") == reason


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        ("được giao năm 2023", "được giao năm 2026"),
        ("Kế hoạch CCHC 2023, tầm nhìn 2030", "Kế hoạch CCHC 2026, tầm nhìn 2030"),
        ("2023.5 tỷ và 12023 hồ sơ", "2023.5 tỷ và 12023 hồ sơ"),
        ("(2023)", "(2026)"),
    ],
)
def test_carrying_over_moves_the_plans_own_year_and_no_other_number(words: str, moved: str) -> None:
    assert move_year(words, from_year=2023, to_year=2026) == moved
