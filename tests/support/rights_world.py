"""A province in which every kind of object belongs to one unit, and callers stand all around it.

TINH ── SO ── PHONG (owns everything) ── TO
           └─ PHONG-KHAC
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.embedded import Platform, platform
from services.notifications.storage.tables import Storm
from shared.rights import Role
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

OWNER = "PHONG"
UNITS = (("TINH", None), ("SO", "TINH"), (OWNER, "SO"), ("TO", OWNER), ("PHONG-KHAC", "SO"))  # fmt: skip
# where a caller's right lies, seen from the unit that owns the objects
RELATIONS = {
    "own": OWNER,
    "parent": "SO",
    "child": "TO",
    "sibling": "PHONG-KHAC",
    "everywhere": None,
}
REACHING = {"own", "parent", "everywhere"}
PLAN = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"


@dataclass(slots=True)
class RightsWorld:
    """The platform, the objects of the owning unit by path parameter, and a caller for each place."""

    platform: Platform
    admin: Api
    ids: dict[str, dict[str, str]]  # service → path parameter → id
    callers: dict[tuple[str, str], Api] = field(default_factory=dict)

    def caller(self, role: Role | None, relation: str) -> Api:
        return self.callers[(role.value if role else "nobody", relation)]


@asynccontextmanager
async def rights_world(folder: Path) -> AsyncIterator[RightsWorld]:
    """Build it through the API, as an administrator would."""
    clock = FrozenClock("2023-06-01T08:00:00+07:00")
    settings = Settings(data_dir=folder, sample=False)
    async with platform(settings, loops=False, clock=clock) as running:
        assert running.admin_key is not None
        async with Api(running, running.admin_key.text) as admin:
            world = RightsWorld(running, admin, await _objects(running, admin, clock))
            await _add_callers(world)
            await running.settle()
            yield world
            for api in world.callers.values():
                await api.http.aclose()


async def _objects(running: Platform, admin: Api, clock: FrozenClock) -> dict[str, dict[str, str]]:
    for code, parent in UNITS:
        unit = {"code": code, "name": f"Đơn vị {code}", "parent_code": parent}
        await admin.ok("POST", "/plans/v1/units", unit)
    plans = await _plan(admin)
    plans |= await _principals(admin)
    group = {"unit_code": OWNER, "code": "nhom", "name": "Nhóm", "member_codes": [OWNER]}
    plans["group_id"] = (await admin.ok("POST", "/plans/v1/unit-groups", group))["id"]
    await running.settle()
    told = await _notifications(running, admin, clock, plans)
    scored = await _scoring(admin)
    common = {"job_id": _NOTHING, "position": "1"}
    return {
        "plans": common
        | plans
        | {"year": "2024", "scheme_code": "cchc-don-vi", "unit_code": OWNER},
        "scoring": common | scored,
        "notifications": common | told,
    }


_NOTHING = "01980000-0000-7000-8000-000000000000"
_CRITERIA: dict[str, Any] = {
    "code": "BO-MAU", "title": "Bộ mẫu", "reference": "—", "index_places": 2, "classes": [],
    "rounding": {"places": 2, "mode": "half_up", "stage": "line"},
    "criteria": [
        {"code": "1", "parent": None, "title": "Một", "max_points": "10", "na_policy": "exclude",
         "zero_denominator": "exclude", "rule": {"kind": "ratio"}},
    ],
}  # fmt: skip


async def _scoring(admin: Api) -> dict[str, str]:
    """A criteria set, and a published round of the unit with everything that belongs to one."""
    made = await admin.ok("POST", "/scoring/v1/criteria-sets", _CRITERIA)
    await admin.ok("POST", f"/scoring/v1/criteria-sets/{made['id']}:publish", {})
    times = {"opens_at": "2023-05-01T00:00:00+07:00", "closes_at": "2099-01-01T00:00:00+07:00"}
    phases = ("self_scoring", "appraisal", "explanation", "review")
    body = {
        "code": "DOT", "title": "Đợt", "year": 2023, "unit_code": OWNER, "criteria_set_id": made["id"],
        "phases": dict.fromkeys(phases, times), "peer_groups": [{"code": "K", "title": "Khối"}],
    }  # fmt: skip
    created = await admin.ok("POST", "/scoring/v1/rounds", body)
    path = f"/scoring/v1/rounds/{created['id']}"
    await admin.ok("POST", f"{path}/units", {"peer_group": "K", "unit_codes": [OWNER]})
    exemption = {"criterion": "1", "scope": "unit", "scope_code": "TO", "document_number": "1",
                 "document_date": "2023-01-01", "reason": "Không áp dụng"}  # fmt: skip
    exempted = await admin.ok("POST", f"{path}/exemptions", exemption)
    me = await admin.ok("GET", "/scoring/v1/me")
    appraiser = {"principal_id": me["id"], "criteria": ["1"]}
    assigned = await admin.ok("POST", f"{path}/appraisers", appraiser)
    line = {"criterion": "1", "value": {"percent": "90"}, "reason": "Lý do"}
    decided = {"decision_number": "1/QĐ", "decided_on": "2023-05-01",
               "units": [{"unit_code": OWNER, "lines": [line]}]}  # fmt: skip
    published = await admin.ok("POST", f"{path}:record", decided)
    again = {"phase": "review", "closes_at": "2099-01-01T00:00:00+07:00", "reason": "Sửa",
             "document_number": "2"}  # fmt: skip
    await admin.ok("POST", f"{path}:reopen", again)
    explained = {"criterion": "1", "explanation": "Giải trình", "wanted": {"percent": "95"}}
    objection = await admin.ok("POST", f"{path}/units/{OWNER}:object", explained)
    return {
        "criteria_set_id": made["id"],
        "round_id": created["id"],
        "unit_code": OWNER,
        "exemption_id": exempted["id"],
        "appraiser_id": assigned["id"],
        "publication_id": published["id"],
        "objection_id": objection["id"],
    }


async def _plan(admin: Api) -> dict[str, str]:
    """An issued plan of the unit, and a second document still in preview."""
    query = {"unit_code": OWNER}
    file = {"file": (PLAN.name, PLAN.read_bytes())}
    first = await admin.ok("POST", "/plans/v1/imports", files=file, params=query)
    plan = await admin.ok("POST", f"/plans/v1/imports/{first['id']}:confirm", {"issue": True})
    second = await admin.ok("POST", "/plans/v1/imports", files=file, params=query)
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    obligations = await admin.items("/plans/v1/obligations", plan_id=plan["id"], limit=200)
    coming = [o for o in obligations if (o["due_on"] or "") > "2023-07"]
    asked = {"requested_due_on": "2099-12-31", "narrative": "Xin thêm thời gian"}
    extension = await admin.ok(
        "POST", f"/plans/v1/obligations/{coming[0]['id']}:request-extension", asked
    )
    return {
        "plan_id": plan["id"],
        "import_id": second["id"],
        "file_id": second["file_id"],
        "task_id": tasks[0]["id"],
        "obligation_id": coming[0]["id"],
        "extension_id": extension["id"],
    }


async def _principals(admin: Api) -> dict[str, str]:
    person = {"full_name": "Người của Phòng", "unit_code": OWNER, "position": "officer"}
    created = await admin.ok("POST", "/plans/v1/people", person)
    key = await admin.ok("POST", f"/plans/v1/principals/{created['id']}/keys", {})
    return {"person_id": created["id"], "principal_id": created["id"], "key_id": key["key_id"]}


async def _notifications(
    running: Platform, admin: Api, clock: FrozenClock, plans: dict[str, str]
) -> dict[str, str]:
    """A contact, a rule of the unit, a reminder planned and a message sent."""
    owed = await admin.ok("GET", f"/plans/v1/obligations/{plans['obligation_id']}")
    head = {"full_name": "Trưởng phòng", "unit_code": owed["unit_code"], "position": "head"}
    person = await admin.ok("POST", "/plans/v1/people", head)
    await running.settle()
    contact = {"person_id": person["id"], "address": "truong@phong.example", "display_name": "Anh"}
    created = await admin.ok("POST", "/notifications/v1/contacts", contact)
    rule = {"code": "rieng", "name": "Riêng", "unit_code": OWNER, "offsets": [{"days": -2}], "roles_until_due": ["head"], "roles_after_due": []}  # fmt: skip
    made = await admin.ok("POST", "/notifications/v1/reminder-rules", rule)
    await running.settle()
    wishes = {"person_id": person["id"], "daily_cap": 50}
    chosen = await admin.ok("POST", "/notifications/v1/preferences", wishes)
    while not (
        await admin.items("/notifications/v1/messages", kind="reminder", limit=1)
        and await admin.items("/notifications/v1/digests", limit=1)
    ):
        clock.advance(days=1)
        await running.settle()
    held = Storm(reason="storm_per_hour", limit=1, state="open")
    async with running.services["notifications"].context.unit_of_work("a storm") as uow:
        uow.add(held)
    while not await admin.items("/notifications/v1/escalations", limit=1):
        clock.advance(days=1)
        await running.settle()
    [ladder, *_] = await admin.items("/notifications/v1/escalations")
    [message, *_] = await admin.items("/notifications/v1/messages", kind="reminder")
    [digest, *_] = await admin.items("/notifications/v1/digests")
    [reminder, *_] = await admin.items(
        "/notifications/v1/reminders", obligation_id=message["obligation_id"]
    )
    return {
        "obligation_id": message["obligation_id"],
        "contact_id": created["id"],
        "preference_id": chosen["id"],
        "digest_id": digest["id"],
        "storm_id": str(held.id),
        "gateway_name": "file",
        "policy_id": await _policy(admin),
        "escalation_id": ladder["id"],
        "rule_id": made["id"],
        "reminder_id": reminder["id"],
        "message_id": message["id"],
    }


async def _policy(admin: Api) -> str:
    """A ladder of the owning unit."""
    body = {"code": "rieng", "name": "Riêng", "unit_code": OWNER, "steps": [{"role": "head"}]}
    made = await admin.ok("POST", "/notifications/v1/escalation-policies", body)
    return str(made["id"])


async def _add_callers(world: RightsWorld) -> None:
    """Everybody works elsewhere, so that nobody is an object of the owning unit themselves."""
    for role in Role:
        for relation, unit_code in RELATIONS.items():
            grants = [{"unit_code": unit_code, "role": role.value}]
            world.callers[(role.value, relation)] = await _caller(world.admin, grants)
    stripped = await _caller(world.admin, [{"unit_code": OWNER, "role": "viewer"}])
    me = await stripped.ok("GET", "/plans/v1/me")
    await world.admin.ok("PATCH", f"/plans/v1/people/{me['id']}", {"grants": []})
    world.callers[("nobody", "own")] = stripped


async def _caller(admin: Api, grants: list[dict[str, Any]]) -> Api:
    person = {
        "full_name": "Người gọi",
        "unit_code": "TINH",
        "position": "officer",
        "grants": grants,
    }
    created = await admin.ok("POST", "/plans/v1/people", person)
    key = await admin.ok("POST", f"/plans/v1/principals/{created['id']}/keys", {})
    return admin.as_key(key["key"])
