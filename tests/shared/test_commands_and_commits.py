"""Is a command either done and on record, or not done at all, and never reported before it is true?"""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import (
    EVERYWHERE,
    ToyPlatform,
    fail_commits,
    hold_commits,
    hold_statements,
    toy_platform,
)
from tests.support.toy_service import Note

NOTE = {"unit_code": "T", "title": "Kế hoạch cải cách hành chính"}
NOWHERE = "01980000-0000-7000-8000-000000000000"


async def assert_nothing_happened(toy: ToyPlatform) -> None:
    t = toy.context.tables
    for table in (Note.__table__, t.outbox, t.idempotency, t.changes, t.event_sequences):
        assert await toy.count(table) == 0, table.name
    assert [r for r in await toy.rows(t.audit) if r["actor_kind"] == "person"] == []


async def test_a_command_leaves_its_row_event_change_audit_row_and_answer_together(
    toy: ToyPlatform, boss: Api
) -> None:
    answer = await boss.post("/plans/v1/notes", NOTE | {"on_behalf_of": "Phòng A", "via": "phone"})
    assert answer.status_code == 201
    t = toy.context.tables
    [event] = await toy.rows(t.outbox)
    [change] = await toy.rows(t.changes)
    [kept] = await toy.rows(t.idempotency)
    [audit] = [r for r in await toy.rows(t.audit) if r["actor_kind"] == "person"]
    assert event["type"] == "vn.cchc.plans.unit.changed.v1"
    assert (str(change["resource_id"]), change["revision"]) == (answer.json()["id"], 1)
    assert (kept["status"], kept["body"]) == (201, answer.content)
    assert (audit["on_behalf_of"], audit["via"], audit["outcome"]) == ("Phòng A", "phone", "done")
    assert audit["trace_id"] == answer.headers["x-request-id"]
    assert audit["touched"] == [{"resource": "notes", "id": answer.json()["id"], "revision": 1}]


async def test_a_commit_the_database_refuses_is_a_fault_and_leaves_nothing(
    toy: ToyPlatform, boss: Api
) -> None:
    """The constraint is deferred: every statement succeeds, only the COMMIT fails."""
    answer = await boss.post("/plans/v1/notes", NOTE | {"parent_id": NOWHERE})
    assert answer.status_code == 500
    assert answer.json()["code"] == "unexpected"
    await assert_nothing_happened(toy)


async def test_a_commit_that_breaks_is_unavailable_and_can_be_sent_again_with_its_key(
    toy: ToyPlatform, boss: Api
) -> None:
    fail_commits(toy.context.database, OperationalError("COMMIT", {}, Exception("disk I/O error")))
    key = {"Idempotency-Key": "once-more"}
    broken = await boss.post("/plans/v1/notes", NOTE, headers=key)
    assert (broken.status_code, broken.json()["code"]) == (503, "database_unavailable")
    assert broken.headers["retry-after"]
    await assert_nothing_happened(toy)
    again = await boss.post("/plans/v1/notes", NOTE, headers=key)
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers
    assert await toy.count(Note.__table__) == 1


@pytest.mark.parametrize("error", [RuntimeError("driver bug"), DBAPIError("COMMIT", {}, OSError())])
async def test_no_kind_of_failed_commit_is_a_success(
    toy: ToyPlatform, boss: Api, error: Exception
) -> None:
    fail_commits(toy.context.database, error)
    answer = await boss.post("/plans/v1/notes", NOTE)
    assert answer.status_code >= 500
    await assert_nothing_happened(toy)


@pytest.mark.parametrize(
    ("how", "status"), [("unexpected", 500), ("conflict", 409), ("answer", 500)]
)
async def test_a_use_case_that_fails_after_announcing_leaves_nothing(
    toy: ToyPlatform, boss: Api, how: str, status: int
) -> None:
    answer = await boss.post("/plans/v1/notes:fail", {"how": how})
    assert answer.status_code == status
    await assert_nothing_happened(toy)


@pytest.mark.parametrize("kind", ["refused commit", "broken commit", "fault", "conflict"])
async def test_the_very_next_command_works_after_a_failure(
    toy: ToyPlatform, boss: Api, kind: str
) -> None:
    if kind == "broken commit":
        fail_commits(toy.context.database, RuntimeError("driver bug"))
        failed = await boss.post("/plans/v1/notes", NOTE)
    elif kind == "refused commit":
        failed = await boss.post("/plans/v1/notes", NOTE | {"parent_id": NOWHERE})
    else:
        failed = await boss.post("/plans/v1/notes:fail", {"how": kind})
    assert failed.is_error
    assert (await boss.post("/plans/v1/notes", NOTE)).status_code == 201
    assert await toy.count(Note.__table__) == 1


async def test_a_request_that_hangs_is_ended_rolled_back_and_frees_the_writer(
    settings: Settings, clock: FrozenClock
) -> None:
    impatient = settings.model_copy(update={"request_seconds": 0.2})
    async with toy_platform(impatient, clock) as toy, Api(toy, await toy.caller(EVERYWHERE)) as api:
        hanging = await api.post("/plans/v1/notes:fail", {"how": "hang"})
        assert (hanging.status_code, hanging.json()["code"]) == (503, "too_slow")
        await assert_nothing_happened(toy)
        assert (await api.post("/plans/v1/notes", NOTE)).status_code == 201


async def test_a_request_cut_off_within_a_statement_does_not_poison_the_next(
    settings: Settings, clock: FrozenClock
) -> None:
    impatient = settings.model_copy(update={"request_seconds": 0.2})
    async with toy_platform(impatient, clock) as toy, Api(toy, await toy.caller(EVERYWHERE)) as api:
        gate = asyncio.Event()
        hold_statements(toy.context.database, "INSERT INTO notes", gate)
        assert (await api.post("/plans/v1/notes", NOTE)).json()["code"] == "too_slow"
        gate.set()
        await assert_nothing_happened(toy)
        assert (await api.post("/plans/v1/notes", NOTE)).status_code == 201


async def test_a_commit_that_has_begun_is_never_reported_as_too_slow(
    settings: Settings, clock: FrozenClock
) -> None:
    """Time runs out while the database commits: the answer waits for the truth."""
    limited = settings.model_copy(update={"request_seconds": 1})
    async with toy_platform(limited, clock) as toy, Api(toy, await toy.caller(EVERYWHERE)) as api:
        gate = asyncio.Event()
        begun = hold_commits(toy.context.database, gate)
        asked = asyncio.create_task(api.post("/plans/v1/notes", NOTE))
        await begun.wait()
        await asyncio.wait({asked}, timeout=1.2)
        assert not asked.done()
        gate.set()
        assert (await asked).status_code == 201
        assert await toy.count(Note.__table__) == 1


async def test_thirty_concurrent_counts_are_thirty(toy: ToyPlatform, boss: Api) -> None:
    note = (await boss.ok("POST", "/plans/v1/notes", NOTE))["id"]
    answers = await asyncio.gather(
        *(boss.post(f"/plans/v1/notes/{note}:count", {}) for _ in range(30))
    )
    assert {a.status_code for a in answers} == {200}
    seen = await boss.ok("GET", f"/plans/v1/notes/{note}")
    assert (seen["rank"], seen["revision"]) == (30, 31)
