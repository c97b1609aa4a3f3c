"""A scoring round to act in: units, a set with each kind of line, phases one after the other."""

from dataclasses import dataclass
from typing import Any

from services.embedded import Platform
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

PHASES = {
    "self_scoring": {"opens_at": "2026-12-01T00:00:00+07:00", "closes_at": "2026-12-11T00:00:00+07:00"},
    "appraisal": {"opens_at": "2026-12-11T00:00:00+07:00", "closes_at": "2026-12-21T00:00:00+07:00"},
    "explanation": {"opens_at": "2026-12-21T00:00:00+07:00", "closes_at": "2026-12-26T00:00:00+07:00"},
    "review": {"opens_at": "2026-12-26T00:00:00+07:00", "closes_at": "2027-01-01T00:00:00+07:00"},
}  # fmt: skip
AT = {
    "self_scoring": "2026-12-02T09:00:00+07:00",
    "appraisal": "2026-12-12T09:00:00+07:00",
    "explanation": "2026-12-22T09:00:00+07:00",
    "review": "2026-12-27T09:00:00+07:00",
    "afterwards": "2027-01-05T09:00:00+07:00",
}
GROUPS = [
    {"code": "SO", "title": "Các sở"},
    {"code": "XA", "title": "Các xã", "classes": [{"name": "Đạt", "min": "50"}]},
]


def criterion(code: str, rule: dict[str, Any], *, most: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "parent": code.rpartition(".")[0],
        "title": f"Tiêu chí {code}",
        "max_points": most,
        "na_policy": "exclude",
        "zero_denominator": "exclude",
        "rule": rule,
        **more,
    }


def criteria_set(code: str = "BO-2026", **more: Any) -> dict[str, Any]:
    """A ratio with evidence, a choice, a hand-scored line, a survey and an aggregate: 10 points."""
    options = [{"key": "du", "points": "2"}, {"key": "thieu", "points": "1"}]
    return {
        "code": code,
        "title": "Bộ tiêu chí để thử",
        "reference": "Quyết định (thử)",
        "rounding": {"places": 2, "mode": "half_up", "stage": "line"},
        "index_places": 2,
        "classes": [{"name": "Tốt", "min": "80"}, {"name": "Khá", "min": "50"}],
        "criteria": [
            {"code": "1", "parent": None, "title": "Chỉ đạo điều hành"},
            criterion("1.1", {"kind": "ratio"}, most="3", evidence={"required": True}),
            criterion("1.2", {"kind": "aggregate_of_others", "over": ["1", "2"]}, most="1"),
            {"code": "2", "parent": None, "title": "Thể chế"},
            criterion("2.1", {"kind": "choice", "options": options}, most="2"),
            criterion("2.2", {"kind": "manual"}, most="2", scored_by="appraiser"),
            criterion("2.3", {"kind": "survey"}, most="2", scored_by="survey"),
        ],
        **more,
    }


@dataclass
class RoundWorld:
    """A platform with units SO-1…SO-3, XA-1, XA-2 below TINH and one round."""

    platform: Platform
    admin: Api
    clock: FrozenClock
    set_id: str
    round_id: str

    @property
    def path(self) -> str:
        return f"/scoring/v1/rounds/{self.round_id}"

    def go_to(self, phase: str) -> None:
        """Move the clock into a phase."""
        self.clock.move_to(AT[phase])

    def sheet(self, unit: str) -> str:
        return f"{self.path}/units/{unit}"

    async def open(self) -> None:
        await self.admin.ok("POST", f"{self.path}:open", {})
        self.go_to("self_scoring")

    async def self_score(self, unit: str, ratio: str, choice: str = "du") -> None:
        """The two lines a unit scores itself, with evidence for the first."""
        evidence = [{"title": "Báo cáo", "document_number": "01/BC"}]
        lines = [
            {"criterion": "1.1", "value": {"percent": ratio}, "evidence": evidence},
            {"criterion": "2.1", "value": {"choice": choice}},
        ]
        await self.admin.ok("POST", f"{self.sheet(unit)}:self-score", {"lines": lines})

    async def submit_all(self, units: dict[str, str]) -> None:
        for unit, ratio in units.items():
            await self.self_score(unit, ratio)
            await self.admin.ok("POST", f"{self.sheet(unit)}:submit", {})

    async def accept_all(self, *criteria: str) -> None:
        for code in criteria:
            body = {"criterion": code, "accept": True}
            await self.admin.ok("POST", f"{self.path}:apply-to-all", body)

    async def put(self, code: str, value: dict[str, Any], **more: Any) -> Any:
        """One value for all units."""
        body = {"criterion": code, "value": value, "reason": "Theo biên bản", **more}
        return await self.admin.ok("POST", f"{self.path}:apply-to-all", body)

    async def finalise(self) -> Any:
        self.go_to("afterwards")
        return await self.admin.ok("POST", f"{self.path}:finalise", {})

    async def publish(self, number: str = "10/QĐ-UBND") -> Any:
        decision = {"decision_number": number, "decided_on": "2027-01-05"}
        return await self.admin.ok("POST", f"{self.path}:publish", decision)

    async def person(self, role: str, unit: str | None) -> Api:
        """Somebody with a role at a unit."""
        person = {
            "full_name": "Người thử",
            "unit_code": unit or "TINH",
            "position": "officer",
            "grants": [{"unit_code": unit, "role": role}],
        }
        created = await self.admin.ok("POST", "/plans/v1/people", person)
        key = await self.admin.ok("POST", f"/plans/v1/principals/{created['id']}/keys", {})
        await self.platform.settle()
        return self.admin.as_key(key["key"])


async def round_world(platform: Platform, admin: Api, clock: FrozenClock) -> RoundWorld:
    """Units, a published set, and a round in preparation."""
    units = [("TINH", None), *((code, "TINH") for code in ("SO-1", "SO-2", "SO-3", "XA-1", "XA-2"))]
    for code, parent in units:
        unit = {"code": code, "name": f"Đơn vị {code}", "parent_code": parent}
        await admin.ok("POST", "/plans/v1/units", unit)
    await platform.settle()
    created = await admin.ok("POST", "/scoring/v1/criteria-sets", criteria_set())
    await admin.ok("POST", f"/scoring/v1/criteria-sets/{created['id']}:publish", {})
    body = {
        "code": "CCHC-2026",
        "title": "Chấm điểm cải cách hành chính năm 2026",
        "year": 2026,
        "unit_code": "TINH",
        "criteria_set_id": created["id"],
        "phases": PHASES,
        "peer_groups": GROUPS,
    }
    made = await admin.ok("POST", "/scoring/v1/rounds", body)
    world = RoundWorld(platform, admin, clock, created["id"], made["id"])
    for group, codes in (("SO", ["SO-1", "SO-2", "SO-3"]), ("XA", ["XA-1", "XA-2"])):
        wanted = {"peer_group": group, "unit_codes": codes}
        await admin.ok("POST", f"{world.path}/units", wanted)
    return world
