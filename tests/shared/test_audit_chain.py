"""Does every change leave a row that nobody can alter unnoticed? (SPEC §7; §A.3 S3)"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from shared.contracts.plans import GrantData
from shared.ids import new_id
from shared.jobs.housekeeping import audit_hash, broken_links, chain_audit
from tests.support.api import Api
from tests.support.toy_platform import ToyPlatform
from tests.support.toy_service import tables

audit = tables.audit


async def chained(toy: ToyPlatform, api: Api, rows: int = 6) -> None:
    for n in range(rows):
        await api.ok("POST", "/plans/v1/notes", {"unit_code": "T", "title": f"n{n}"})
    await chain_audit(toy.context)


async def tamper(toy: ToyPlatform, *statements: Any) -> None:
    async with toy.context.database.writing() as session:
        for statement in statements:
            await session.execute(statement)
        await session.commit()


def at(position: int) -> Any:
    return audit.c.position == position


async def test_an_untouched_chain_holds_and_says_so(toy: ToyPlatform, boss: Api) -> None:
    await chained(toy, boss)
    assert await broken_links(toy.context) == []
    verdict = await boss.ok("GET", "/plans/v1/audit:verify")
    assert verdict == {"holds": True, "broken_positions": []}


async def test_the_chain_goes_on_from_where_it_was(toy: ToyPlatform, boss: Api) -> None:
    await chained(toy, boss, rows=2)
    before = await toy.count(audit)
    await chained(toy, boss, rows=2)
    positions = sorted(row["position"] for row in await toy.rows(audit))
    assert positions == list(range(1, before + 3))
    assert await broken_links(toy.context) == []


EDITS: dict[str, Any] = {
    "who": {"actor_id": "somebody else"},
    "what": {"action": "POST /harmless"},
    "why": {"reason": "it was agreed"},
    "for whom": {"on_behalf_of": "the director"},
    "how": {"via": "phone"},
    "outcome": {"outcome": "refused"},
    "what it touched": {"touched": []},
    "trace": {"trace_id": "0" * 32},
    "kind of actor": {"actor_kind": "system"},
    "the hash itself": {"hash": "0" * 64},
    "the hash before": {"prev_hash": "0" * 64},
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
async def test_an_edited_row_is_found(toy: ToyPlatform, boss: Api, change: Any) -> None:
    await chained(toy, boss)
    await tamper(toy, update(audit).where(at(3)).values(**change))
    assert 3 in await broken_links(toy.context)
    verdict = await boss.ok("GET", "/plans/v1/audit:verify")
    assert verdict["holds"] is False


async def test_a_moved_time_is_found(toy: ToyPlatform, boss: Api, clock: Any) -> None:
    await chained(toy, boss)
    clock.advance(days=-1)
    await tamper(toy, update(audit).where(at(3)).values(at=clock.now()))
    assert await broken_links(toy.context) == [3]


@pytest.mark.parametrize(("gone", "found_at"), [([1], 2), ([3], 4), ([3, 4], 5)])
async def test_removed_rows_are_found(
    toy: ToyPlatform, boss: Api, gone: list[int], found_at: int
) -> None:
    await chained(toy, boss)
    await tamper(toy, delete(audit).where(audit.c.position.in_(gone)))
    assert await broken_links(toy.context) == [found_at]


async def test_a_removed_row_is_found_even_when_the_rest_is_renumbered(
    toy: ToyPlatform, boss: Api
) -> None:
    await chained(toy, boss)
    last = max(row["position"] for row in await toy.rows(audit))
    moves = [update(audit).where(at(n)).values(position=n - 1) for n in range(4, last + 1)]
    await tamper(toy, delete(audit).where(at(3)), *moves)
    assert await broken_links(toy.context) == [3]


async def test_an_inserted_row_is_found(toy: ToyPlatform, boss: Api) -> None:
    await chained(toy, boss)
    last = max(row["position"] for row in await toy.rows(audit))
    made_room = [update(audit).where(at(n)).values(position=n + 1) for n in range(last, 2, -1)]

    def forged(connection: Connection) -> Any:
        return dict(connection.execute(select(audit).where(at(2))).mappings().one())

    async with toy.context.database.writer.begin() as connection:
        row = await connection.run_sync(forged)
    await tamper(toy, *made_room, insert(audit).values(row | {"id": new_id(), "position": 3}))
    assert 3 in await broken_links(toy.context)


async def test_a_row_rewritten_with_a_fitting_hash_is_found(toy: ToyPlatform, boss: Api) -> None:
    """Who knows how hashes are made mends the row, and the link to it, but not all that follow."""
    await chained(toy, boss)
    rows = {row["position"]: row for row in await toy.rows(audit)}
    forged = rows[3] | {"actor_id": "somebody else"}
    hashed = audit_hash(forged, rows[3]["prev_hash"])
    await tamper(
        toy,
        update(audit).where(at(3)).values(actor_id="somebody else", hash=hashed),
        update(audit).where(at(4)).values(prev_hash=hashed),
    )
    assert await broken_links(toy.context) == [4]


async def test_swapped_rows_are_found(toy: ToyPlatform, boss: Api) -> None:
    await chained(toy, boss)
    move: Callable[[int, int], Any] = lambda a, b: update(audit).where(at(a)).values(position=b)  # noqa: E731
    await tamper(toy, move(2, 999), move(3, 2), move(999, 3))
    assert {2, 3} <= set(await broken_links(toy.context))


async def test_a_refused_access_is_on_record_and_nothing_else_of_it(
    toy: ToyPlatform, boss: Api
) -> None:
    viewer = GrantData(unit_code="T", role="viewer")
    note = {"unit_code": "T", "title": "not mine to write"}
    async with Api(toy, await toy.caller(viewer)) as api:
        assert (await api.post("/plans/v1/notes", note)).status_code == 403
        me = (await api.ok("GET", "/plans/v1/me"))["id"]
    [row] = await boss.items("/plans/v1/audit", outcome="refused")
    assert (row["actor_id"], row["action"], row["touched"]) == (me, "plans.write", [])


async def test_a_refusal_in_the_middle_of_a_command_is_on_record_without_its_changes(
    toy: ToyPlatform, boss: Api
) -> None:
    """The command already holds the only writer; recording must not wait for it."""
    head = GrantData(unit_code="T", role="head")
    async with Api(toy, await toy.caller(head)) as api:
        refused = await api.post("/plans/v1/notes:fail", {"how": "forbidden"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden_everywhere")
    assert len(await boss.items("/plans/v1/audit", outcome="refused")) == 1
    assert await boss.items("/plans/v1/notes") == []


async def test_the_audit_list_is_for_those_with_the_right_everywhere(
    toy: ToyPlatform, boss: Api
) -> None:
    await chained(toy, boss, rows=3)
    rows = await boss.items("/plans/v1/audit", limit=2)
    assert len(rows) == len({row["id"] for row in rows}) >= 3
    for grant in (
        GrantData(unit_code="T", role="coordinator"),
        GrantData(unit_code=None, role="head"),
    ):
        async with Api(toy, await toy.caller(grant)) as api:
            assert (await api.get("/plans/v1/audit")).status_code == 403
            assert (await api.get("/plans/v1/audit:verify")).status_code == 403
