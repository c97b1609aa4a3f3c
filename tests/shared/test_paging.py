"""Is a list read page by page complete, without repetition, whatever happens meanwhile?"""

import base64
import json
import random
from itertools import chain
from typing import Any

import pytest

from shared.contracts.plans import GrantData
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import EVERYWHERE, ToyPlatform

LIST = "/plans/v1/notes"


async def write(api: Api, *titles: str, **fields: Any) -> list[str]:
    return [
        (await api.ok("POST", LIST, {"unit_code": "T", "title": title} | fields))["id"]
        for title in titles
    ]


async def remove(api: Api, note: str) -> None:
    gone = await api.http.delete(f"{LIST}/{note}", headers={"If-Match": "*"})
    assert gone.status_code == 204


async def pages(api: Api, **query: Any) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = await api.ok("GET", LIST, params=query | ({"cursor": cursor} if cursor else {}))
        found.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["title", "-title", "rank", "-rank", "at", "-at"])
async def test_every_row_is_on_exactly_one_page(boss: Api, sort: str) -> None:
    """Titles and ranks repeat and all times are the same, so the id has to break ties."""
    written = await write(boss, *["Á", "A", "a", "Ă", "đ", "D", "A"])
    [whole] = await pages(boss, sort=sort, limit=200)
    assert sorted(whole) == sorted(written)
    for limit in (1, 3, 7):
        found = await pages(boss, sort=sort, limit=limit)
        assert all(len(page) <= limit for page in found)
        assert [*chain(*found)] == whole


@pytest.mark.parametrize("seed", range(3))
async def test_rows_that_stay_are_seen_exactly_once_while_others_come_and_go(
    boss: Api, clock: FrozenClock, seed: int
) -> None:
    choice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    title = lambda: choice.choice("abcdefgh") * choice.randint(1, 2)  # noqa: E731
    staying = await write(boss, *[title() for _ in range(12)])
    passing = await write(boss, *[title() for _ in range(6)])
    sort = choice.choice(["title", "-title", "at", "-at"])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"sort": sort, "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = await boss.ok("GET", LIST, params=query)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        clock.advance(seconds=1)
        if passing and choice.random() < 0.7:
            await remove(boss, passing.pop(choice.randrange(len(passing))))
        if choice.random() < 0.7:
            passing += await write(boss, title())
        if len(seen) > 100:
            break
    assert len(seen) == len(set(seen))
    assert set(staying) <= set(seen)


async def test_the_row_a_cursor_stands_on_may_vanish(boss: Api) -> None:
    written = await write(boss, "a", "b", "c")
    first = await boss.ok("GET", LIST, params={"limit": 1})
    await remove(boss, written[0])
    rest = await boss.ok("GET", LIST, params={"limit": 5, "cursor": first["next_cursor"]})
    assert [item["id"] for item in rest["items"]] == written[1:]


async def test_the_page_size_may_change_on_the_way(boss: Api) -> None:
    written = await write(boss, "a", "b", "c", "d")
    first = await boss.ok("GET", LIST, params={"limit": 1})
    rest = await boss.ok("GET", LIST, params={"limit": 200, "cursor": first["next_cursor"]})
    assert [i["id"] for i in first["items"] + rest["items"]] == written


def reseal(cursor: str, change: Any) -> str:
    raw = base64.urlsafe_b64decode(cursor + "==")
    payload = change(json.loads(raw[12:]))
    return base64.urlsafe_b64encode(raw[:12] + json.dumps(payload).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "bend",
    [
        lambda c: "x" + c,
        lambda c: c[:-1],
        lambda c: c[:10],
        lambda c: c[::-1],
        lambda _: "",
        lambda _: "rubbish",
        lambda _: "ế",
        lambda _: "=",
        lambda _: "e30",
        lambda _: base64.urlsafe_b64encode(b"\x00" * 40).decode(),
        lambda c: reseal(c, lambda p: ["zzz", *p[1:]]),
        lambda c: reseal(c, lambda _: {"a": 1}),
        lambda _: "A" * 1000,
    ],
)
async def test_a_bent_cursor_is_refused(boss: Api, bend: Any) -> None:
    await write(boss, "a", "b")
    cursor = (await boss.ok("GET", LIST, params={"limit": 1}))["next_cursor"]
    bent = bend(cursor)
    answer = await boss.get(LIST, params={"limit": 1, "cursor": bent})
    if not bent:
        assert answer.status_code == 200  # an empty cursor is the first page
        return
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"message": ""} == {
        "pointer": "?cursor",
        "code": "bad_cursor",
        "message": "",
    }


@pytest.mark.parametrize("other", [{"sort": "rank"}, {"sort": "-title"}, {"q": "a"}])
async def test_a_cursor_belongs_to_its_sort_and_filters(boss: Api, other: Any) -> None:
    await write(boss, "a", "ab")
    cursor = (await boss.ok("GET", LIST, params={"limit": 1}))["next_cursor"]
    answer = await boss.get(LIST, params=other | {"limit": 1, "cursor": cursor})
    assert answer.json()["errors"][0]["code"] == "bad_cursor"


async def test_a_cursor_of_another_list_or_caller_is_refused(toy: ToyPlatform, boss: Api) -> None:
    await write(boss, "a", "b")
    cursor = (await boss.ok("GET", LIST, params={"limit": 1}))["next_cursor"]
    elsewhere = await boss.get("/plans/v1/audit", params={"cursor": cursor})
    async with Api(toy, await toy.caller(EVERYWHERE)) as other:
        somebody_else = await other.get(LIST, params={"limit": 1, "cursor": cursor})
    for answer in (elsewhere, somebody_else):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize(
    "sort", ["secret", "search", "--title", "title,rank", "title desc", "Title"]
)
async def test_a_sort_nobody_offers_is_refused_with_those_that_are(boss: Api, sort: str) -> None:
    answer = await boss.get(LIST, params={"sort": sort})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "?sort", "unknown_sort")
    assert "at, rank, title" in error["message"]


@pytest.mark.parametrize("limit", ["0", "-1", "201", "9223372036854775808", "x", "1.5", "１０", ""])
async def test_a_limit_outside_1_to_200_is_refused(boss: Api, limit: str) -> None:
    answer = await boss.get(LIST, params={"limit": limit})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?limit")


async def test_pages_hold_only_what_the_caller_reaches(toy: ToyPlatform, boss: Api) -> None:
    await toy.units("/S/")
    await write(boss, "a", "c", "e")
    await write(boss, "b", "d", unit_code="S")
    only_s = GrantData(unit_code="S", role="viewer")
    async with Api(toy, await toy.caller(only_s)) as viewer:
        titles = [item["title"] for item in await viewer.items(LIST, limit=1)]
    assert titles == ["b", "d"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ke hoach", 1), ("KẾ HOẠCH", 1), ("Kế hoạch", 1), ("kế hoạch", 1), ("  ke   hoach ", 1),
        ("đôn đốc", 1), ("don doc", 1), ("ĐÔN", 1), ("%", 2), ("_", 2), ("100%", 0), ("", 2),
        ("o", 2), ("hoach ke", 0), ("\\", 2), ("'; DROP TABLE notes", 0), ("\x00ke", 1),
    ],
)  # fmt: skip
async def test_search_ignores_accents_and_case(boss: Api, words: str, found: int) -> None:
    await write(boss, "Kế hoạch cải cách", "Đôn đốc, nhắc việc")
    assert len((await boss.ok("GET", LIST, params={"q": words}))["items"]) == found
