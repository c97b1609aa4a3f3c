"""Who may see and do what with reminders, messages, rules and contacts, and of which unit?"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.embedded import Platform
from shared.ids import new_id
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, obligation

BASE = "/notifications/v1"
RULE = {"code": "rieng", "name": "Riêng", "offsets": [{"days": -2}], "roles_after_due": []}


@pytest.fixture
async def callers(
    admin: Api, running: Platform, plans: Publisher, clock: FrozenClock
) -> AsyncIterator[dict[str, Api]]:
    """People of two offices below one department, and a reminder sent in each office."""
    await admin.ok("POST", "/plans/v1/units", {"code": "SO", "name": "Sở Văn hóa"})
    for code in ("VP", "PKHTC"):
        body = {"code": code, "name": f"Phòng {code}", "parent_code": "SO"}
        await admin.ok("POST", "/plans/v1/units", body)
    async with AsyncExitStack() as stack:
        found: dict[str, Api] = {}
        for name, role, unit, position in (
            ("coordinator", "coordinator", "SO", "officer"),
            ("head", "head", "VP", "head"),
            ("officer", "officer", "VP", "officer"),
            ("viewer", "viewer", "VP", "officer"),
            ("neighbour", "head", "PKHTC", "head"),
        ):
            person = await admin.ok(
                "POST",
                "/plans/v1/people",
                {
                    "full_name": f"Người {name}",
                    "unit_code": unit,
                    "position": position,
                    "grants": [{"unit_code": unit, "role": role}],
                },
            )
            key = await admin.ok("POST", f"/plans/v1/principals/{person['id']}/keys", {})
            await running.settle()
            contact = {
                "person_id": person["id"],
                "address": f"{name}@svhtt.example",
                "display_name": f"Người {name}",
            }
            await admin.ok("POST", f"{BASE}/contacts", contact)
            found[name] = await stack.enter_async_context(admin.as_key(key["key"]))
        await plans.tell(obligation("2026-12-24"), obligation("2026-12-24", unit_code="PKHTC"))
        clock.move_to("2026-12-17T08:00:05+07:00")
        await running.settle()
        yield found


async def units(api: Api, path: str) -> set[str]:
    return {row["unit_code"] for row in await api.items(f"{BASE}/{path}")}


async def test_another_units_objects_do_not_exist(admin: Api, callers: dict[str, Api]) -> None:
    for path in ("obligations", "reminders", "reminders/forecast", "messages"):
        assert await units(callers["coordinator"], path) == {"VP", "PKHTC"}
        assert await units(callers["head"], path) == {"VP"}
        assert await units(callers["officer"], path) == {"VP"}
        assert await units(callers["neighbour"], path) == {"PKHTC"}
    for path in ("obligations", "reminders", "messages", "contacts"):
        statuses = {
            (row["unit_code"] == "PKHTC", answer.status_code)
            for row in await admin.items(f"{BASE}/{path}")
            for answer in [await callers["neighbour"].get(f"{BASE}/{path}/{row['id']}")]
        }
        assert statuses == {(True, 200), (False, 404)}


async def test_a_mail_of_another_unit_cannot_be_opened_or_sent_again(
    admin: Api, callers: dict[str, Api]
) -> None:
    (message, *_) = [m for m in await admin.items(f"{BASE}/messages") if m["unit_code"] == "VP"]
    path = f"{BASE}/messages/{message['id']}"
    assert (await callers["neighbour"].get(f"{path}/eml")).status_code == 404
    assert (await callers["officer"].get(f"{path}/eml")).status_code == 200
    assert (await callers["head"].post(f"{path}:resend")).status_code == 403
    # who has no such right anywhere is told so
    assert (await callers["viewer"].get(f"{BASE}/messages")).status_code == 403
    assert (await callers["officer"].get(f"{BASE}/contacts")).status_code == 403
    assert (await callers["viewer"].get(f"{BASE}/reminders")).status_code == 200


async def test_contacts_are_seen_and_written_within_ones_units(
    callers: dict[str, Api],
) -> None:
    assert await units(callers["head"], "contacts") == {"VP"}
    assert await units(callers["coordinator"], "contacts") == {"SO", "VP", "PKHTC"}
    body = {"person_id": str(new_id()), "address": "a@svhtt.example", "display_name": "A"}
    head, coordinator = callers["head"], callers["coordinator"]
    assert (await head.post(f"{BASE}/contacts", body)).status_code == 403
    assert (await coordinator.post(f"{BASE}/contacts", body)).status_code == 404  # whose unit?
    mine = await coordinator.ok("POST", f"{BASE}/contacts", body | {"unit_code": "VP"})
    assert mine["allowed_actions"] == ["update", "send-code"]
    seen = await head.ok("GET", f"{BASE}/contacts/{mine['id']}")
    assert (seen["allowed_actions"], list(seen["blocked_because"])) == (
        [],
        ["update", "send-code", "unsuppress"],
    )


async def test_rules_are_written_by_the_coordinator_of_the_units_they_are_for(
    callers: dict[str, Api],
) -> None:
    coordinator = callers["coordinator"]
    assert (await callers["head"].post(f"{BASE}/reminder-rules", RULE)).status_code == 403
    everywhere = await coordinator.post(f"{BASE}/reminder-rules", RULE)
    assert (everywhere.status_code, everywhere.json()["code"]) == (403, "forbidden_everywhere")
    mine = await coordinator.ok("POST", f"{BASE}/reminder-rules", RULE | {"unit_code": "VP"})
    default = next(
        r for r in await coordinator.items(f"{BASE}/reminder-rules") if r["code"] == "default"
    )
    refused = await coordinator.post(f"{BASE}/reminder-rules/{default['id']}:disable")
    assert refused.status_code == 403
    assert default["allowed_actions"] == []
    await coordinator.ok("POST", f"{BASE}/reminder-rules/{mine['id']}:disable")


async def test_rules_are_seen_by_those_they_are_for(admin: Api, callers: dict[str, Api]) -> None:
    for unit in ("SO", "VP"):
        body = RULE | {"code": f"cho-{unit}", "unit_code": unit}
        await admin.ok("POST", f"{BASE}/reminder-rules", body)

    async def codes(name: str) -> set[str]:
        return {r["code"] for r in await callers[name].items(f"{BASE}/reminder-rules")}

    assert await codes("coordinator") == {"default", "cho-SO", "cho-VP"}
    assert await codes("officer") == {"default", "cho-SO", "cho-VP"}
    assert await codes("neighbour") == {"default", "cho-SO"}


async def test_only_people_of_the_unit_are_told(admin: Api, callers: dict[str, Api]) -> None:
    people = {c["person_id"]: c["unit_code"] for c in await admin.items(f"{BASE}/contacts")}
    messages = await admin.items(f"{BASE}/messages")
    assert messages
    assert all(people[m["person_id"]] == m["unit_code"] for m in messages)


async def test_without_a_key_nothing_is_told(admin: Api) -> None:
    async with admin.as_key(None) as nobody:
        for path in ("obligations", "reminders", "reminder-rules", "messages", "contacts"):
            assert (await nobody.get(f"{BASE}/{path}")).status_code == 401
