"""Is too much, too slow and too long refused without work, and without harm to others?"""

import asyncio

import pytest

from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.raw_asgi import call
from tests.support.toy_platform import EVERYWHERE, ToyPlatform, toy_platform
from tests.support.toy_service import Note

NOTES = "/plans/v1/notes"
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"multipart/form-data; boundary=x")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"json_body_limit": 1000, "upload_limit": 5000, "body_seconds": 0.2}
    )


@pytest.mark.parametrize(("kind", "limit"), [(JSON, 1000), (FORM, 5000)])
async def test_a_body_announced_as_too_large_is_refused_unread(
    toy: ToyPlatform, kind: tuple[bytes, bytes], limit: int
) -> None:
    announced = (b"content-length", str(limit + 1).encode())
    answer = await call(toy.app, "POST", NOTES, headers=[kind, announced], ends="never")
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    assert str(limit) in answer.json["detail"]


@pytest.mark.parametrize("size", ["9" * 18, "9" * 5000])
async def test_an_absurd_length_is_too_large(toy: ToyPlatform, size: str) -> None:
    answer = await call(toy.app, "POST", NOTES, headers=[(b"content-length", size.encode())])
    assert answer.status == 413


@pytest.mark.parametrize("size", [b"-1", b"x", b"1.5", b"\xb2", b"0x10", b" ", b"1, 1"])
async def test_a_length_that_is_no_number_is_malformed(toy: ToyPlatform, size: bytes) -> None:
    answer = await call(toy.app, "POST", NOTES, headers=[(b"content-length", size)])
    assert (answer.status, answer.json["code"]) == (400, "malformed_body")


@pytest.mark.parametrize(("kind", "limit"), [(JSON, 1000), (FORM, 5000)])
async def test_a_body_that_grows_too_large_is_cut_off(
    toy: ToyPlatform, kind: tuple[bytes, bytes], limit: int
) -> None:
    chunks = [b"x" * 500] * (limit // 500) + [b"x"]
    answer = await call(toy.app, "POST", NOTES, headers=[kind], chunks=chunks, ends="never")
    assert answer.status == 413


async def test_a_lie_about_the_length_does_not_help(toy: ToyPlatform) -> None:
    chunks = [b"x" * 500] * 3
    headers = [JSON, (b"content-length", b"10")]
    assert (await call(toy.app, "POST", NOTES, headers=headers, chunks=chunks)).status == 413


async def test_a_body_of_exactly_the_limit_is_read(boss: Api) -> None:
    body = b'{"unit_code":"T","title":"a"}'.ljust(1000)
    headers = {"Content-Type": "application/json"}
    assert (await boss.http.post(NOTES, content=body, headers=headers)).status_code == 201
    over = await boss.http.post(NOTES, content=body + b" ", headers=headers)
    assert over.status_code == 413


@pytest.mark.parametrize("sent", [[b""], [b'{"title":'], [b"a"] * 5])
async def test_a_body_that_stalls_is_a_timeout(toy: ToyPlatform, sent: list[bytes]) -> None:
    answer = await call(toy.app, "POST", NOTES, headers=[JSON], chunks=sent, ends="never")
    assert (answer.status, answer.json["code"]) == (408, "body_too_slow")
    assert answer.headers["connection"] == "close"


async def test_a_slow_body_is_a_408_even_when_both_times_are_the_same(
    settings: Settings, clock: FrozenClock
) -> None:
    same = settings.model_copy(update={"request_seconds": 0.2})
    async with toy_platform(same, clock) as toy:
        answer = await call(toy.app, "POST", NOTES, headers=[JSON], ends="never")
        assert answer.status == 408


async def test_a_client_that_hangs_up_in_the_middle_of_its_body_changes_nothing(
    toy: ToyPlatform, boss: Api
) -> None:
    """What arrived is a whole document by accident; it was still not all that was to come."""
    key = boss.http.headers["x-api-key"].encode()
    whole = b'{"unit_code":"T","title":"half of it"}'
    headers = [JSON, (b"x-api-key", key)]
    answer = await call(toy.app, "POST", NOTES, headers=headers, chunks=[whole], ends="gone")
    assert not answer.started
    assert await toy.count(Note.__table__) == 0


async def test_slow_clients_do_not_slow_the_others(toy: ToyPlatform, boss: Api) -> None:
    slow = [
        asyncio.create_task(call(toy.app, "POST", NOTES, headers=[JSON], ends="never"))
        for _ in range(50)
    ]
    await asyncio.sleep(0)
    quick = await boss.post(NOTES, {"unit_code": "T", "title": "quick"})
    assert quick.status_code == 201
    assert {answer.status for answer in await asyncio.gather(*slow)} == {408}


async def test_an_answer_that_never_comes_is_a_503_to_try_again(
    settings: Settings, clock: FrozenClock
) -> None:
    impatient = settings.model_copy(update={"request_seconds": 0.1})
    async with toy_platform(impatient, clock) as toy, Api(toy, await toy.caller(EVERYWHERE)) as api:
        answer = await api.post("/plans/v1/notes:fail", {"how": "hang"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["code"] == "too_slow"
