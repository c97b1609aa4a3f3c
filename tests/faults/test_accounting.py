"""Would the fault tests notice? Their own bookkeeping, without a platform."""

from collections import Counter
from pathlib import Path

from tests.faults.census import compare
from tests.faults.reckoning import Balance
from tests.support.ledger import Ledger


def test_what_is_missing_is_lost_and_what_is_too_much_is_doubled() -> None:
    reference = {"unit": Counter({"VP": 1, "TTRA": 1}), "plan": Counter({"15/KH": 1})}
    found = {"unit": Counter({"VP": 2}), "plan": Counter({"15/KH": 1})}
    difference = compare(reference, found)
    assert difference.lost == ("1 × unit TTRA",)
    assert difference.doubled == ("1 × unit VP",)
    assert not compare(reference, reference)


def test_the_balance_shows_both_sides() -> None:
    balance = Balance()
    balance.enter("mail", ["a", "b"], ["b", "b"])
    assert (balance.lost, balance.doubled) == (["1 × mail a"], ["1 × mail b"])


def test_a_command_is_on_the_ledger_before_its_outcome_is_known(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for _ in range(2):
        ledger.asked("W0-1", route="/plans/v1/units", path="/plans/v1/units", body={"code": "VP"})
    ledger.asked(
        "W0-2", route="/plans/v1/plans/{id}:close", path="/plans/v1/plans/1:close", body={}
    )
    ledger.answered("W0-1", status=201, answer={"code": "VP"}, lost_answer=True)
    first, second = Ledger(ledger.file).entries()
    assert (first.tries, first.status, first.lost_answer, first.unknown) == (2, 201, True, False)
    assert (second.tries, second.unknown) == (1, True)
    assert [entry.key for entry in ledger.of("/plans/v1/units")] == ["W0-1"]
