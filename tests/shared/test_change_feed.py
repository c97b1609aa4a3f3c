"""Can a partner mirror a service with /changes, without ever missing a change?"""

import asyncio
from typing import Any

import pytest

from shared.contracts.plans import GrantData
from shared.jobs.housekeeping import number_changes
from tests.support.api import Api
from tests.support.toy_platform import ToyPlatform, hold_commits

NOTES, CHANGES = "/plans/v1/notes", "/plans/v1/changes"


async def follow(api: Api, since: str = "0", limit: int = 2) -> tuple[list[Any], str]:
    found: list[Any] = []
    while True:
        page = await api.ok("GET", CHANGES, params={"since": since, "limit": limit})
        found += page["items"]
        since = page["next_cursor"]
        if not page["items"]:
            return found, since


async def write(api: Api, title: str, unit_code: str = "T") -> str:
    return str((await api.ok("POST", NOTES, {"unit_code": unit_code, "title": title}))["id"])


async def test_every_change_has_its_place_and_the_cursor_goes_on_from_there(
    toy: ToyPlatform, boss: Api
) -> None:
    first = await write(boss, "a")
    await boss.patch(f"{NOTES}/{first}", {"title": "b"})
    assert await follow(boss) == ([], "0"), "no place before the sequencer gave one"
    await number_changes(toy.context)
    items, cursor = await follow(boss)
    assert [(i["position"], i["revision"], i["resource_id"]) for i in items] == [
        (1, 1, first),
        (2, 2, first),
    ]
    second = await write(boss, "c")
    await number_changes(toy.context)
    later, _ = await follow(boss, since=cursor)
    assert [i["resource_id"] for i in later] == [second]


async def test_a_change_that_commits_late_is_not_skipped(toy: ToyPlatform, boss: Api) -> None:
    """Its id is older than those a reader has already seen; its place comes after them."""
    gate = asyncio.Event()
    begun = hold_commits(toy.context.database, gate)
    late = asyncio.create_task(write(boss, "begun first"))
    await begun.wait()
    items, cursor = await follow(boss)
    assert items == []
    gate.set()
    late_id = await late
    await write(boss, "begun second")
    await number_changes(toy.context)
    items, _ = await follow(boss, since=cursor)
    assert len(items) == 2
    assert late_id in {item["resource_id"] for item in items}


@pytest.mark.parametrize("readers", [3])
async def test_readers_that_follow_while_many_write_miss_nothing(
    toy: ToyPlatform, boss: Api, readers: int
) -> None:
    written: set[str] = set()
    stop = asyncio.Event()

    async def writer(number: int) -> None:
        for n in range(4):
            written.add(await write(boss, f"{number}-{n}"))

    async def sequencer() -> None:
        while not stop.is_set():
            await number_changes(toy.context)
            await asyncio.sleep(0)

    async def reader() -> list[str]:
        seen: list[str] = []
        cursor = "0"
        while not stop.is_set():
            items, cursor = await follow(boss, cursor, limit=3)
            seen += [item["resource_id"] for item in items]
            await asyncio.sleep(0)
        items, cursor = await follow(boss, cursor)
        return seen + [item["resource_id"] for item in items]

    following = [asyncio.create_task(reader()) for _ in range(readers)]
    numbering = asyncio.create_task(sequencer())
    await asyncio.gather(*(writer(n) for n in range(4)))
    stop.set()
    await numbering
    while await number_changes(toy.context):
        pass
    for seen in await asyncio.gather(*following):
        assert set(seen) <= written
        missed = written - set(seen)
        rest, _ = await follow(boss)
        assert not missed - {i["resource_id"] for i in rest}
        assert len(seen) == len(set(seen)), "no change is told twice"


async def test_two_sequencers_give_no_place_twice(toy: ToyPlatform, boss: Api) -> None:
    for n in range(8):
        await write(boss, str(n))
    await asyncio.gather(*(number_changes(toy.context) for _ in range(4)))
    rows = await toy.rows(toy.context.tables.changes)
    assert sorted(row["position"] for row in rows) == list(range(1, 9))


async def test_a_caller_follows_only_what_is_within_reach(toy: ToyPlatform, boss: Api) -> None:
    await toy.units("/S/", "/S/C/")
    await write(boss, "of T")
    mine = [await write(boss, "of S", "S"), await write(boss, "below S", "C")]
    await number_changes(toy.context)
    grant = GrantData(unit_code="S", role="coordinator")
    async with Api(toy, await toy.caller(grant)) as api:
        items, cursor = await follow(api)
    assert [item["resource_id"] for item in items] == mine
    assert cursor == "3"


async def test_a_rolled_back_change_is_not_in_the_feed(toy: ToyPlatform, boss: Api) -> None:
    await boss.post("/plans/v1/notes:fail", {"how": "unexpected"})
    await number_changes(toy.context)
    assert await follow(boss) == ([], "0")


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 19, "", " 1", "1;2"])
async def test_a_cursor_that_is_no_position_is_refused(boss: Api, since: str) -> None:
    assert (await boss.get(CHANGES, params={"since": since})).status_code == 422


async def test_a_cursor_beyond_the_end_stays_where_it_is(boss: Api) -> None:
    answer = await boss.ok("GET", CHANGES, params={"since": "999999999999999999"})
    assert answer == {"items": [], "next_cursor": "999999999999999999"}
