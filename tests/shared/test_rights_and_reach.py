"""Who may do what, where? The one function, and what queries make of its answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlmodel import col

from shared.access import Access
from shared.contracts.plans import GrantData
from shared.errors import Forbidden, NotFound
from shared.ids import new_id
from shared.rights import ACTIONS, ROLE_ACTIONS, Grant, Principal, Reach, Role, reach, valid_scopes
from shared.web.auth import KNOWN_SECONDS
from tests.support.api import Api
from tests.support.eventually import eventually
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import EVERYWHERE, ToyPlatform
from tests.support.toy_service import Note, NoteIn, tables, write_note


def principal(*grants: Grant) -> Principal:
    return Principal(id=new_id(), kind="person", name="", unit_code=None, grants=grants)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_role_reaches_exactly_its_actions(role: Role, action: str) -> None:
    found = reach(principal(Grant("A", role=role)), action)
    assert found == (Reach(roots=frozenset({"A"})) if action in ROLE_ACTIONS[role] else Reach())
    assert bool(found) is (action in ROLE_ACTIONS[role])


def test_the_roles_are_the_ones_the_specification_names() -> None:
    names = {"admin", "coordinator", "head", "officer", "appraiser", "viewer"}
    assert {role.value for role in Role} == names == {role.value for role in ROLE_ACTIONS}
    assert ROLE_ACTIONS[Role.ADMIN] == ACTIONS


def test_only_administrators_manage_keys_and_only_people_above_officers_verify() -> None:
    may = lambda action: {role for role, actions in ROLE_ACTIONS.items() if action in actions}  # noqa: E731
    assert may("keys.manage") == {Role.ADMIN}
    assert may("tasks.verify") == {Role.ADMIN, Role.COORDINATOR, Role.HEAD}
    assert may("audit.read") == {Role.ADMIN, Role.COORDINATOR}
    assert not any(a.endswith((".write", ".issue")) for a in ROLE_ACTIONS[Role.VIEWER])


def test_several_grants_reach_several_places() -> None:
    both = principal(Grant("A", role=Role.HEAD), Grant("B", role=Role.VIEWER))
    assert reach(both, "plans.read").roots == {"A", "B"}
    assert reach(both, "plans.write").roots == {"A"}
    assert not reach(both, "keys.manage")


def test_a_grant_without_a_unit_reaches_everywhere() -> None:
    found = reach(
        principal(Grant(None, role=Role.VIEWER), Grant("A", role=Role.HEAD)), "plans.read"
    )
    assert found.everywhere
    assert found.roots == frozenset()


@pytest.mark.parametrize(
    ("scope", "action", "allowed"),
    [
        ("plans.read", "plans.read", True), ("plans.*", "plans.issue", True),
        ("plans.*", "tasks.read", False), ("plans.read", "plans.write", False),
        ("*", "plans.read", False), ("plans", "plans.read", False), ("plans.re*", "plans.read", False),
        ("", "plans.read", False), ("PLANS.READ", "plans.read", False),
    ],
)  # fmt: skip
def test_a_scope_is_an_action_or_a_whole_area(scope: str, action: str, *, allowed: bool) -> None:
    found = reach(principal(Grant("A", scopes=frozenset({scope}))), action)
    assert bool(found) is allowed


def test_only_scopes_that_mean_something_are_valid() -> None:
    assert {"plans.read", "plans.*", "tasks.*"} <= valid_scopes()
    assert not {"*", "plans", "", "plans.nothing"} & valid_scopes()


def test_an_action_nobody_defined_is_an_error_and_not_a_silent_refusal() -> None:
    with pytest.raises(ValueError, match="unknown action"):
        reach(principal(Grant(None, role=Role.ADMIN)), "plans.raed")


grants = st.builds(
    Grant,
    unit_code=st.sampled_from(["A", "B", None]),
    role=st.none() | st.sampled_from(Role),
    scopes=st.frozensets(st.sampled_from(sorted(valid_scopes())), max_size=3),
)


@given(st.lists(grants, max_size=4), grants, st.sampled_from(sorted(ACTIONS)))
def test_one_more_grant_never_takes_a_right_away(
    had: list[Grant], more: Grant, action: str
) -> None:
    before, after = reach(principal(*had), action), reach(principal(*had, more), action)
    assert after.everywhere or (not before.everywhere and before.roots <= after.roots)


TREE = ("/A/", "/A/T/", "/A/T/C/", "/A/S/", "/A/TX/", "/B/", "/B/T_/", "/B/%/")


@pytest.fixture
async def tree(toy: ToyPlatform) -> ToyPlatform:
    await toy.units(*TREE)
    async with toy.context.unit_of_work("write") as uow:
        for path in TREE:
            code = path.strip("/").split("/")[-1]
            await write_note(uow, NoteIn(unit_code=code, title=code))
        await write_note(uow, NoteIn(unit_code="unknown", title="unknown"))
    return toy


@pytest.mark.parametrize(
    ("roots", "seen"),
    [
        ({"T"}, {"T", "C"}),
        ({"A"}, {"A", "T", "C", "S", "TX"}),
        ({"C"}, {"C"}),
        ({"S", "C"}, {"S", "C"}),
        ({"T_"}, {"T_"}),
        ({"%"}, {"%"}),
        ({"B"}, {"B", "T_", "%"}),
        ({"nobody"}, set()),
        (set(), set()),
    ],
)
async def test_a_reach_is_the_units_and_all_below_and_no_name_alike(
    tree: ToyPlatform, roots: set[str], seen: set[str]
) -> None:
    """Unit TX is not below T, and the wildcards of LIKE are letters like any other."""
    access = Access(principal(), Reach(roots=frozenset(roots)), tables)
    async with tree.context.database.reading() as session:
        statement = access.scope(select(col(Note.title)), col(Note.unit_code))
        assert set(await session.scalars(statement)) == seen
        for path in TREE:
            code = path.strip("/").split("/")[-1]
            if code in seen:
                await access.require_unit(session, code)
            else:
                with pytest.raises(NotFound):
                    await access.require_unit(session, code)


async def test_everywhere_is_everything_even_units_nobody_knows(tree: ToyPlatform) -> None:
    access = Access(principal(), Reach(everywhere=True), tables)
    async with tree.context.database.reading() as session:
        statement = access.scope(select(col(Note.title)), col(Note.unit_code))
        assert len((await session.scalars(statement)).all()) == len(TREE) + 1
        await access.require_unit(session, "unknown")
    access.require_everywhere()


async def test_a_right_at_a_unit_is_not_one_everywhere(tree: ToyPlatform) -> None:
    access = Access(principal(), Reach(roots=frozenset({"A", "B"})), tables)
    with pytest.raises(Forbidden):
        access.require_everywhere()
    async with tree.context.database.reading() as session:
        for nothing in (None, "", "unknown"):
            with pytest.raises(NotFound):
                await access.require_unit(session, nothing)


HEAD = GrantData(unit_code="T", role="head")


async def test_another_units_object_does_not_exist(tree: ToyPlatform) -> None:
    """The answer is the same, byte for byte but the trace, as for an id that was never given."""
    notes = {row["title"]: row["id"] for row in await tree.rows(Note.__table__)}
    async with Api(tree, await tree.caller(HEAD)) as api:
        assert (await api.get(f"/plans/v1/notes/{notes['C']}")).status_code == 200
        answers = [(await api.get(f"/plans/v1/notes/{note}")) for note in (notes["S"], new_id())]
        changed = await api.patch(f"/plans/v1/notes/{notes['S']}", {"title": "x"})
    assert {a.status_code for a in (*answers, changed)} == {404}
    bodies = [a.json() | {"trace_id": ""} for a in answers]
    assert bodies[0] == bodies[1]


async def key_works(toy: ToyPlatform, key: str) -> int:
    async with Api(toy, key) as api:
        return (await api.get("/plans/v1/me")).status_code


async def test_a_key_works_until_it_expires(toy: ToyPlatform, clock: FrozenClock) -> None:
    key = await toy.caller(HEAD, expires_at=clock.now() + timedelta(hours=1))
    assert await key_works(toy, key) == 200
    clock.advance(minutes=59, seconds=59)
    assert await key_works(toy, key) == 200
    clock.advance(seconds=1)
    assert await key_works(toy, key) == 401


async def test_revoked_keys_and_inactive_holders_are_out(
    toy: ToyPlatform, clock: FrozenClock
) -> None:
    assert await key_works(toy, await toy.caller(HEAD, revoked_at=clock.now())) == 401
    assert await key_works(toy, await toy.caller(HEAD, active=False)) == 401
    assert await key_works(toy, await toy.caller(HEAD)) == 200


async def test_a_key_that_another_process_revoked_is_out_a_moment_later(
    toy: ToyPlatform, clock: FrozenClock
) -> None:
    key = await toy.caller(HEAD)
    assert await key_works(toy, key) == 200
    async with toy.context.database.changing() as elsewhere:
        keys = toy.context.tables.access_keys
        await elsewhere.execute(update(keys).values(revoked_at=clock.now()))

    async def is_out() -> bool:
        return await key_works(toy, key) == 401

    await eventually(is_out, within=5 * KNOWN_SECONDS)


async def test_a_wrong_secret_with_a_right_key_id_is_out(toy: ToyPlatform) -> None:
    right = await toy.caller(HEAD)
    for wrong in (
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        right[:30] + "A" * 35,
        right[:-1],
    ):
        assert await key_works(toy, wrong) == 401


@pytest.mark.parametrize(
    "key", ["", " ", "x", "cchc_", "cchc_0000000000000000_" + "A" * 43, "Bearer abc", "x" * 100_000,
            "cchc_" + "0" * 16 + "_" + "A" * 42 + "\u00e9", "' OR 1=1 --"],
)  # fmt: skip
async def test_what_is_no_key_is_unauthenticated_with_a_challenge(
    toy: ToyPlatform, key: str
) -> None:
    async with Api(toy, None) as api:
        answer = await api.get("/plans/v1/me", headers={"X-API-Key": key.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "ApiKey"
    assert answer.json()["code"] in {"key_missing", "key_invalid"}


async def test_a_caller_is_told_who_they_are_and_no_secret(toy: ToyPlatform) -> None:
    key = await toy.caller(HEAD, GrantData(unit_code=None, scopes=("plans.*",)))
    async with Api(toy, key) as api:
        me = (await api.get("/plans/v1/me")).text
    assert key.split("_")[1] in me
    assert key.split("_", 2)[2] not in me
    assert '"role":"head"' in me
    assert '"plans.*"' in me


async def test_somebody_without_any_grant_is_known_but_may_do_nothing(toy: ToyPlatform) -> None:
    async with Api(toy, await toy.caller()) as api:
        assert (await api.get("/plans/v1/me")).status_code == 200
        assert (await api.get("/plans/v1/notes")).status_code == 403


async def test_without_a_key_not_even_the_body_is_looked_at(toy: ToyPlatform) -> None:
    async with Api(toy, None) as api:
        assert (await api.post("/plans/v1/notes", {"nonsense": 1})).status_code == 401
    async with Api(toy, await toy.caller(EVERYWHERE)) as api:
        assert (await api.post("/plans/v1/notes", {"nonsense": 1})).status_code == 422
