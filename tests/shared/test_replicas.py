"""Does a change of rights in plans hold in every service once the events have arrived?"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.embedded import Platform
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

SERVICES = ("plans", "scoring", "notifications")


@pytest.fixture
async def person(admin: Api) -> Any:
    await admin.ok("POST", "/plans/v1/units", {"code": "SO", "name": "Sở Văn hóa"})
    body = {"full_name": "Trần Thị An", "unit_code": "SO", "position": "officer"}
    return await admin.ok("POST", "/plans/v1/people", body)


async def new_key(admin: Api, principal: str, **options: Any) -> Any:
    return await admin.ok("POST", f"/plans/v1/principals/{principal}/keys", options)


async def standing(admin: Api, key: str) -> dict[str, int]:
    """How each service answers the holder of a key."""
    async with admin.as_key(key) as api:
        return {s: (await api.get(f"/{s}/v1/me")).status_code for s in SERVICES}


def everywhere(status: int) -> dict[str, int]:
    return dict.fromkeys(SERVICES, status)


async def test_a_new_key_works_here_at_once_and_elsewhere_when_the_event_arrived(
    admin: Api, running: Platform, person: Any
) -> None:
    key = (await new_key(admin, person["id"]))["key"]
    assert await standing(admin, key) == {"plans": 200, "scoring": 401, "notifications": 401}
    await running.settle()
    assert await standing(admin, key) == everywhere(200)


async def test_a_revoked_key_stops_everywhere(admin: Api, running: Platform, person: Any) -> None:
    kept, lost = [await new_key(admin, person["id"]) for _ in range(2)]
    await running.settle()
    await admin.post(f"/plans/v1/keys/{lost['key_id']}:revoke")
    await running.settle()
    assert await standing(admin, lost["key"]) == everywhere(401)
    assert await standing(admin, kept["key"]) == everywhere(200)


async def test_a_key_expires_everywhere_at_its_time_without_any_event(
    admin: Api, running: Platform, person: Any, clock: FrozenClock
) -> None:
    until = (clock.now() + timedelta(days=1)).isoformat()
    key = (await new_key(admin, person["id"], expires_at=until))["key"]
    await running.settle()
    assert await standing(admin, key) == everywhere(200)
    clock.advance(days=1)
    assert await standing(admin, key) == everywhere(401)


async def test_somebody_who_left_is_out_everywhere_and_may_come_back(
    admin: Api, running: Platform, person: Any
) -> None:
    key = (await new_key(admin, person["id"]))["key"]
    for active, status in ((False, 401), (True, 200)):
        await admin.ok("PATCH", f"/plans/v1/people/{person['id']}", {"active": active})
        await running.settle()
        assert await standing(admin, key) == everywhere(status)


async def test_a_change_of_role_holds_in_every_service(
    admin: Api, running: Platform, person: Any
) -> None:
    key = (await new_key(admin, person["id"]))["key"]
    await running.settle()
    rule = {"code": "r", "name": "R", "unit_code": "SO", "offsets": [{"days": -1}]}
    rule |= {"roles_until_due": ["head"], "roles_after_due": []}
    async with admin.as_key(key) as api:
        assert (await api.post("/notifications/v1/reminder-rules", rule)).status_code == 403
        grants = [{"unit_code": "SO", "role": "coordinator"}]
        await admin.ok("PATCH", f"/plans/v1/people/{person['id']}", {"grants": grants})
        await running.settle()
        assert (await api.post("/notifications/v1/reminder-rules", rule)).status_code == 201
        for service in SERVICES:
            me = await api.ok("GET", f"/{service}/v1/me")
            assert me["grants"] == [{"unit_code": "SO", "role": "coordinator", "scopes": []}]


async def test_a_systems_scopes_hold_in_every_service(admin: Api, running: Platform) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SO", "name": "Sở Văn hóa"})
    system = {"name": "Một cửa", "unit_code": "SO", "scopes": ["reminders.*", "criteria.read"]}
    created = await admin.ok("POST", "/plans/v1/systems", system)
    key = (await new_key(admin, created["id"]))["key"]
    await running.settle()
    async with admin.as_key(key) as api:
        assert (await api.get("/notifications/v1/reminders")).status_code == 200
        assert (await api.get("/scoring/v1/criteria-sets")).status_code == 200
        assert (await api.get("/notifications/v1/messages")).status_code == 403
        assert (await api.get("/plans/v1/plans")).status_code == 403


async def test_events_of_people_carry_neither_name_nor_secret(
    admin: Api, running: Platform, person: Any
) -> None:
    key = (await new_key(admin, person["id"]))["key"]
    outbox = running.services["plans"].context.tables.outbox
    async with running.services["plans"].context.database.reading() as session:
        bodies = "".join(await session.scalars(select(outbox.c.body)))
    assert person["id"] in bodies
    assert "Trần Thị An" not in bodies
    assert key.split("_", 2)[2] not in bodies


async def test_units_and_days_off_are_known_everywhere(admin: Api, running: Platform) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SO", "name": "Sở Văn hóa"})
    days = [{"date": "2027-01-04", "kind": "holiday", "name": "Ngày nghỉ riêng"}]
    await admin.ok("PUT", "/plans/v1/calendar/2027", {"days": days})
    await running.settle()
    for service in running.services.values():
        tables = service.context.tables
        async with service.context.database.reading() as session:
            assert "SO" in set(await session.scalars(select(tables.unit_nodes.c.code)))
            known = await session.scalars(
                select(tables.calendar_days.c.name).where(
                    tables.calendar_days.c.day >= "2027-01-01"
                )
            )
            assert set(known) == {"Ngày nghỉ riêng"}


async def test_nobody_makes_themselves_or_others_more_than_they_are(
    admin: Api, running: Platform, person: Any
) -> None:
    """A coordinator of everything may manage people, but not become, or make, an administrator."""
    everything = [{"unit_code": None, "role": "coordinator"}]
    await admin.ok("PATCH", f"/plans/v1/people/{person['id']}", {"grants": everything})
    key = (await new_key(admin, person["id"]))["key"]
    async with admin.as_key(key) as api:
        me = f"/plans/v1/people/{person['id']}"
        for grant in (
            {"unit_code": None, "role": "admin"},
            {"unit_code": "SO", "role": "admin"},
            {"unit_code": None, "scopes": ["keys.manage"]},
            {"unit_code": "SO", "scopes": ["messages.*"]},
        ):
            refused = await api.patch(me, {"grants": [grant]})
            assert (refused.status_code, refused.json()["code"]) == (403, "grant_beyond_own")
        new = {"full_name": "Bạn", "unit_code": "SO", "position": "head"}
        refused = await api.post(
            "/plans/v1/people", new | {"grants": [{"unit_code": None, "role": "admin"}]}
        )
        assert refused.status_code == 403
        given = await api.patch(me, {"grants": [{"unit_code": "SO", "role": "head"}]})
        assert given.status_code == 200
    await running.settle()


async def test_an_administrator_of_a_unit_makes_no_key_for_who_may_more(
    admin: Api, running: Platform, person: Any
) -> None:
    """Whoever makes a key can use it."""
    await admin.ok(
        "PATCH",
        f"/plans/v1/people/{person['id']}",
        {"grants": [{"unit_code": "SO", "role": "admin"}]},
    )
    key = (await new_key(admin, person["id"]))["key"]
    boss = {"full_name": "Thường trực", "unit_code": "SO", "position": "head"}
    boss |= {"grants": [{"unit_code": None, "role": "coordinator"}]}
    powerful = await admin.ok("POST", "/plans/v1/people", boss)
    plain = await admin.ok(
        "POST",
        "/plans/v1/people",
        {"full_name": "Cán bộ", "unit_code": "SO", "position": "officer"},
    )
    async with admin.as_key(key) as api:
        refused = await api.post(f"/plans/v1/principals/{powerful['id']}/keys", {})
        assert refused.status_code == 403
        made = await api.post(f"/plans/v1/principals/{plain['id']}/keys", {})
        assert made.status_code == 201
