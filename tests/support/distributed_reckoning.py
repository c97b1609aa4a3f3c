"""Is what was answered true, everywhere, once? The ledger against all three databases."""

import time

from tests.support.distributed_world import SERVICES, DistributedWorld
from tests.support.ledger import Ledger
from tests.support.worlds import eventually

_WAITING = """
select (select count(*) from outbox where state = 'pending')
     + (select count(*) from inbox where state = 'pending')
     + (select count(*) from jobs where state in ('queued', 'running'))
     + (select count(*) from audit where position is null)
     + (select count(*) from changes where position is null)
"""


def settle(world: DistributedWorld, *, within: float = 60) -> float:
    """Wait until nothing waits anywhere; the seconds it took.

    An event on its way between two databases is in none of them: so all that was sent must be there.
    """
    started = time.monotonic()

    def is_quiet() -> bool:
        if any(world.value(service, _WAITING) != "0" for service in SERVICES):
            return False
        sent = world.value(
            "plans", "select count(*) from outbox where stream='plans.unit' and state='published'"
        )
        return all(
            world.value(service, "select count(*) from inbox where stream='plans.unit'") == sent
            for service in ("scoring", "notifications")
        )

    try:
        eventually(is_quiet, seconds=within)
    except AssertionError as error:
        waiting = "select stream, state, attempts, last_error, count(*) from {} group by 1, 2, 3, 4"
        left = {
            f"{service}.{box}": world.rows(service, waiting.format(box))
            for service in SERVICES
            for box in ("outbox", "inbox")
        }
        raise AssertionError(f"still waiting after {within:g} s: {left}") from error
    return time.monotonic() - started


def reckon(world: DistributedWorld, ledger: Ledger) -> int:
    """Compare; how many commands were on the ledger.

    :raises AssertionError: with what was lost, doubled, or came from nowhere.
    """
    asked = {e.body["code"]: e for e in ledger.entries()}
    assert not [code for code, entry in asked.items() if entry.unknown]
    units = dict(world.rows("plans", "select code, id from units where code like 'T%'"))
    assert set(units) == set(asked)
    assert {code: e.answer["id"] for code, e in asked.items()} == units
    _assert_once(world, "plans", "changes", "select resource_id from changes where resource='unit'")
    _assert_once(
        world, "plans", "event", "select aggregate_id from outbox where stream='plans.unit'"
    )
    done = "select count(*) from audit where action like 'POST %/units' and outcome='done'"
    assert world.value("plans", done) == str(len(asked))
    for service in ("scoring", "notifications"):
        known = {code for (code,) in world.rows(service, "select code from unit_nodes")}
        assert set(asked) <= known, f"lost in {service}"
        _assert_once(
            world,
            service,
            "handled event",
            "select aggregate_id from inbox where stream='plans.unit' and state='done'",
        )
        states = world.rows(service, "select distinct state from inbox where stream='plans.unit'")
        assert states in ([["done"]], []), states
    for service in SERVICES:
        gaps = "select count(*) - coalesce(max(position), 0) from {}"
        assert world.value(service, gaps.format("changes")) == "0"
        assert world.value(service, gaps.format("audit")) == "0"
    return len(asked)


def _assert_once(world: DistributedWorld, service: str, what: str, sql: str) -> None:
    found = [row[0] for row in world.rows(service, sql)]
    doubled = {row for row in found if found.count(row) > 1} if len(set(found)) < len(found) else {}
    assert not doubled, f"{what} in {service} twice: {doubled}"
