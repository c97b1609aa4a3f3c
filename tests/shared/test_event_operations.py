"""Can an operator see which events are stuck, try them again, or let them be?"""

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from shared.contracts.plans import GrantData
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import announcement, tables

EVENTS = "/plans/v1/events"
WHY = {"reason": "mended"}


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
    assert (await boss.post(f"{path}:skip", json={})).status_code == 422, "a reason is needed"
    assert (await boss.post(f"{path}:skip", json=WHY)).status_code == 204
    assert (await toy.rows(tables.inbox))[0]["state"] == "skipped"
    [record] = [row for row in await boss.items("/plans/v1/audit") if "skip" in row["action"]]
    assert record["reason"] == WHY["reason"]


async def test_what_was_given_up_by_mistake_is_tried_again(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    await put(toy, clock, {"state": "skipped"})
    [skipped] = await boss.items(f"{EVENTS}/inbox", state="skipped")
    assert (await boss.post(f"{EVENTS}/inbox/{skipped['position']}:replay")).status_code == 204
    assert (await toy.rows(tables.inbox))[0]["state"] == "pending"


async def test_all_that_is_stuck_is_tried_again_or_one_type_of_it(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    others = {"type": "u"}, {"type": None}, {"state": "done"}, {"state": "skipped"}
    await put(toy, clock, {}, {}, *others)
    again = await boss.ok("POST", f"{EVENTS}/inbox:replay", json={**WHY, "type": "u"})
    assert again == {"events": 1}
    again = await boss.ok("POST", f"{EVENTS}/inbox:replay", json=WHY)
    assert again == {"events": 2}
    states = [row["state"] for row in await toy.rows(tables.inbox)]
    assert states == ["pending", "pending", "pending", "parked", "done", "skipped"]


@pytest.mark.parametrize("verb", ["replay", "skip"])
@pytest.mark.parametrize("position", ["0", "-1", "9223372036854775808", "x", "7"])
async def test_a_position_where_nothing_is_stuck_is_not_found(
    boss: Api, verb: str, position: str
) -> None:
    answer = await boss.post(f"{EVENTS}/inbox/{position}:{verb}", json=WHY)
    assert answer.status_code == 404


async def test_the_flow_is_for_administrators_of_everything(toy: ToyPlatform) -> None:
    for grant in (
        GrantData(unit_code="T", role="admin"),
        GrantData(unit_code=None, role="coordinator"),
    ):
        async with Api(toy, await toy.caller(grant)) as api:
            for path in ("status", "inbox"):
                assert (await api.get(f"{EVENTS}/{path}")).status_code == 403
            for path in ("inbox/1:skip", "inbox:replay", "outbox:begin-epoch"):
                assert (await api.post(f"{EVENTS}/{path}", json=WHY)).status_code == 403


async def test_what_happened_in_a_period_is_sent_again_and_changes_nothing(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    starts = {}
    for code in ("A", "B", "C"):
        starts[code] = clock.now().isoformat()
        async with toy.context.unit_of_work("announce") as uow:
            uow.publish(announcement(code))
        clock.advance(seconds=60)
    await toy.settle()
    before = await toy.heard(), await toy.units_known()
    body = {"since": starts["B"], "until": starts["C"], "stream": "plans.unit", **WHY}
    assert await boss.ok("POST", f"{EVENTS}/outbox:replay", json=body) == {"events": 1}
    pending = [row for row in await toy.rows(tables.outbox) if row["state"] == "pending"]
    assert [row["aggregate_id"] for row in pending] == ["plans.unit/B"]
    body = {"since": starts["A"], **WHY}
    assert (await boss.ok("POST", f"{EVENTS}/outbox:replay", json=body))["events"] == 2
    await toy.settle()
    assert (await toy.heard(), await toy.units_known()) == before


async def test_a_listener_that_lost_its_data_gets_it_back(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    since = clock.now().isoformat()
    async with toy.context.unit_of_work("announce") as uow:
        uow.publish(announcement("A"))
    await toy.settle()
    async with toy.listener.context.database.writing() as session:
        for lost in (tables.inbox, tables.applied_sequences, tables.unit_nodes):
            await session.execute(delete(lost))
        await session.commit()
    assert await toy.units_known() == []
    await boss.ok("POST", f"{EVENTS}/outbox:replay", json={"since": since, **WHY})
    await toy.settle()
    assert [unit["code"] for unit in await toy.units_known()] == ["A"]


async def test_after_a_restore_nothing_new_is_taken_for_old(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    """The sender comes back as it was after its first event; the listener has seen three."""
    for name in ("one", "two", "three"):
        async with toy.context.unit_of_work("announce") as uow:
            uow.publish(announcement("A", name=name))
        await toy.settle()
    sent = await toy.rows(tables.outbox)
    async with toy.context.database.writing() as session:
        await session.execute(delete(tables.outbox).where(tables.outbox.c.aggregate_seq > 1))
        await session.execute(update(tables.event_sequences).values(last_seq=1))
        await session.commit()
    ids = [str(row["message_id"]) for row in sent]
    unknown = await boss.ok("POST", f"{EVENTS}/outbox:unknown", json={"message_ids": ids})
    assert unknown["message_ids"] == ids[1:]

    async with toy.context.unit_of_work("announce") as uow:
        uow.publish(announcement("A", name="without an epoch"))
    await toy.settle()
    assert [unit["name"] for unit in await toy.units_known()] == ["three"]
    [told] = [row for row in await toy.heard() if row["state"] != "done"]
    assert told["last_error"].startswith("SequenceReused"), "not dropped in silence"

    epoch = await boss.ok("POST", f"{EVENTS}/outbox:begin-epoch", json=WHY)
    again = await boss.ok("POST", f"{EVENTS}/outbox:begin-epoch", json=WHY)
    assert again["starts_after"] > epoch["starts_after"] > 3
    for code in ("A", "NEW"):
        async with toy.context.unit_of_work("announce") as uow:
            uow.publish(announcement(code, name="after"))
    await toy.settle()
    assert [(u["code"], u["name"]) for u in await toy.units_known()] == [
        ("A", "after"),
        ("NEW", "after"),
    ]
    assert {row["state"] for row in await toy.heard()} <= {"done", "superseded"}
    assert all(
        again["starts_after"] < row["aggregate_seq"] < 2**53 for row in (await toy.heard())[-2:]
    )


async def test_what_waits_and_what_is_stuck_is_measured(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    async with toy.context.unit_of_work("announce") as uow:
        uow.publish(announcement("A"))
    await put(toy, clock, {}, {"state": "pending", "attempts": 0})
    clock.advance(seconds=30)
    measured = (await boss.get("/plans/metrics")).text
    for box in ("outbox", "inbox", "parked"):
        assert f'cchc_waiting_events{{box="{box}"}} 1.0' in measured
    assert 'cchc_waiting_seconds{box="outbox"} 30.0' in measured
    assert 'cchc_waiting_seconds{box="inbox"} 30.0' in measured
