"""Can a command be sent again without being done again? (SPEC §7, draft-ietf-httpapi-idempotency-key)"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.plans import GrantData
from shared.jobs.housekeeping import KEEP_IDEMPOTENCY, forget_the_old
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import EVERYWHERE, ToyPlatform, hold_statements, toy_platform
from tests.support.toy_service import Note

NOTE = {"unit_code": "T", "title": "Báo cáo quý I"}
SYSTEM = GrantData(unit_code=None, scopes=("plans.*",))


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


async def test_the_same_command_gets_the_same_answer_again(toy: ToyPlatform, boss: Api) -> None:
    first = await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    again = await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("etag", "location", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await toy.count(Note.__table__) == 1
    assert await toy.count(toy.context.tables.outbox) == 1


async def test_an_answer_without_a_body_is_replayed_too(boss: Api) -> None:
    note = await boss.ok("POST", "/plans/v1/notes", NOTE)
    for replayed in (False, True):
        gone = await boss.http.request(
            "DELETE", f"/plans/v1/notes/{note['id']}", headers=key("d") | {"If-Match": "*"}
        )
        assert (gone.status_code, gone.content) == (204, b"")
        assert ("idempotency-replayed" in gone.headers) is replayed


async def test_a_quoted_key_is_the_same_key(toy: ToyPlatform, boss: Api) -> None:
    """The draft makes the value a structured string; many clients send it raw."""
    await boss.post("/plans/v1/notes", NOTE, headers=key('"k-1"'))
    again = await boss.post("/plans/v1/notes", NOTE, headers=key("k-1"))
    assert again.headers["idempotency-replayed"] == "true"
    assert await toy.count(Note.__table__) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/plans/v1/notes", NOTE | {"title": "Báo cáo quý II"}),
        ("/plans/v1/notes?x=1", NOTE),
    ],
)
async def test_another_request_with_a_used_key_is_refused(
    toy: ToyPlatform, boss: Api, path: str, body: Any
) -> None:
    await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    other = await boss.post(path, body, headers=key("k"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await toy.count(Note.__table__) == 1


async def test_the_same_key_on_another_object_is_refused(boss: Api) -> None:
    """The route is the same, the object is not."""
    notes = [(await boss.ok("POST", "/plans/v1/notes", NOTE | {"rank": n}))["id"] for n in range(2)]
    answers = [await boss.post(f"/plans/v1/notes/{n}:count", {}, headers=key("k")) for n in notes]
    assert [a.status_code for a in answers] == [200, 422]


async def test_a_refused_command_does_not_use_up_its_key(toy: ToyPlatform, boss: Api) -> None:
    refused = await boss.post("/plans/v1/notes", NOTE | {"unit_code": 5}, headers=key("k"))
    assert refused.status_code == 422
    assert (await boss.post("/plans/v1/notes", NOTE, headers=key("k"))).status_code == 201
    assert await toy.count(Note.__table__) == 1


async def test_the_key_of_somebody_else_is_not_mine(toy: ToyPlatform, boss: Api) -> None:
    await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    async with Api(toy, await toy.caller(EVERYWHERE)) as other:
        answer = await other.post("/plans/v1/notes", NOTE | {"rank": 7}, headers=key("k"))
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers
    assert await toy.count(Note.__table__) == 2


async def test_fifty_at_once_with_one_key_have_one_effect(toy: ToyPlatform, boss: Api) -> None:
    answers = await asyncio.gather(
        *(boss.post("/plans/v1/notes", NOTE, headers=key("k")) for _ in range(50))
    )
    fresh = [a for a in answers if a.status_code == 201 and "idempotency-replayed" not in a.headers]
    replayed = [a for a in answers if "idempotency-replayed" in a.headers]
    busy = [a for a in answers if a.status_code == 409]
    assert len(fresh) == 1
    assert len(replayed) + len(busy) == 49
    assert {a.content for a in replayed} <= {fresh[0].content}
    assert {a.json()["code"] for a in busy} <= {"idempotency_in_flight"}
    assert await toy.count(Note.__table__) == 1
    assert await toy.count(toy.context.tables.outbox) == 1


async def test_a_second_try_while_the_first_runs_is_told_to_wait(
    toy: ToyPlatform, boss: Api
) -> None:
    gate = asyncio.Event()
    begun = hold_statements(toy.context.database, "INSERT INTO notes", gate)
    first = asyncio.create_task(boss.post("/plans/v1/notes", NOTE, headers=key("k")))
    await begun.wait()
    second = await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    assert (second.status_code, second.headers["retry-after"]) == (409, "1")
    gate.set()
    assert (await first).status_code == 201
    assert not toy.context.in_flight


async def test_systems_must_send_a_key_with_each_post(toy: ToyPlatform) -> None:
    async with Api(toy, await toy.caller(SYSTEM, kind="system")) as system:
        bare = await system.http.post("/plans/v1/notes", json=NOTE)
        assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")
        created = await system.ok("POST", "/plans/v1/notes", NOTE)
        changed = await system.http.patch(
            f"/plans/v1/notes/{created['id']}", json={"rank": 2}, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200  # a change is repeatable by its If-Match
        calculated = await system.http.post("/plans/v1/numbers:double", json={"number": 4})
        assert calculated.json() == {"number": 8}  # nothing is created


async def test_people_may_do_without(toy: ToyPlatform, boss: Api) -> None:
    for _ in range(2):
        assert (await boss.http.post("/plans/v1/notes", json=NOTE)).status_code == 201
    assert await toy.count(Note.__table__) == 2
    assert await toy.count(toy.context.tables.idempotency) == 0


@pytest.mark.parametrize("bad", ["", " ", "a b", "x" * 256, "k\x7f", '"', "kh\u00f3a", "a\tb"])
async def test_a_malformed_key_is_refused(toy: ToyPlatform, boss: Api, bad: str) -> None:
    answer = await boss.http.post(
        "/plans/v1/notes", json=NOTE, headers={"Idempotency-Key": bad.encode("latin-1")}
    )
    assert (answer.status_code, answer.json()["code"]) in {
        (400, "idempotency_key_malformed"),
        (422, "invalid"),
    }
    assert await toy.count(Note.__table__) == 0


async def test_two_keys_at_once_are_refused(boss: Api) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await boss.http.post("/plans/v1/notes", json=NOTE, headers=headers)
    assert answer.json()["code"] == "idempotency_key_malformed"


@pytest.mark.parametrize("quoted", [False, True])
async def test_an_upload_with_a_fresh_boundary_is_the_same_upload(
    toy: ToyPlatform, boss: Api, quoted: bool
) -> None:
    async def send(boundary: str, content: bytes) -> Any:
        form = (
            b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n%s\r\n--%s--\r\n"
        ) % (boundary.encode(), content, boundary.encode())
        named = f'"{boundary}"' if quoted else boundary
        headers = key("up") | {"Content-Type": f"multipart/form-data; boundary={named}; x=y"}
        return await boss.http.post("/plans/v1/uploads", content=form, headers=headers)

    first = await send("----first", b"content")
    again = await send("----second", b"content")
    other = await send("----third", b"other content")
    assert first.status_code == 201, first.text
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422
    assert await toy.count(Note.__table__) == 1


async def test_a_secret_is_answered_once_and_never_stored(toy: ToyPlatform, boss: Api) -> None:
    first = await boss.post("/plans/v1/secrets", headers=key("s"))
    assert first.status_code == 201
    assert "x-answered-once" not in first.headers
    again = await boss.post("/plans/v1/secrets", headers=key("s"))
    assert (again.status_code, again.json()["code"]) == (409, "secret_shown_once")
    secret = first.json()["secret"].rpartition("_")[2].encode()
    assert await toy.count(Note.__table__) == 1
    await toy.running.stop()
    files = list(toy.context.settings.data_dir.iterdir())
    assert not [f.name for f in files if f.is_file() and secret in f.read_bytes()]


async def test_a_crash_between_commit_and_answer_changes_nothing_for_who_asks_again(
    settings: Settings, clock: FrozenClock
) -> None:
    """The process dies after the COMMIT; the client, who heard nothing, asks the next process."""
    async with toy_platform(settings, clock) as first_life:
        caller = await first_life.caller(EVERYWHERE)
        async with Api(first_life, caller) as api:
            lost = await api.post("/plans/v1/notes", NOTE, headers=key("k"))
    async with toy_platform(settings, clock) as second_life, Api(second_life, caller) as api:
        again = await api.post("/plans/v1/notes", NOTE, headers=key("k"))
        assert (again.status_code, again.content) == (201, lost.content)
        assert await second_life.count(Note.__table__) == 1


async def test_keys_are_kept_for_seven_days(
    toy: ToyPlatform, boss: Api, clock: FrozenClock
) -> None:
    await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    clock.advance(seconds=(KEEP_IDEMPOTENCY - timedelta(minutes=1)).total_seconds())
    await forget_the_old(toy.context)
    within = await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    assert "idempotency-replayed" in within.headers
    clock.advance(minutes=2)
    await forget_the_old(toy.context)
    after = await boss.post("/plans/v1/notes", NOTE, headers=key("k"))
    assert "idempotency-replayed" not in after.headers
    assert timedelta(days=7) == KEEP_IDEMPOTENCY
