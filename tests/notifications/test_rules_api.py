"""How does an office change the rules it reminds by?"""

from services.embedded import Platform
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, obligation

BASE = "/notifications/v1"
RULE = {
    "code": "bao-cao",
    "name": "Báo cáo",
    "kinds": ["report"],
    "offsets": [{"days": -5, "day_kind": "working"}],
    "roles_until_due": ["head"],
    "roles_after_due": [],
    "at_time": "07:30",
}


async def default_rule(api: Api) -> dict:
    (rule,) = await api.items(f"{BASE}/reminder-rules", active="true")
    return rule


async def test_an_installation_begins_with_one_rule(admin: Api) -> None:
    rule = await default_rule(admin)
    assert [o["days"] for o in rule["offsets"]] == [-7, -3, -1, 0, 1]
    assert rule["repeat"] == {"every_days": 7, "max": 8}
    assert (rule["roles_until_due"], rule["roles_after_due"]) == (["officer"], ["officer", "head"])
    assert (rule["at_time"], rule["channels"], rule["version"]) == ("08:00", ["email"], 1)
    assert (rule["allowed_actions"], rule["blocked_because"]) == (
        ["disable"],
        {"enable": "Quy tắc đang bật."},
    )


async def test_the_default_rule_is_not_planted_again_after_a_change(
    admin: Api, running: Platform
) -> None:
    rule = await default_rule(admin)
    await admin.ok("POST", f"{BASE}/reminder-rules/{rule['id']}:disable")
    service = running.services["notifications"].service
    assert service.prepare is not None
    await service.prepare(running.services["notifications"].context)
    (again,) = await admin.items(f"{BASE}/reminder-rules")
    assert again["active"] is False


