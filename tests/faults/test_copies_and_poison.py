"""Leaders die or freeze and others take over; messages nobody can handle stop no other."""

import asyncio
import json
import signal
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import aio_pika
import pytest

from shared.clock import SystemClock
from shared.contracts.plans import UnitChanged
from shared.ids import new_id
from shared.messaging.envelope import wrap
from shared.messaging.inbox import MAX_ATTEMPTS
from shared.messaging.topology import Topology
from shared.persistence.leadership import SILENT_SECONDS
from tests.support.apart import Apart, frozen
from tests.support.worlds import Caller, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
LEADS_WITHIN = 5.0


def test_when_the_leader_is_killed_another_leads_within_seconds(platform_apart: Apart) -> None:
    leaders = [platform_apart.leader(service) for service in ("plans", "notifications")]
    with platform_apart.traffic() as traffic:
        eventually(lambda: traffic.done > 20)
        for leader in leaders:
            successor = platform_apart.successor(leader)
            leader.popen.send_signal(signal.SIGKILL)
            eventually(successor, seconds=LEADS_WITHIN)
            assert leader.wait() == -signal.SIGKILL
            platform_apart.world.forget(leader)
        after = traffic.done
        eventually(lambda: traffic.done > after)
    platform_apart.settled()


def test_a_leader_that_was_frozen_past_its_lock_does_nothing_twice_when_it_wakes(
    platform_apart: Apart,
) -> None:
    leaders = [platform_apart.leader(service) for service in ("plans", "notifications")]
    with platform_apart.traffic() as traffic:
        eventually(lambda: traffic.done > 20)
        successors = [platform_apart.successor(leader) for leader in leaders]
        with frozen(*leaders):
            for successor in successors:
                eventually(successor, seconds=SILENT_SECONDS + LEADS_WITHIN)
        after = traffic.done
        eventually(lambda: traffic.done > after + 20)
    # a consumer that was frozen holds its deliveries until the broker gives up on it
    platform_apart.settled(within=60)


def poison() -> dict[str, bytes]:
    """Messages that were never meant to be, by what is wrong with them."""

    def event(**changes: Any) -> bytes:
        unit = UnitChanged(
            code="POISON", name="Đơn vị", parent_code=None, path="/POISON/", active=True, revision=1
        )
        envelope = wrap(
            unit,
            message_id=new_id(),
            source="plans",
            sequence=1,
            at=SystemClock().now(),
            traceparent=None,
        )
        whole = json.loads(envelope.to_json())
        whole["data"] |= changes.pop("data", {})
        return json.dumps(whole | changes).encode()

    return {
        "undecodable": b"\xff\xfe not an event",
        "too large to be an event": b"x" * 5_000_000,
        "of an unknown type": event(type="vn.cchc.plans.unit.changed.v99", subject="plans.unit/P1"),
        "of a wrong schema": event(data={"revision": "many"}, subject="plans.unit/P2"),
        "always failing": event(data={"code": "P" * 100, "path": "/P/"}, subject="plans.unit/P3"),
    }


async def _publish(url: str, bodies: list[bytes]) -> None:
    topology = Topology()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(topology.exchange)
        for body in bodies:
            await exchange.publish(
                aio_pika.Message(body, message_id=str(new_id())), routing_key="plans.unit"
            )


def after_all_attempts(admin: Caller) -> None:
    """Let the sandbox clock pass every pause between two attempts."""
    now = admin.get("/plans/v1/clock")["now"]
    later = datetime.fromisoformat(now) + timedelta(minutes=6)
    admin.post("/plans/v1/clock:advance", {"to": later.isoformat()})


_POISON = "(type is null or aggregate_id in ('plans.unit/P1', 'plans.unit/P2', 'plans.unit/P3'))"
_PARKED = f"select count(*) from inbox where {_POISON} and state='parked'"  # noqa: S608 - ours
_TRIED = f"select min(attempts) from inbox where {_POISON} and state='pending'"  # noqa: S608 - ours
_CLEARED = f"delete from inbox where {_POISON} returning 1"  # noqa: S608 - ours


def test_poison_is_put_aside_visibly_and_everybody_else_goes_on(platform_apart: Apart) -> None:
    world = platform_apart.world
    admin = world.caller()
    asyncio.run(_publish(world.environment["CCHC_BROKER_URL"], list(poison().values())))
    with platform_apart.traffic() as traffic:
        eventually(lambda: traffic.done > 20)

    def is_over(tried: str) -> bool:
        return world.value("notifications", _PARKED) == "4" or (
            world.value("notifications", _TRIED) != tried
        )

    for _ in range(MAX_ATTEMPTS):
        tried = world.value("notifications", _TRIED)
        after_all_attempts(admin)
        eventually(partial(is_over, tried))

    shown = admin.items("/notifications/v1/events/inbox", state="parked")
    reasons = sorted(row["last_error"].partition(":")[0] for row in shown)
    assert reasons == ["DBAPIError", "ValidationError", "undecodable", "undecodable"]
    ignored = "select count(*) from inbox where state='ignored' and type like '%v99'"
    assert world.value("notifications", ignored) == "1"
    for service in ("scoring", "notifications"):
        world.rows(service, _CLEARED)
    platform_apart.settled()
