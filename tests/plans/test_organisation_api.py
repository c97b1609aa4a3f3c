"""Units, people, keys and the calendar over the API."""

from typing import Any

import pytest

from services.embedded import Platform
from tests.plans.conftest import person_with_key
from tests.support.api import Api


@pytest.fixture
async def units(admin: Api) -> None:
    for code, name, parent in (
        ("SNV", "Sở Nội vụ", None),
        ("SNV-VP", "Văn phòng Sở", "SNV"),
        ("STC", "Sở Tài chính", None),
    ):
        await admin.ok(
            "POST", "/plans/v1/units", {"code": code, "name": name, "parent_code": parent}
        )


@pytest.mark.usefixtures("units")
async def test_a_code_is_taken_once_and_a_parent_must_exist(admin: Api) -> None:
    taken = await admin.post("/plans/v1/units", {"code": "SNV", "name": "Khác"})
    assert (taken.status_code, taken.json()["code"]) == (409, "unit_code_taken")
    orphan = await admin.post("/plans/v1/units", {"code": "X", "name": "X", "parent_code": "?"})
    assert orphan.status_code == 422
    unknown = await admin.post("/plans/v1/units", {"code": "X", "name": "X", "parent_code": "NO"})
    assert unknown.json()["errors"][0]["pointer"] == "/parent_code"


@pytest.mark.usefixtures("units")
async def test_a_head_sees_the_own_unit_and_below_and_nothing_else(admin: Api) -> None:
    _, key = await person_with_key(admin, "SNV", "head")
    async with admin.as_key(key) as head:
        assert {u["code"] for u in await head.items("/plans/v1/units")} == {"SNV", "SNV-VP"}
        assert (await head.get("/plans/v1/units/STC")).status_code == 404
        assert (await head.get("/plans/v1/units/SNV-VP")).status_code == 200


@pytest.mark.usefixtures("units")
async def test_nobody_gives_away_rights_they_do_not_have(admin: Api) -> None:
    body = {
        "full_name": "Điều phối",
        "unit_code": "SNV",
        "position": "head",
        "grants": [{"unit_code": "SNV", "role": "coordinator"}],
    }
    person = await admin.ok("POST", "/plans/v1/people", body)
    key = await admin.ok("POST", f"/plans/v1/principals/{person['id']}/keys", {})
    async with admin.as_key(key["key"]) as coordinator:
        for grant in (
            {"unit_code": None, "role": "viewer"},
            {"unit_code": "STC", "role": "viewer"},
        ):
            refused = await coordinator.post("/plans/v1/people", body | {"grants": [grant]})
            assert refused.status_code in {403, 404}, grant
        admin_grant = [{"unit_code": "SNV", "role": "admin"}]
        refused = await coordinator.post("/plans/v1/people", body | {"grants": admin_grant})
        assert refused.status_code == 403


@pytest.mark.usefixtures("units")
async def test_a_key_works_everywhere_until_it_is_revoked(admin: Api, running: Platform) -> None:
    person_id, key = await person_with_key(admin, "SNV", "officer")
    await running.settle()
    async with admin.as_key(key) as officer:
        for service in ("plans", "scoring", "notifications"):
            me = await officer.ok("GET", f"/{service}/v1/me")
            assert (me["id"], me["unit_code"]) == (person_id, "SNV")
        await admin.ok("POST", f"/plans/v1/keys/{me['key_id']}:revoke")
        await running.settle()
        for service in ("plans", "scoring", "notifications"):
            assert (await officer.get(f"/{service}/v1/me")).status_code == 401


@pytest.mark.usefixtures("units")
async def test_two_keys_may_live_and_a_third_may_not(admin: Api) -> None:
    person_id, _ = await person_with_key(admin, "SNV", "officer")
    path = f"/plans/v1/principals/{person_id}/keys"
    second = await admin.ok("POST", path, {})
    third = await admin.post(path, {})
    assert (third.status_code, third.json()["code"]) == (409, "too_many_keys")
    await admin.ok("POST", f"/plans/v1/keys/{second['key_id']}:revoke")
    assert (await admin.post(path, {})).status_code == 201
    listed = await admin.items(path)
    assert len(listed) == 3
    assert all("key" not in item for item in listed)


