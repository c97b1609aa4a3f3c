"""Does nobody overwrite what somebody else changed meanwhile? (RFC 9110 §13, RFC 6585 §3)"""

import asyncio
from collections import Counter

import pytest

from tests.support.api import Api

NOTE = {"unit_code": "T", "title": "Kế hoạch năm 2026"}


async def change(api: Api, note: str, tag: str | None, title: str = "khác") -> tuple[int, str]:
    headers = {} if tag is None else {"If-Match": tag}
    answer = await api.http.patch(f"/plans/v1/notes/{note}", json={"title": title}, headers=headers)
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def note(boss: Api) -> str:
    created = await boss.ok("POST", "/plans/v1/notes", NOTE)
    return str(created["id"])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, (428, "if_match_missing")),
        ('"1"', (200, "")),
        (' "1" ', (200, "")),
        ("*", (200, "")),
        ('"2"', (412, "stale")),
        ('"01"', (200, "")),
        ('W/"1"', (412, "stale")),
        ("1", (400, "if_match_malformed")),
        ("", (400, "if_match_malformed")),
        ('"1", "2"', (400, "if_match_malformed")),
        ('"abc"', (400, "if_match_malformed")),
        ('"9999999999999999999"', (400, "if_match_malformed")),
        ('"-1"', (400, "if_match_malformed")),
        ("x" * 300, (422, "invalid")),
    ],
)
async def test_what_each_if_match_means(
    boss: Api, note: str, tag: str | None, expected: tuple[int, str]
) -> None:
    assert await change(boss, note, tag) == expected


async def test_the_tag_is_the_revision_and_grows_with_each_change(boss: Api, note: str) -> None:
    for revision in (1, 2, 3):
        seen = await boss.get(f"/plans/v1/notes/{note}")
        assert seen.headers["etag"] == f'"{revision}"'
        assert seen.json()["revision"] == revision
        await change(boss, note, seen.headers["etag"], title=f"lần {revision}")


async def test_a_change_that_changes_nothing_keeps_the_tag(boss: Api, note: str) -> None:
    assert (await change(boss, note, '"1"', title=NOTE["title"]))[0] == 200
    assert (await boss.get(f"/plans/v1/notes/{note}")).headers["etag"] == '"1"'


async def test_a_stale_change_is_told_the_current_tag(boss: Api, note: str) -> None:
    await change(boss, note, '"1"')
    stale = await boss.patch(f"/plans/v1/notes/{note}", {}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')


async def test_of_twenty_changes_with_the_same_tag_one_succeeds(boss: Api, note: str) -> None:
    answers = await asyncio.gather(*(change(boss, note, '"1"', f"bản {n}") for n in range(20)))
    assert Counter(answers) == {(200, ""): 1, (412, "stale"): 19}
    assert (await boss.ok("GET", f"/plans/v1/notes/{note}"))["revision"] == 2


async def test_who_has_the_newest_need_not_fetch_it_again(boss: Api, note: str) -> None:
    seen = await boss.get(f"/plans/v1/notes/{note}")
    known = {"If-None-Match": seen.headers["etag"]}
    unchanged = await boss.get(f"/plans/v1/notes/{note}", headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await change(boss, note, '"1"')
    assert (await boss.get(f"/plans/v1/notes/{note}", headers=known)).status_code == 200
