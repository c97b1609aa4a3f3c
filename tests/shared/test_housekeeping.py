"""Is only that deleted which was promised to be kept no longer?"""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from shared.ids import new_id
from shared.jobs.housekeeping import KEEP_INBOX, KEEP_OUTBOX, forget_the_old
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import NoteIn, tables, write_note

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "age", "kept"),
    [
        ("published", KEEP_OUTBOX - DAY, True),
        ("published", KEEP_OUTBOX + DAY, False),
        ("no_subscribers", KEEP_OUTBOX + DAY, False),
        ("pending", KEEP_OUTBOX * 10, True),
    ],
)
async def test_an_event_is_kept_ninety_days_and_until_it_is_sent(
    toy: ToyPlatform, clock: FrozenClock, *, state: str, age: timedelta, kept: bool
) -> None:
    row = {
        "message_id": new_id(), "stream": "s", "type": "t", "aggregate_id": "a",
        "aggregate_seq": 1, "occurred_at": clock.now() - age, "body": "{}", "state": state,
    }  # fmt: skip
    async with toy.context.database.writing() as session:
        await session.execute(insert(tables.outbox), [row])
        await session.commit()
    await forget_the_old(toy.context)
    assert bool(await toy.count(tables.outbox)) is kept
    assert timedelta(days=90) == KEEP_OUTBOX


@pytest.mark.parametrize("state", ["done", "ignored", "superseded", "skipped", "pending", "parked"])
@pytest.mark.parametrize("old", [False, True])
async def test_a_received_event_is_kept_thirty_days_and_until_it_is_settled(
    toy: ToyPlatform, clock: FrozenClock, *, state: str, old: bool
) -> None:
    age = KEEP_INBOX + DAY if old else KEEP_INBOX - DAY
    row = {
        "consumer": "c", "message_id": "m", "body": b"", "state": state,
        "received_at": clock.now() - age,
    }  # fmt: skip
    async with toy.context.database.writing() as session:
        await session.execute(insert(tables.inbox), [row])
        await session.commit()
    await forget_the_old(toy.context)
    kept = not old or state in {"pending", "parked"}
    assert bool(await toy.count(tables.inbox)) is kept
    assert timedelta(days=30) == KEEP_INBOX


async def test_audit_rows_and_changes_are_never_deleted(
    toy: ToyPlatform, clock: FrozenClock
) -> None:
    await toy.units("/X/")
    async with toy.context.unit_of_work("write") as uow:
        await write_note(uow, NoteIn(unit_code="T", title="a"))
    before = [await toy.count(t) for t in (tables.audit, tables.changes, tables.event_sequences)]
    clock.advance(days=4000)
    await forget_the_old(toy.context)
    after = [await toy.count(t) for t in (tables.audit, tables.changes, tables.event_sequences)]
    assert after == before
    assert all(before)
