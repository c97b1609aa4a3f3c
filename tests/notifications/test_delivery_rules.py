"""What follows an attempt, and is it any use to try a gateway now?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import breaker as rules
from services.notifications.domain.breaker import Breaker
from services.notifications.domain.delivery import (
    LONGEST_ASKED_PAUSE,
    Outcome,
    after,
    policy_of,
    spread_of,
)

NOW = datetime(2026, 12, 17, 1, tzinfo=UTC)


def following(outcome: Outcome, channel: str = "email", **more: float) -> tuple[str, object]:
    values = {"attempts": 1, "unknown_resends": 0} | more
    found = after(outcome, policy=policy_of(channel), **values)  # type: ignore[arg-type]
    return found.state, found.pause


@pytest.mark.parametrize(
    ("channel", "resends", "pause"),
    [
        ("email", 0, timedelta(minutes=15)),
        ("email", 1, None),
        ("sms", 0, None),
        ("a channel nobody declared", 0, None),
    ],
)
def test_only_channels_whose_receiver_sees_it_is_the_same_are_sent_unknown_again(
    channel, resends, pause
) -> None:
    assert following(Outcome("unknown"), channel, unknown_resends=resends) == ("unknown", pause)


def test_a_provider_that_asks_to_be_left_alone_is_left_alone_but_not_for_ever() -> None:
    asked = Outcome("temporary", retry_after=timedelta(minutes=40))
    assert following(asked) == ("temporary_failure", timedelta(minutes=40))
    assert following(asked, attempts=8) == ("temporary_failure", timedelta(minutes=240))
    for_ever = Outcome("temporary", retry_after=timedelta(days=365))
    assert following(for_ever) == ("temporary_failure", LONGEST_ASKED_PAUSE)


@given(st.uuids(), st.integers(1, 10))
def test_what_failed_together_is_spread_a_little_and_each_always_alike(
    message: UUID, attempts: int
) -> None:
    spread = spread_of(message)
    assert spread == spread_of(message)
    _, plain = following(Outcome("temporary"), attempts=attempts)
    _, spread_out = following(Outcome("temporary"), attempts=attempts, spread=spread)
    assert plain <= spread_out <= plain * 1.1  # type: ignore[operator]


def failed(times: int, start: Breaker | None = None, now: datetime = NOW) -> Breaker:
    found = start or Breaker()
    for _ in range(times):
        found = rules.after_fault(found, now)
    return found


def test_five_faults_in_a_row_give_a_gateway_a_rest_and_an_answer_ends_the_row() -> None:
    assert rules.admit(failed(4), NOW).now
    assert rules.after_answer().is_clean
    opened = failed(5)
    refused = rules.admit(opened, NOW)
    assert (refused.now, refused.again_at) == (False, NOW + timedelta(minutes=1))


def test_after_the_rest_one_probe_goes_out_and_the_others_wait_for_it() -> None:
    opened = failed(5)
    later = NOW + timedelta(minutes=1)
    probe = rules.admit(opened, later)
    assert probe.now
    second = rules.admit(probe.breaker, later)
    assert (second.now, second.again_at) == (False, later + rules.PROBE)
    # the probe's sender died: somebody else tries
    assert rules.admit(probe.breaker, later + rules.PROBE).now


def test_rests_grow_to_a_quarter_of_an_hour_while_probes_fail() -> None:
    now, current, rests = NOW, failed(5), []
    for _ in range(6):
        assert current.opened_until is not None
        rests.append((current.opened_until - now).total_seconds() / 60)
        now = current.opened_until
        current = rules.after_fault(rules.admit(current, now).breaker, now)
    assert rests == [1, 2, 4, 8, 15, 15]


def test_those_on_their_way_when_it_opened_do_not_open_it_further() -> None:
    assert failed(9).opened_until == failed(5).opened_until