@pytest.mark.usefixtures("units")
async def test_a_system_has_scopes_and_must_send_idempotency_keys(admin: Api) -> None:
    body = {"name": "Một cửa", "unit_code": "SNV", "scopes": ["organisation.*"]}
    system = await admin.ok("POST", "/plans/v1/systems", body)
    key = await admin.ok("POST", f"/plans/v1/principals/{system['id']}/keys", {})
    async with admin.as_key(key["key"]) as caller:
        unit = {"code": "SNV-TT", "name": "Trung tâm", "parent_code": "SNV"}
        naked = await caller.http.post("/plans/v1/units", json=unit)
        assert (naked.status_code, naked.json()["code"]) == (400, "idempotency_key_required")
        assert (await caller.post("/plans/v1/units", unit)).status_code == 201
        assert (await caller.get("/plans/v1/plans")).status_code == 403
    bad = await admin.post("/plans/v1/systems", body | {"name": "B", "scopes": ["all.*"]})
    assert bad.json()["errors"][0]["code"] == "bad_grant"


async def test_the_working_calendar_knows_tet_and_make_up_days(admin: Api) -> None:
    year = await admin.ok("GET", "/plans/v1/calendar/2026")
    days = {day["date"]: day for day in year["days"]}
    assert days["2026-02-17"]["kind"] == "holiday"
    assert days["2026-01-10"]["kind"] == "makeup_working"
    assert days["2026-11-24"]["provisional"]


async def test_a_calendar_year_is_replaced_whole_and_told_to_the_others(
    admin: Api, running: Platform
) -> None:
    before = await admin.get("/plans/v1/calendar/2027")
    body: Any = {"days": [{"date": "2027-05-03", "kind": "swapped_off", "name": "Thử"}]}
    stale = await admin.http.put("/plans/v1/calendar/2027", json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    headers = {"If-Match": before.headers["etag"]}
    after = await admin.ok("PUT", "/plans/v1/calendar/2027", body, headers=headers)
    assert [day["date"] for day in after["days"]] == ["2027-05-03"]
    wrong = await admin.http.put(
        "/plans/v1/calendar/2027",
        json={"days": [{"date": "2026-05-03", "kind": "holiday"}]},
        headers={"If-Match": "*"},
    )
    assert wrong.json()["errors"][0]["code"] == "day_not_of_year"
    await running.settle()
    status = await admin.ok("GET", "/notifications/v1/events/status")
    assert "parked" not in status["inbox"]


async def test_a_written_deadline_is_understood_with_the_calendar(admin: Api) -> None:
    body = {"text": "Trong 5 ngày làm việc kể từ ngày ban hành", "year": 2026}
    found = await admin.ok("POST", "/plans/v1/deadlines:parse", body | {"issued_on": "2026-02-13"})
    assert found["due_on"] == "2026-02-27"  # Tết lies in between


async def test_periods_say_data_from_to_and_due_day(admin: Api) -> None:
    periods = await admin.items("/plans/v1/period-schemes/cchc-tinh/periods", year=2026)
    quarter = next(p for p in periods if p["code"] == "2026-Q1")
    assert (quarter["starts_on"], quarter["ends_on"], quarter["due_on"]) == (
        "2025-12-15",
        "2026-03-14",
        "2026-03-20",
    )
    unknown = await admin.get("/plans/v1/period-schemes/khong-co/periods?year=2026")
    assert unknown.status_code == 404


async def test_the_clock_of_a_real_installation_cannot_be_moved(admin: Api) -> None:
    refused = await admin.post("/plans/v1/clock:advance", {"days": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_sandbox_clock")
