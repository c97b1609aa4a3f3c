"""Is every right of every endpoint what its declaration says, for every role, seen from everywhere?

The whole matrix is tried over HTTP: each operation of each service, as each role, with the right at
the unit that owns the object, above it, below it, beside it, everywhere, and without any.
An endpoint nobody classified is taken to act on an object of a unit, so a new one is held to that.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.ids import new_id
from shared.rights import ACTIONS, ROLE_ACTIONS, Role
from tests.support.api import Api
from tests.support.api_document import Operation, operations
from tests.support.declared_rights import DOCUMENT, UNITLESS, Declared, declared, document
from tests.support.rights_world import OWNER, REACHING, RELATIONS, RightsWorld, rights_world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("rights")]
# for any caller with a key, because they tell of the caller alone
ABOUT_ONESELF = {
    "get_me", "get_job", "get_my_preferences", "change_my_preferences", "list_my_contacts",
    "send_my_code", "verify_my_contact",
}  # fmt: skip
# rules that govern a unit are seen from below it
SEEN_FROM_BELOW = {"get_reminder_rule", "get_escalation_policy"}
STALE = '"999999999"'  # an allowed change stops here, so that the objects stay as they are
ENDPOINTS = [found for found in declared() if not found.public]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RightsWorld]:
    async with rights_world(tmp_path_factory.mktemp("rights") / "var") as built:
        yield built


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def documented(world: RightsWorld) -> dict[tuple[str, str], Operation]:
    return {(o.service, o.id): o for o in await operations(world.admin)}


async def test_every_endpoint_names_exactly_one_right() -> None:
    """The exceptions: health and metrics (no key), and what a caller asks about themselves."""
    for endpoint in declared():
        wanted = 0 if endpoint.public or endpoint.operation_id in ABOUT_ONESELF else 1
        assert len(endpoint.actions) == wanted, endpoint
        assert endpoint.open_to_known is (endpoint.operation_id in ABOUT_ONESELF), endpoint
        assert set(endpoint.actions) <= ACTIONS, endpoint
    public = {endpoint.operation_id for endpoint in declared() if endpoint.public}
    assert public == {"health_live", "health_ready", "metrics"}


async def test_every_right_is_asked_for_somewhere() -> None:
    assert {action for endpoint in declared() for action in endpoint.actions} == ACTIONS


async def test_the_documents_tell_of_the_same_endpoints(
    documented: dict[tuple[str, str], Operation],
) -> None:
    assert set(documented) == {(d.service, d.operation_id) for d in declared()}
    for endpoint in declared():
        operation = documented[(endpoint.service, endpoint.operation_id)]
        assert (operation.path, operation.verb.upper()) == (endpoint.path, endpoint.method)


async def test_the_written_matrix_is_current() -> None:
    """If not: python -m tests.support.declared_rights --write"""
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def has(role: Role, endpoint: Declared) -> bool:
    return set(endpoint.actions) <= ROLE_ACTIONS[role]


def outcome(endpoint: Declared, role: Role | None, relation: str) -> set[str]:
    """What must happen: refused, hidden, or let in."""
    if endpoint.operation_id in ABOUT_ONESELF:
        return {"let in", "hidden"} if "{" in endpoint.path else {"let in"}
    [action] = endpoint.actions
    if role is None or action not in ROLE_ACTIONS[role]:
        return {"refused"}
    if endpoint.everywhere:
        return {"let in"} if relation == "everywhere" else {"refused"}
    reaches = (
        relation in REACHING
        or endpoint.operation_id in UNITLESS
        or (endpoint.operation_id in SEEN_FROM_BELOW and relation == "child")
        # an empty list; what is in it is another test's question
        or (endpoint.method == "GET" and "{" not in endpoint.path)
    )
    return {"let in"} if reaches else {"hidden"}


def happened(answer: httpx.Response, endpoint: Declared) -> str:
    """What did happen. An inbox without parked events has none to hide."""
    assert answer.status_code not in {401, 500, 503}, f"{endpoint.operation_id}: {answer.text}"
    if answer.status_code == 403:
        return "refused"
    nothing_there = endpoint.everywhere and "inbox" in endpoint.path
    return "hidden" if answer.status_code == 404 and not nothing_there else "let in"


def body_of(operation: Operation, world: RightsWorld) -> Any:
    """The example, for the owning unit."""
    body = {**(operation.example or {})}
    properties = operation.resolve(operation.body_schema).get("properties", {})
    for name in ("unit_code", "parent_code"):
        if name in properties:
            body[name] = OWNER
    if "person_id" in properties:
        body["person_id"] = world.ids["plans"]["person_id"]
    return body


async def attempt(
    world: RightsWorld, api: Api, endpoint: Declared, operation: Operation
) -> httpx.Response:
    content: dict[str, Any] = {}
    query = {p["name"]: OWNER for p in operation.parameters if p["name"] == "unit_code"}
    headers = {"Idempotency-Key": str(new_id()), "If-Match": STALE, "Prefer": "respond-async"}
    if operation.body_type == "multipart/form-data":
        content["files"] = {"file": ("a.txt", b"content")}
    elif operation.body_type:
        content["json"] = body_of(operation, world)
    query |= {"year": "2023"} if endpoint.operation_id == "list_periods" else {}
    query |= {"criterion": "1"} if endpoint.operation_id == "list_lines_of_criterion" else {}
    url = operation.url(**world.ids[endpoint.service])
    return await api.http.request(
        endpoint.method,
        url,
        params=query if operation.verb != "patch" else {},
        headers=headers,
        **content,
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.service}.{e.operation_id}")
async def test_an_endpoint_lets_in_exactly_whom_it_declares(
    world: RightsWorld, documented: dict[tuple[str, str], Operation], endpoint: Declared
) -> None:
    operation = documented[(endpoint.service, endpoint.operation_id)]
    places: list[tuple[Role | None, str]] = [
        (role, relation)
        for role in Role
        # who lacks the action is refused wherever they stand; two places show it
        for relation in (RELATIONS if has(role, endpoint) else ("own", "everywhere"))
    ]
    wrong = []
    for role, relation in [*places, (None, "own")]:
        answer = await attempt(world, world.caller(role, relation), endpoint, operation)
        if happened(answer, endpoint) not in outcome(endpoint, role, relation):
            wrong.append((role, relation, outcome(endpoint, role, relation), answer.text[:150]))
    assert wrong == []


def collections(documented: dict[tuple[str, str], Operation]) -> list[Operation]:
    return [o for o in documented.values() if o.verb == "get" and "text/csv" in o.raw["responses"]["200"]["content"]]  # fmt: skip


async def test_no_list_shows_an_object_of_a_unit_out_of_reach(
    world: RightsWorld, documented: dict[tuple[str, str], Operation]
) -> None:
    """Nor does a filter, a search, the change feed, or the CSV."""
    told = world.ids["notifications"]
    # rules that govern a unit are seen from below it
    shared_ids = {world.ids["scoring"]["criteria_set_id"], told["rule_id"], told["policy_id"]}
    objects = {
        value for ids in world.ids.values() for value in ids.values() if len(value) == 36
    } - shared_ids
    seen: Counter[str] = Counter()
    for operation in collections(documented):
        if "{" in operation.path:
            continue
        for relation in RELATIONS:
            caller = world.caller(Role.COORDINATOR, relation)
            for query in ({"limit": "200"}, {"format": "csv", "limit": "200"}, {"q": "phong"}):
                answer = await caller.get(operation.path, params=query)
                shown = {value for value in objects if value in answer.text}
                if relation not in REACHING:
                    assert shown == set(), f"{operation.label} from {relation}"
                seen[relation] += len(shown)
    assert all(seen[relation] for relation in REACHING), "there was something to see"


async def test_filters_by_a_foreign_id_find_nothing(
    world: RightsWorld, documented: dict[tuple[str, str], Operation]
) -> None:
    outsider = world.caller(Role.COORDINATOR, "sibling")
    for operation in collections(documented):
        if "{" in operation.path or operation.id in UNITLESS:
            continue
        ids = world.ids[operation.service]
        for parameter in operation.parameters:
            if parameter["in"] == "query" and parameter["name"] in ids and parameter["name"] not in {"year", "rule_id"}:  # fmt: skip
                query = {parameter["name"]: ids[parameter["name"]]}
                assert (await outsider.ok("GET", operation.path, params=query))["items"] == [], (
                    operation.label
                )


async def test_the_change_feed_tells_an_outsider_nothing_of_the_unit(world: RightsWorld) -> None:
    for service in ("plans", "notifications"):
        feed = f"/{service}/v1/changes?limit=1000"
        everything = await world.admin.ok("GET", feed)
        own = await world.caller(Role.COORDINATOR, "own").ok("GET", feed)
        outside = await world.caller(Role.COORDINATOR, "sibling").ok("GET", feed)
        units = {item["unit_code"] for item in outside["items"]}
        assert units <= {"PHONG-KHAC"}
        assert 0 < len(own["items"]) < len(everything["items"])


async def test_every_refusal_is_on_record(world: RightsWorld) -> None:
    viewer = world.caller(Role.VIEWER, "own")
    before = len(await world.admin.items("/plans/v1/audit", outcome="refused", limit=200))
    await viewer.post("/plans/v1/units", {})
    await viewer.get("/plans/v1/audit")
    after = len(await world.admin.items("/plans/v1/audit", outcome="refused", limit=200))
    assert after == before + 2
