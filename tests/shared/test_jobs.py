"""Is long work accepted at once (202), done once, and its end told to whoever asked?"""

from typing import Any

import pytest
from sqlalchemy import update

from shared.ids import new_id
from shared.jobs.queue import MAX_ATTEMPTS, requeue_interrupted, run_next
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import EVERYWHERE, ToyPlatform, fail_commits, toy_platform
from tests.support.toy_service import Note


async def start(api: Api, how: str) -> str:
    answer = await api.post("/plans/v1/work", {"how": how})
    assert answer.status_code == 202
    return str(answer.headers["location"])


async def work(toy: ToyPlatform) -> int:
    return await run_next(toy.context, toy.running.service.job_handlers)


async def set_job(toy: ToyPlatform, **values: Any) -> None:
    async with toy.context.database.writing() as session:
        await session.execute(update(toy.context.tables.jobs).values(**values))
        await session.commit()


async def test_a_job_is_queued_then_done_with_its_result(toy: ToyPlatform, boss: Api) -> None:
    job = await start(boss, "double")
    queued = await boss.get(job)
    assert (queued.json()["state"], queued.headers["etag"]) == ("queued", '"1"')
    assert await work(toy) == 1
    done = await boss.get(job)
    assert (done.json()["state"], done.json()["result"]["doubled"]) == ("succeeded", 42)
    assert done.json()["finished_at"]
    assert done.headers["etag"] != queued.headers["etag"]
    assert await toy.count(Note.__table__) == 1
    assert await work(toy) == 0


async def test_the_same_request_again_is_the_same_job(toy: ToyPlatform, boss: Api) -> None:
    headers = {"Idempotency-Key": "j"}
    first = await boss.post("/plans/v1/work", {"how": "double"}, headers=headers)
    again = await boss.post("/plans/v1/work", {"how": "double"}, headers=headers)
    assert (again.status_code, again.headers["location"]) == (202, first.headers["location"])
    assert await toy.count(toy.context.tables.jobs) == 1


async def test_a_refused_job_fails_at_once_with_its_problem_in_the_readers_language(
    toy: ToyPlatform, boss: Api
) -> None:
    job = await start(boss, "refuse")
    await work(toy)
    vietnamese = (await boss.ok("GET", job))["problem"]
    english = (await boss.ok("GET", job, headers={"Accept-Language": "en"}))["problem"]
    assert vietnamese["code"] == english["code"] == "plan_number_taken"
    assert vietnamese["status"] == 409
    assert "12/KH-SVHTT" in vietnamese["detail"]
    assert english["title"] == "Plan number taken"
    assert vietnamese["title"] != english["title"]
    assert await toy.count(Note.__table__) == 0
    assert await work(toy) == 0


async def test_a_job_that_breaks_is_tried_three_times_and_then_failed(
    toy: ToyPlatform, boss: Api
) -> None:
    job = await start(boss, "break")
    states = []
    for _ in range(MAX_ATTEMPTS):
        await work(toy)
        states.append((await boss.ok("GET", job))["state"])
    assert states == ["queued", "queued", "failed"]
    problem = (await boss.ok("GET", job))["problem"]
    assert (problem["code"], problem["status"]) == ("unexpected", 500)
    assert "never works" not in str(problem)
    assert await work(toy) == 0
    assert await toy.count(Note.__table__) == 0


async def test_a_job_whose_commit_fails_is_tried_again_and_done_once(
    toy: ToyPlatform, boss: Api
) -> None:
    job = await start(boss, "double")
    # the first commit claims the job, the second would have been its result
    fail_commits(toy.context.database, None, RuntimeError("disk full"))
    await work(toy)
    assert (await boss.ok("GET", job))["state"] == "queued"
    await work(toy)
    assert (await boss.ok("GET", job))["state"] == "succeeded"
    assert await toy.count(Note.__table__) == 1


async def test_jobs_are_done_in_the_order_they_were_asked_for(toy: ToyPlatform, boss: Api) -> None:
    jobs = [await start(boss, "double") for _ in range(3)]
    await work(toy)
    states = [(await boss.ok("GET", job))["state"] for job in jobs]
    assert states == ["succeeded", "queued", "queued"]


async def test_a_job_interrupted_by_a_stop_is_done_after_the_next_start(
    settings: Settings, clock: FrozenClock
) -> None:
    async with toy_platform(settings, clock) as first_life:
        caller = await first_life.caller(EVERYWHERE)
        async with Api(first_life, caller) as api:
            job = await start(api, "double")
        await set_job(first_life, state="running", attempts=1)
    async with toy_platform(settings, clock) as second_life, Api(second_life, caller) as api:
        await requeue_interrupted(second_life.context)
        await work(second_life)
        assert (await api.ok("GET", job))["state"] == "succeeded"


async def test_a_job_that_takes_the_process_with_it_is_not_tried_for_ever(
    toy: ToyPlatform, boss: Api
) -> None:
    job = await start(boss, "double")
    await set_job(toy, state="running", attempts=MAX_ATTEMPTS)
    await requeue_interrupted(toy.context)
    found = await boss.ok("GET", job)
    assert (found["state"], found["problem"]["code"]) == ("failed", "unexpected")
    assert await work(toy) == 0


async def test_a_job_nobody_can_do_fails_and_blocks_no_other(toy: ToyPlatform, boss: Api) -> None:
    unknown = await start(boss, "unheard of")
    known = await start(boss, "double")
    for _ in range(MAX_ATTEMPTS + 1):
        await work(toy)
    assert (await boss.ok("GET", unknown))["state"] == "failed"
    assert (await boss.ok("GET", known))["state"] == "succeeded"


async def test_a_job_is_seen_only_by_who_asked_for_it(toy: ToyPlatform, boss: Api) -> None:
    job = await start(boss, "double")
    async with Api(toy, await toy.caller(EVERYWHERE)) as other:
        assert (await other.get(job)).status_code == 404
    async with Api(toy, None) as nobody:
        assert (await nobody.get(job)).status_code == 401
    assert (await boss.get(f"/plans/v1/jobs/{new_id()}")).status_code == 404


async def test_a_command_that_is_rolled_back_starts_no_job(toy: ToyPlatform, boss: Api) -> None:
    fail_commits(toy.context.database, RuntimeError("disk full"))
    assert (await boss.post("/plans/v1/work", {"how": "double"})).status_code == 500
    assert await toy.count(toy.context.tables.jobs) == 0


@pytest.mark.parametrize("bad", ["x", "00000000-0000-0000-0000-000000000000", "%00"])
async def test_an_id_that_is_no_job_is_not_found(boss: Api, bad: str) -> None:
    assert (await boss.get(f"/plans/v1/jobs/{bad}")).status_code == 404
