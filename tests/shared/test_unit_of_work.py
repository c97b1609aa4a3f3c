"""Does one unit of work raise each revision once and put on record exactly what it touched?"""

from typing import Any

from sqlalchemy import select

from shared.ids import new_id
from shared.unit_of_work import UnitOfWork
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import Note, NoteIn, announcement, tables, write_note


async def new_note(toy: ToyPlatform) -> Any:
    async with toy.context.unit_of_work("write") as uow:
        return (await write_note(uow, NoteIn(unit_code="T", title="a"))).id


async def load(uow: UnitOfWork, note_id: Any) -> Note:
    found = await uow.session.get(Note, note_id)
    assert found is not None
    return found


async def stored(toy: ToyPlatform) -> dict[str, Any]:
    [row] = await toy.rows(Note.__table__)
    return row


async def test_a_new_resource_begins_with_revision_one_and_two_times(
    toy: ToyPlatform, clock: FrozenClock
) -> None:
    await new_note(toy)
    row = await stored(toy)
    assert row["revision"] == 1
    assert row["created_at"] == row["updated_at"] == clock.now()


async def test_several_changes_in_one_unit_of_work_are_one_revision(
    toy: ToyPlatform, clock: FrozenClock
) -> None:
    note_id = await new_note(toy)
    clock.advance(hours=1)
    async with toy.context.unit_of_work("change") as uow:
        note = await load(uow, note_id)
        for title in ("b", "c", "d"):
            note.title = title
            await uow.save(note)
    row = await stored(toy)
    assert (row["revision"], row["title"]) == (2, "d")
    assert row["created_at"] < row["updated_at"] == clock.now()
    changes = await toy.rows(tables.changes)
    assert [c["revision"] for c in changes] == [1, 2]


async def test_a_resource_written_and_changed_at_once_is_revision_one(toy: ToyPlatform) -> None:
    async with toy.context.unit_of_work("write") as uow:
        note = await write_note(uow, NoteIn(unit_code="T", title="a"))
        note.title = "b"
    assert (await stored(toy))["revision"] == 1
    assert len(await toy.rows(tables.changes)) == 1


async def test_a_resource_that_was_only_read_keeps_its_revision(toy: ToyPlatform) -> None:
    note_id = await new_note(toy)
    async with toy.context.unit_of_work("look") as uow:
        note = await load(uow, note_id)
        note.title = str(note.title)
    assert (await stored(toy))["revision"] == 1
    assert len(await toy.rows(tables.changes)) == 1


async def test_what_is_changed_without_saving_is_still_stamped(toy: ToyPlatform) -> None:
    note_id = await new_note(toy)
    async with toy.context.unit_of_work("change") as uow:
        (await load(uow, note_id)).title = "b"
    assert (await stored(toy))["revision"] == 2


async def test_a_deleted_resource_is_on_record_and_in_the_feed(toy: ToyPlatform) -> None:
    """A partner that mirrors the service must hear that something is gone."""
    note_id = await new_note(toy)
    async with toy.context.unit_of_work("delete") as uow:
        await uow.session.delete(await load(uow, note_id))
    assert await toy.count(Note.__table__) == 0
    changes = await toy.rows(tables.changes)
    assert [(c["resource_id"], c["revision"]) for c in changes] == [(note_id, 1), (note_id, 2)]
    audit = [row for row in await toy.rows(tables.audit) if row["action"] == "delete"]
    assert audit[0]["touched"] == [{"resource": "notes", "id": str(note_id), "revision": 2}]


async def test_events_are_numbered_per_aggregate_in_the_order_they_were_announced(
    toy: ToyPlatform,
) -> None:
    for codes in (("A", "B"), ("B", "A", "A")):
        async with toy.context.unit_of_work("announce") as uow:
            for code in codes:
                uow.publish(announcement(code))
            assert uow.announced == len(codes)
    rows = await toy.rows(tables.outbox)
    assert [(r["aggregate_id"], r["aggregate_seq"]) for r in rows] == [
        ("plans.unit/A", 1), ("plans.unit/B", 1),
        ("plans.unit/B", 2), ("plans.unit/A", 2), ("plans.unit/A", 3),
    ]  # fmt: skip


async def test_a_service_that_changed_nothing_leaves_no_audit_row(toy: ToyPlatform) -> None:
    before = await toy.count(tables.audit)
    async with toy.context.unit_of_work("look") as uow:
        await uow.session.execute(select(Note))
    assert await toy.count(tables.audit) == before


async def test_the_change_feed_knows_the_unit_of_what_changed(toy: ToyPlatform) -> None:
    await new_note(toy)
    [change] = await toy.rows(tables.changes)
    assert (change["unit_code"], change["resource"]) == ("T", "notes")
    assert change["resource_id"] != new_id()
