"""Can an operator see which events are stuck, try them again, or let them be?"""

from typing import Any

import pytest
from sqlalchemy import insert

from shared.contracts.plans import GrantData
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import announcement, tables

EVENTS = "/plans/v1/events"


async def put(toy: ToyPlatform, clock: FrozenClock, *rows: dict[str, Any]) -> None:
    common = {
        "consumer": "plans", "stream": "plans.unit", "type": "t", "aggregate_id": "A",
        "aggregate_seq": 1, "body": b"{}", "received_at": clock.now(), "state": "parked",
        "attempts": 8, "last_error": "RuntimeError: no",
    }  # fmt: skip
    async with toy.context.database.writing() as session:
        for number, row in enumerate(rows):
            await session.execute(
                insert(tables.inbox), [common | {"message_id": str(number)} | row]
            )
        await session.commit()


async def test_the_flow_is_counted_and_the_oldest_waiting_event_has_an_age(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    quiet = await boss.ok("GET", f"{EVENTS}/status")
    assert quiet == {"outbox": {}, "inbox": {}, "oldest_waiting_seconds": None}
    async with toy.context.unit_of_work("announce") as uow:
        uow.publish(announcement("A"))
    clock.advance(seconds=90)
    await put(toy, clock, {}, {"state": "done"})
    waiting = await boss.ok("GET", f"{EVENTS}/status")
    assert waiting["outbox"] == {"pending": 1}
    assert waiting["inbox"] == {"parked": 1, "done": 1}
    assert waiting["oldest_waiting_seconds"] == 90
    await toy.settle()
    assert (await boss.ok("GET", f"{EVENTS}/status"))["outbox"] == {"published": 1}


async def test_what_is_stuck_is_listed_with_its_reason_page_by_page(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    undecodable = {"type": None, "stream": None, "aggregate_id": None, "aggregate_seq": None}
    await put(toy, clock, {}, {"state": "done"}, undecodable, {"aggregate_seq": 2})
    stuck = await boss.items(f"{EVENTS}/inbox", limit=1)
    assert [event["sequence"] for event in stuck] == [1, None, 2]
    assert stuck[0]["last_error"] == "RuntimeError: no"
    assert stuck[1]["type"] is None
    done = await boss.items(f"{EVENTS}/inbox", state="done")
    assert len(done) == 1
    assert (await boss.get(f"{EVENTS}/inbox", params={"state": "lost"})).status_code == 422


async def test_a_stuck_event_is_tried_again(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    await put(toy, clock, {})
    [stuck] = await boss.items(f"{EVENTS}/inbox")
    again = await boss.post(f"{EVENTS}/inbox/{stuck['position']}:replay")
    assert again.status_code == 204
    [row] = await toy.rows(tables.inbox)
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert (await boss.post(f"{EVENTS}/inbox/{stuck['position']}:replay")).status_code == 404


async def test_a_stuck_event_is_given_up_on_purpose_and_on_record(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    await put(toy, clock, {"type": None})
    [stuck] = await boss.items(f"{EVENTS}/inbox")
    path = f"{EVENTS}/inbox/{stuck['position']}"
    assert (await boss.post(f"{path}:replay")).status_code == 404, "it cannot be decoded"
    assert (await boss.post(f"{path}:skip")).status_code == 204
    assert (await toy.rows(tables.inbox))[0]["state"] == "skipped"
    actions = [row["action"] for row in await boss.items("/plans/v1/audit")]
    assert any("skip" in action for action in actions)


@pytest.mark.parametrize("verb", ["replay", "skip"])
@pytest.mark.parametrize("position", ["0", "-1", "9223372036854775808", "x", "7"])
async def test_a_position_where_nothing_is_stuck_is_not_found(
    boss: Api, verb: str, position: str
) -> None:
    assert (await boss.post(f"{EVENTS}/inbox/{position}:{verb}")).status_code == 404


async def test_the_flow_is_for_administrators_of_everything(toy: ToyPlatform) -> None:
    for grant in (
        GrantData(unit_code="T", role="admin"),
        GrantData(unit_code=None, role="coordinator"),
    ):
        async with Api(toy, await toy.caller(grant)) as api:
            for path in ("status", "inbox"):
                assert (await api.get(f"{EVENTS}/{path}")).status_code == 403
            assert (await api.post(f"{EVENTS}/inbox/1:skip")).status_code == 403