async def test_a_new_rule_plans_open_obligations_of_its_kind(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    report, task = obligation("2026-12-24", kind="report"), obligation("2026-12-24")
    await plans.tell(report, task)
    answer = await admin.post(f"{BASE}/reminder-rules", RULE)
    assert answer.status_code == 201
    rule = answer.json()
    assert answer.headers["location"] == f"{BASE}/reminder-rules/{rule['id']}"
    await running.settle()
    rows = await admin.items(f"{BASE}/reminders", rule_id=rule["id"])
    assert [(r["obligation_id"], r["role"], r["due_at"]) for r in rows] == [
        (str(report.id), "head", "2026-12-17T07:30:00+07:00")
    ]


async def test_a_rule_for_a_unit_holds_for_the_units_below_it_only(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    await plans.unit("SO")
    await plans.unit("VP", within="SO")
    below, elsewhere = obligation("2026-12-24"), obligation("2026-12-24", unit_code="KHAC")
    await plans.tell(below, elsewhere)
    rule = await admin.ok("POST", f"{BASE}/reminder-rules", RULE | {"kinds": [], "unit_code": "SO"})
    await running.settle()
    rows = await admin.items(f"{BASE}/reminders", rule_id=rule["id"])
    assert {row["obligation_id"] for row in rows} == {str(below.id)}


async def test_a_rule_for_a_unit_finds_obligations_whose_unit_arrives_later(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    await plans.unit("SO")
    rule = await admin.ok("POST", f"{BASE}/reminder-rules", RULE | {"kinds": [], "unit_code": "SO"})
    await plans.tell(obligation("2026-12-24"))
    assert await admin.items(f"{BASE}/reminders", rule_id=rule["id"]) == []
    await plans.unit("VP", within="SO")
    assert len(await admin.items(f"{BASE}/reminders", rule_id=rule["id"])) == 1


async def test_switching_a_rule_off_cancels_and_on_plans_again(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    await plans.tell(obligation("2026-12-24"))
    before = await admin.items(f"{BASE}/reminders", state="planned")
    rule = await default_rule(admin)
    off = await admin.ok("POST", f"{BASE}/reminder-rules/{rule['id']}:disable")
    assert off["active"] is False
    await running.settle()
    rows = await admin.items(f"{BASE}/reminders")
    assert {(r["state"], r["reason"]) for r in rows} == {("cancelled", "rule_no_longer_applies")}
    await admin.ok("POST", f"{BASE}/reminder-rules/{rule['id']}:enable")
    await running.settle()
    after = await admin.items(f"{BASE}/reminders", state="planned")
    assert [r["id"] for r in after] == [r["id"] for r in before]


async def test_a_new_version_takes_the_place_of_the_old_one(
    admin: Api, running: Platform, plans: Publisher
) -> None:
    await plans.tell(obligation("2026-12-24"))
    old = await default_rule(admin)
    body = RULE | {"code": "default", "kinds": [], "replaces": old["id"]}
    new = await admin.ok("POST", f"{BASE}/reminder-rules", body)
    await running.settle()
    assert new["version"] == 2
    assert (await default_rule(admin))["id"] == new["id"]
    planned = await admin.items(f"{BASE}/reminders", state="planned")
    assert {row["rule_id"] for row in planned} == {new["id"]}
    replaced = await admin.ok("GET", f"{BASE}/reminder-rules/{old['id']}")
    assert replaced["allowed_actions"] == []
    refused = await admin.post(f"{BASE}/reminder-rules/{old['id']}:enable")
    assert (refused.status_code, refused.json()["code"]) == (409, "rule_not_switchable")


async def test_a_code_that_is_taken_is_refused(admin: Api) -> None:
    answer = await admin.post(f"{BASE}/reminder-rules", RULE | {"code": "default"})
    assert (answer.status_code, answer.json()["code"]) == (409, "rule_code_taken")


async def test_a_rule_that_is_off_cannot_be_switched_off(admin: Api) -> None:
    rule = await default_rule(admin)
    path = f"{BASE}/reminder-rules/{rule['id']}:disable"
    await admin.ok("POST", path)
    again = await admin.post(path)
    assert (again.status_code, again.json()["detail"]) == (409, "Quy tắc đang tắt.")


async def test_a_change_needs_the_revision_it_was_made_for(admin: Api) -> None:
    rule = await default_rule(admin)
    path = f"{BASE}/reminder-rules/{rule['id']}"
    etag = (await admin.get(path)).headers["etag"]
    done = await admin.post(f"{path}:disable", headers={"If-Match": etag})
    assert done.status_code == 200
    stale = await admin.post(f"{path}:enable", headers={"If-Match": etag})
    assert stale.status_code == 412
    assert done.headers["etag"] != etag


NONSENSE = (
    ({"offsets": []}, "/offsets"),
    ({"offsets": [{"days": -1}, {"days": -1}]}, "/offsets"),
    ({"offsets": [{"days": 367}]}, "/offsets/0/days"),
    ({"offsets": [{"days": 1, "day_kind": "lunar"}]}, "/offsets/0/day_kind"),
    ({"repeat": {"every_days": 0, "max": 1}}, "/repeat/every_days"),
    ({"at_time": "23:00"}, "/at_time"),
    ({"at_time": "8:00"}, "/at_time"),
    ({"channels": ["pigeon"]}, "/channels/0"),
    ({"roles_until_due": ["king"]}, "/roles_until_due/0"),
    ({"name": "hai\ndòng"}, "/name"),
    ({"surprise": 1}, "/surprise"),
)


async def test_a_rule_that_makes_no_sense_is_refused_where_it_is_wrong(admin: Api) -> None:
    for change, pointer in NONSENSE:
        answer = await admin.post(f"{BASE}/reminder-rules", RULE | change)
        assert answer.status_code == 422, change
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_a_rule_switched_on_between_two_reminders_sends_no_second_one_that_day(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    extra = RULE | {"kinds": [], "roles_until_due": ["officer"], "offsets": [{"days": -7}]}
    await admin.ok("POST", f"{BASE}/reminder-rules", extra | {"at_time": "15:00"})
    clock.move_to("2026-12-17T15:00:05+07:00")
    await running.settle()
    assert len(await admin.items(f"{BASE}/messages")) == 1
